/* SPDX-License-Identifier: Apache-2.0 */
/*
 * envelope.h - what log shippers put around an event: one object more, whose
 * other members say where the line came from.
 *
 *	{"event":{"process_exec":...}}              Hubble exports, Splunk
 *	{"@timestamp":...,"message":"{\"process_exec\":...}"}  Filebeat, Vector
 *	{"log":"{...}\n","stream":"stdout","time":"..."}       Docker
 *
 * The key does not matter. An object is an envelope when it is no event itself
 * (the members around one, "time" and "node_name" and so on, are the shippers',
 * too) and exactly one member's value is an event with its type: an object, or a string that holds one. One
 * level is taken off. The members beside the event are not kept but counted,
 * in tetragon_envelope_members_dropped_total.
 */
#ifndef RT_ENVELOPE_H
#define RT_ENVELOPE_H

#include "base/base.h"
#include "base/buf.h"
#include "codec/jread.h"
#include "event/record.h"

enum envelope_kind {
	ENVELOPE_NONE,	/* the object stands for itself */
	ENVELOPE_EVENT, /* the record is the event inside */
	ENVELOPE_DOCKER, /* a line of Docker's json-file log: see `line` */
};

struct envelope {
	struct buf text; /* a value as text of its own */
	struct buf wire, other; /* records read from values */
	/* With ENVELOPE_DOCKER: what the container wrote. */
	struct {
		sv text; /* in `text`, padded for the reader */
		bool is_stderr;
		bool partial; /* no newline yet */
	} line;
};

void envelope_release(struct envelope *e);
void envelope_register_metrics(void);

/*
 * rec is an object without "kind", read as an event. With ENVELOPE_EVENT it
 * becomes the one inside; its views die with the next call. Docker's lines
 * are only told from others if `docker`.
 */
enum envelope_kind envelope_open(struct envelope *e, struct jread *reader,
				 bool docker, struct record *rec);

/* False, at once, for nearly all events: the type is written first. */
static inline bool envelope_possible(sv body)
{
	return !body.n || (body.p[0] & 7) != 2 || (body.p[0] & 0x80);
}

#endif

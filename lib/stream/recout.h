/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recout.h - records to a descriptor in the chosen encoding, counted and
 * digested as they go.
 */
#ifndef RT_RECOUT_H
#define RT_RECOUT_H

#include "base/base.h"
#include "base/buf.h"
#include "base/hash.h"
#include "compact/compact.h"
#include "event/record.h"
#include "pipe/output.h"

enum recout_format {
	RECOUT_AUTO, /* compact on a terminal, else json */
	RECOUT_JSON,
	RECOUT_PB,
	RECOUT_COMPACT,
};

/* --output's choices, in the order of the enum. */
extern const char *const recout_formats[];

struct recout {
	struct output out;
	enum recout_format format;
	struct compact_style style;
	struct buf body;  /* of the record being built, when not pb */
	size_t start;	  /* pb: where the record's frame begins */
	size_t mark;	  /* where its body begins */
	uint8_t hint[32]; /* width of the last body's length, by kind */
	struct hash128 digest; /* chained over the counted records */
	/* What digest_next made of these bytes and that digest just now. */
	struct {
		sv wire;
		struct hash128 from, to;
	} known;
	uint64_t counted;
	uint64_t unwritable; /* not expressible in the encoding: dropped */
	struct rt_err err;   /* of the last such */
};

/*
 * NULL, or why it cannot be (pb to a terminal). The descriptor stays the
 * caller's until recout_close.
 */
const char *recout_open(struct recout *o, int fd, enum recout_format f);

/* Whether compact output is coloured; without this call, COMPACT_AUTO. */
void recout_colour(struct recout *o, enum compact_when when);

/* Spares the digest of a record that is passed on as it came. */
static inline void recout_digest_known(struct recout *o, sv wire,
				       struct hash128 from, struct hash128 to)
{
	o->known.wire = wire;
	o->known.from = from;
	o->known.to = to;
}

/* A record as it is. False: dropped, see recout_err. */
bool recout_put(struct recout *o, const struct record *r);

/*
 * A new record: append its message to the buffer that recout_begin returns,
 * then recout_end; recout_abandon forgets it.
 */
struct buf *recout_begin(struct recout *o, enum record_kind kind);
bool recout_end(struct recout *o, enum record_kind kind);
void recout_abandon(struct recout *o);

/* What the last failing record had: position is in its wire bytes. */
const struct rt_err *recout_err(const struct recout *o);

bool recout_flush(struct recout *o);
/* The errno of the first failure, or 0. */
int recout_close(struct recout *o);

#endif

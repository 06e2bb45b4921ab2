/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - what a stream is made of: a kind and the wire bytes of its
 * message (proto/rt/v1/record.proto). Whatever the encoding outside, inside a
 * tool a record is always protobuf wire bytes, viewed, never a tree.
 */
#ifndef RT_RECORD_H
#define RT_RECORD_H

#include "base/base.h"
#include "codec/schema.h"
#include "text/rfc3339.h"

enum record_kind {
	RECORD_UNKNOWN = 0, /* from a later version, or of another maker */
	RECORD_TETRAGON = 16,
	RECORD_CALL = 17,
	RECORD_HOT_SYMBOL = 18,
	RECORD_PACKAGE_SEEN = 19,
	RECORD_WITNESS = 20,
	RECORD_CONTAINER = 21,
	RECORD_POSTURE = 22,
	RECORD_EVIDENCE = 23,
	RECORD_GAP = 24,
	RECORD_LEDGER = 25,
};

struct record {
	enum record_kind kind;
	sv body; /* the kind's message */
	sv wire; /* rt.v1.Record: tag, length, body */
	bool raw; /* came as the agent writes it, not from a stage */
};

/* rt.v1.Record, and the message type of a kind (NULL for unknown). */
const struct schema_msg *record_schema(void);
const struct schema_field *record_field(enum record_kind kind);
const char *record_kind_name(enum record_kind kind);

/* From rt.v1.Record bytes; false where they are not one. */
bool record_parse(sv wire, struct record *r);

/* Kinds that the ledgers count: all but gap and ledger. */
static inline bool record_is_counted(enum record_kind kind)
{
	return kind != RECORD_GAP && kind != RECORD_LEDGER;
}

/* The time of the event, or of the window's start; false where none. */
bool record_time(const struct record *r, struct timestamp *t);

#endif

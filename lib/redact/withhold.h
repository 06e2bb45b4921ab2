/* SPDX-License-Identifier: Apache-2.0 */
/*
 * withhold.h - ids instead of names: the names in frames, symbols, modules and
 * processes are replaced by ids (namebundle.h), or put back, in every record
 * kind, by descriptor. Numbers, digests, build-ids, packages, pods and the
 * names of hooks stay: records are still grouped and counted alike.
 *
 * Of a function id, "<build-id>:<name>+0x<offset>", only the name goes.
 */
#ifndef RT_WITHHOLD_H
#define RT_WITHHOLD_H

#include "codec/schema.h"
#include "redact/namebundle.h"

enum withhold_way { WITHHOLD_NAMES, WITHHOLD_REHYDRATE };

struct withhold;

/* The bundle stays the caller's. */
struct withhold *withhold_new(struct namebundle *b, enum withhold_way way);
void withhold_free(struct withhold *w);

enum withhold_result {
	WITHHOLD_SAME,
	WITHHOLD_CHANGED, /* *out is the new message, until the next call */
	WITHHOLD_BAD,	  /* malformed or nested too deep: do not let it pass */
};

enum withhold_result withhold_run(struct withhold *w,
				  const struct schema_msg *m, sv wire, sv *out);

/* Names replaced so far, or put back. */
uint64_t withhold_count(const struct withhold *w);
/* Ids for which there was no name. */
uint64_t withhold_unknown(const struct withhold *w);

#endif

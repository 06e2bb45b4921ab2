/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recordwalk.h - redact.h over every string and bytes field of a record, by
 * descriptor. What does not change is not copied; where a field changes, it
 * and its enclosing lengths are written anew.
 *
 * Fields without a name in the schema cannot be judged: wire bytes are
 * dropped, kept JSON members (schema.h) are searched string by string. Both
 * are counted.
 */
#ifndef RT_RECORDWALK_H
#define RT_RECORDWALK_H

#include "base/base.h"
#include "event/record.h"
#include "redact/redact.h"

struct recordwalk;

/* strict_paths: module paths that resolution needs are redacted, too. */
struct recordwalk *recordwalk_new(struct redact *r, bool strict_paths);
void recordwalk_free(struct recordwalk *w);

enum recordwalk_result {
	RECORDWALK_SAME,
	RECORDWALK_CHANGED, /* *out is the new rt.v1.Record */
	RECORDWALK_BAD,	    /* cannot be judged: do not let it pass */
};

/* *out lives until the next call. */
enum recordwalk_result recordwalk_run(struct recordwalk *w,
				      const struct record *in, sv *out);

/* Unknown fields dropped so far. */
uint64_t recordwalk_unknown(const struct recordwalk *w);

#endif

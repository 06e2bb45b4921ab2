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

struct recordwalk_opts {
	bool strict_paths;     /* module paths that resolution needs, too */
	bool keep_arguments;   /* command lines of processes stay */
	struct policy *policy; /* the one that r has, or NULL */
};

struct recordwalk *recordwalk_new(struct redact *r,
				  const struct recordwalk_opts *o);
void recordwalk_free(struct recordwalk *w);

enum recordwalk_result {
	RECORDWALK_SAME,
	RECORDWALK_CHANGED,   /* *out is the new rt.v1.Record */
	RECORDWALK_BAD,	      /* cannot be judged: do not let it pass */
	RECORDWALK_NAMESPACE, /* of a namespace that must not leave */
};

/* *out lives until the next call. */
enum recordwalk_result recordwalk_run(struct recordwalk *w,
				      const struct record *in, sv *out);

/* A rule that was at work, and where. */
struct recordwalk_taken {
	const struct schema_msg *msg;
	uint16_t field; /* its index */
	uint16_t rule;	/* redact_rules() */
};

/* Of the last record, once for each part that went. */
const struct recordwalk_taken *recordwalk_taken(const struct recordwalk *w,
						size_t *n);

/* Unknown fields dropped so far. */
uint64_t recordwalk_unknown(const struct recordwalk *w);

#endif

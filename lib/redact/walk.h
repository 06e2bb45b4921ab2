/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk.h - what recordwalk.c, walkmessage.c and walkvalue.c share: the walk
 * over one record, and the place it is at. Not for others.
 */
#ifndef RT_WALK_H
#define RT_WALK_H

#include "redact/memo.h"
#include "redact/recordwalk.h"
#include "redact/seen.h"
#include "redact/walkplan.h"
#include "redact/walkwire.h"

#define WALK_DEPTH 16
#define WALK_AHEAD 8192

/* How long the run was that began like this, as far as 32 bits tell. */
struct walk_ahead {
	uint32_t start, n;
};

struct recordwalk {
	struct redact *redact;
	struct recordwalk_opts opts;
	uint64_t unknown;
	struct walkplan plans[SCHEMA_MAX_MSGS];
	struct buf level[WALK_DEPTH]; /* a changed message at each depth */
	struct buf text;	      /* one changed string */
	struct buf taken;	      /* struct recordwalk_taken, this record */
	struct seen *seen;	      /* messages and runs of fields */
	struct memo *memo;	      /* messages */
	struct walk_ahead ahead[WALK_AHEAD];
	uint64_t trail; /* what stood in this record so far, as a number */
	struct {
		uint64_t record; /* rules for this record, */
		uint64_t here;	 /* and for the binary at hand */
	} rules;
	bool bad;
};

/* Whose command line this is: redaction knows programs by name. */
struct scope {
	sv binary;
	bool truncated;
};

/* The message at hand. */
struct spot {
	const struct schema_msg *m;
	struct walkplan *p;
	sv wire;
	unsigned int depth;
	struct scope scope; /* if the message has a command line */
};

static inline struct walkplan *walk_plan(struct recordwalk *w,
					 const struct schema_msg *m)
{
	struct walkplan *p = &w->plans[m->id];

	if (UNLIKELY(!p->ready))
		walkplan_make(p, m, w->opts.strict_paths, w->opts.policy);
	return p;
}

/* The string fields that a command line is read with. */
struct scope walkvalue_scope(const struct walkplan *p, sv wire);

/* A string or bytes. */
void walkvalue_field(struct recordwalk *w, const struct spot *at,
		     const struct schema_field *sf, const struct pb_field *f,
		     struct walkwire *rw);
/* A field that the schema does not have, or not so. */
void walkvalue_unknown(struct recordwalk *w, struct walkwire *rw,
		       const struct pb_field *f, unsigned int depth);

/*
 * The message inside of a field; true: *out is the new one.
 * entry: a label, an annotation, an environment variable, a counter;
 * plain: a time, or a wrapped number.
 */
bool walkvalue_entry(struct recordwalk *w, const struct spot *at,
		     const struct schema_field *sf, sv wire, sv *out);
bool walkvalue_plain(struct recordwalk *w, const struct spot *at,
		     const struct schema_field *sf, sv wire, sv *out);

/* A whole message, looked up before by nobody. */
bool walkmessage_run(struct recordwalk *w, const struct schema_msg *m, sv wire,
		     unsigned int depth, sv *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query.h - the questions that schema `signals` is there for, answered with
 * what is known about how complete the windows are that were looked at.
 */
#ifndef RT_QUERY_H
#define RT_QUERY_H

#include "base/base.h"
#include "base/buf.h"
#include "load/dbconn.h"

struct query {
	const char *name;
	const char *operands[4]; /* what they are called; NULL at the end */
	const char *sql;	 /* the seed's words; $1.. are the operands */
	const char *json;	 /* the same, as one JSON value */
};

/* NULL where there is none of the name. */
const struct query *query_find(const char *name);
size_t query_operands(const struct query *q);

/* Which windows count; NULL: all. */
struct query_scope {
	const char *cluster, *node, *since, *until;
};

/*
 * Runs it and adds the answer to out: one JSON object and a newline, or a
 * table for people. *complete: at least one window, and all of them complete.
 */
enum dbconn_status query_run(const struct query *q, struct dbconn *db,
			     const char *const *operands,
			     const struct query_scope *scope, bool table,
			     struct buf *out, bool *complete);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * part.h - the rows of one kind in the batch at hand: those not sent yet, and
 * what is known about all of them. The batch's transaction is the caller's.
 */
#ifndef RT_PART_H
#define RT_PART_H

#include "base/base.h"
#include "base/hash.h"
#include "load/copybin.h"
#include "load/dbconn.h"

enum part_state {
	PART_UNASKED, /* nobody has asked the server for it */
	PART_NEW,     /* it was not there when asked */
	PART_THERE,   /* it is: loaded before, or by another loader */
};

struct part {
	const char *kind;
	const char *copy_sql, *merge_sql;
	struct copybin rows; /* not sent yet */
	uint64_t n;	     /* all of the batch */
	struct hash128 digest; /* sum of the rows' hashes */
	enum part_state state;
	uint64_t there_rows;
	char there_digest[33];
};

/* What names a batch on the server; all text. */
struct part_key {
	const char *cluster, *node, *session;
	const char *start, *end; /* end: NULL where not known */
	const char *chunk;
	bool partial;
};

/* A row was added to p->rows; these are its bytes. */
void part_count(struct part *p, sv row);

/* Is the batch there? Sets the state. */
enum dbconn_status part_ask(struct part *p, struct dbconn *db,
			    const struct part_key *k);
/*
 * Rows to the staging table, inside of a transaction; those of a part that is
 * there are forgotten.
 */
enum dbconn_status part_send(struct part *p, struct dbconn *db);
/*
 * Adds the batch and merges what was staged. *added: false where another
 * loader was faster; the state says so, too.
 */
enum dbconn_status part_merge(struct part *p, struct dbconn *db,
			      const struct part_key *k, bool *added);
/* The segment at hand has brought this batch. */
enum dbconn_status part_touch(const struct part *p, struct dbconn *db,
			      const struct part_key *k);

/* There, but with other rows than these? */
bool part_differs(const struct part *p);
void part_reset(struct part *p);

#endif

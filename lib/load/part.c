/* SPDX-License-Identifier: Apache-2.0 */
#include "load/part.h"

#include <stdio.h>
#include <stdlib.h>

#include "load/sql.h"

#define KEY_ARGS(k, p) \
	(k)->cluster, (k)->node, (k)->session, (k)->start, (k)->chunk, (p)->kind

void part_count(struct part *p, sv row)
{
	struct hash128 h = hash128(row, 0);

	p->n++;
	p->digest.hi += h.hi;
	p->digest.lo += h.lo;
}

static void digest_text(const struct part *p, char text[33])
{
	snprintf(text, 33, "%016llx%016llx", (unsigned long long)p->digest.hi,
		 (unsigned long long)p->digest.lo);
}

enum dbconn_status part_ask(struct part *p, struct dbconn *db,
			    const struct part_key *k)
{
	const char *args[] = {KEY_ARGS(k, p)};
	enum dbconn_status st =
		dbconn_query(db, sql_find_batch, args, ARRAY_LEN(args));

	if (st != DBCONN_OK)
		return st;
	p->state = dbconn_rows(db) ? PART_THERE : PART_NEW;
	if (p->state == PART_THERE) {
		p->there_rows = strtoull(dbconn_value(db, 0, 0), NULL, 10);
		snprintf(p->there_digest, sizeof(p->there_digest), "%s",
			 dbconn_value(db, 0, 1));
	}
	return DBCONN_OK;
}

enum dbconn_status part_send(struct part *p, struct dbconn *db)
{
	enum dbconn_status st = DBCONN_OK;

	if (p->rows.rows && p->state == PART_NEW)
		st = dbconn_copy(db, p->copy_sql, copybin_finish(&p->rows));
	copybin_reset(&p->rows);
	return st;
}

enum dbconn_status part_merge(struct part *p, struct dbconn *db,
			      const struct part_key *k, bool *added)
{
	char rows[24], digest[33];
	const char *args[] = {KEY_ARGS(k, p), rows, digest,
			      k->partial ? "true" : "false"};
	enum dbconn_status st;

	snprintf(rows, sizeof(rows), "%llu", (unsigned long long)p->n);
	digest_text(p, digest);
	*added = false;
	st = dbconn_query(db, sql_add_batch, args, ARRAY_LEN(args));
	if (st != DBCONN_OK)
		return st;
	if (!dbconn_affected(db))
		return part_ask(p, db, k);
	*added = true;
	return dbconn_exec(db, p->merge_sql);
}

enum dbconn_status part_touch(const struct part *p, struct dbconn *db,
			      const struct part_key *k)
{
	const char *args[] = {KEY_ARGS(k, p), k->partial ? "true" : "false"};

	return dbconn_query(db, sql_touch, args, ARRAY_LEN(args));
}

bool part_differs(const struct part *p)
{
	char digest[33];

	digest_text(p, digest);
	return p->state == PART_THERE &&
	       (p->n != p->there_rows || strcmp(digest, p->there_digest) != 0);
}

void part_reset(struct part *p)
{
	copybin_reset(&p->rows);
	p->n = 0;
	p->digest = (struct hash128){0, 0};
	p->state = PART_UNASKED;
	p->there_rows = 0;
	p->there_digest[0] = '\0';
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "load/apply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "load/sql.h"

#define MAX_TRIES 10
#define FIRST_PAUSE_MS 5

struct work {
	struct dbconn *db;
	struct job *job;
	struct apply_result *r;
	struct headline_batch batch;
	struct headline_segment segment;
};

static const char *const merge_sql[PARTS] = {sql_merge_hot, sql_merge_packages};

enum dbconn_status apply_prepare(struct dbconn *db)
{
	return dbconn_exec(db, sql_staging);
}

/* Longer each time, and not the same for two that met. */
static void pause_before(int attempt)
{
	struct timespec now, t;
	long ms = FIRST_PAUSE_MS << attempt;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms += now.tv_nsec / 1000 % ms;
	t = (struct timespec){ms / 1000, ms % 1000 * 1000000};
	nanosleep(&t, NULL);
}

/*
 * Runs step until the server has no more objections of the passing sort. The
 * savepoint keeps what was staged before.
 */
static enum dbconn_status repeat(struct work *w,
				 enum dbconn_status (*step)(struct work *))
{
	enum dbconn_status st;

	for (int i = 0;; i++) {
		st = dbconn_exec(w->db, "SAVEPOINT rt_work");
		if (st == DBCONN_OK)
			st = step(w);
		if (st != DBCONN_AGAIN || i == MAX_TRIES)
			return st;
		st = dbconn_exec(w->db, "ROLLBACK TO SAVEPOINT rt_work");
		if (st != DBCONN_OK)
			return st;
		pause_before(i);
		w->r->retries++;
	}
}

static enum dbconn_status broken(struct work *w)
{
	w->r->broken = errno;
	return DBCONN_FAILED;
}

/* --- rows --------------------------------------------------------------- */

static const char *copy_of(const struct work *w, enum job_tag tag)
{
	switch (tag) {
	case JOB_HOT:
		return w->r->part[PART_HOT].state == APPLY_NEW ? sql_copy_hot
							       : NULL;
	case JOB_PACKAGES:
		return w->r->part[PART_PACKAGES].state == APPLY_NEW
			       ? sql_copy_packages
			       : NULL;
	case JOB_TOUCHED:
		return sql_copy_touched;
	case JOB_NOTES:
		return sql_copy_notes;
	case JOB_BATCH:
	case JOB_SEGMENT:
		break;
	}
	return NULL;
}

/* Into the staging tables. */
static enum dbconn_status copy_rows(struct work *w)
{
	enum dbconn_status st = DBCONN_OK;
	struct job_frame f;
	int more = 0;

	job_rewind(w->job);
	while (st == DBCONN_OK && (more = job_next(w->job, &f)) > 0) {
		const char *sql = copy_of(w, f.tag);

		if (sql)
			st = dbconn_copy(w->db, sql, f.body);
	}
	return more < 0 ? broken(w) : st;
}

/* --- a batch ------------------------------------------------------------ */

#define KEY(h, kind)                                                           \
	(h)->cluster, (h)->node, (h)->session, (h)->start, (h)->chunk, kind

static const char *kind_of(const struct work *w, size_t i, char text[40])
{
	snprintf(text, 40, "%s%.15s", part_kinds[i], w->batch.split);
	return text;
}

static enum dbconn_status ask(struct work *w, size_t i)
{
	const struct headline_batch *h = &w->batch;
	char kind[40];
	const char *args[] = {KEY(h, kind_of(w, i, kind))};
	enum dbconn_status st =
		dbconn_query(w->db, sql_find_batch, args, ARRAY_LEN(args));

	if (st != DBCONN_OK)
		return st;
	w->r->part[i].state = APPLY_NEW;
	if (!dbconn_rows(w->db))
		return st;
	w->r->part[i].had_rows = strtoull(dbconn_value(w->db, 0, 0), NULL, 10);
	w->r->part[i].state =
		!strcmp(dbconn_value(w->db, 0, 0), h->part[i].rows) &&
				!strcmp(dbconn_value(w->db, 0, 1),
					h->part[i].digest)
			? APPLY_THERE
			: APPLY_DIFFERS;
	return st;
}

/* *added: it is ours; else another loader was faster. */
static enum dbconn_status add(struct work *w, size_t i, bool *added)
{
	const struct headline_batch *h = &w->batch;
	char kind[40];
	const char *args[] = {KEY(h, kind_of(w, i, kind)), h->part[i].rows,
			      h->part[i].digest, h->partial};
	enum dbconn_status st =
		dbconn_query(w->db, sql_add_batch, args, ARRAY_LEN(args));

	*added = st == DBCONN_OK && dbconn_affected(w->db);
	return st;
}

static enum dbconn_status merge(struct work *w)
{
	const struct headline_batch *h = &w->batch;
	const char *args[] = {h->cluster, h->node, h->session, h->start,
			      h->end};
	enum dbconn_status st = DBCONN_OK;
	bool any = false, added;

	for (size_t i = 0; i < PARTS && st == DBCONN_OK; i++) {
		if (w->r->part[i].state != APPLY_NEW)
			continue;
		st = add(w, i, &added);
		any |= added;
		if (st == DBCONN_OK)
			st = added ? dbconn_exec(w->db, merge_sql[i])
				   : ask(w, i);
	}
	if (!any || st != DBCONN_OK)
		return st;
	return dbconn_query(w->db, sql_open_window, args, ARRAY_LEN(args));
}

static void name_batch(struct work *w)
{
	const struct headline_batch *h = &w->batch;

	snprintf(w->r->name, sizeof(w->r->name), "%s/%s/%s %s #%s", h->cluster,
		 h->node, h->session, h->start, h->chunk);
}

static enum dbconn_status
in_transaction(struct work *w, enum dbconn_status (*step)(struct work *))
{
	enum dbconn_status st =
		dbconn_exec(w->db, "BEGIN ISOLATION LEVEL READ COMMITTED");

	if (st == DBCONN_OK)
		st = copy_rows(w);
	if (st == DBCONN_OK)
		st = repeat(w, step);
	return st == DBCONN_OK ? dbconn_exec(w->db, "COMMIT") : st;
}

static enum dbconn_status apply_batch(struct work *w)
{
	enum dbconn_status st = DBCONN_OK;
	bool any = false;

	name_batch(w);
	for (size_t i = 0; i < PARTS && st == DBCONN_OK; i++) {
		w->r->part[i].rows = strtoull(w->batch.part[i].rows, NULL, 10);
		if (!w->r->part[i].rows)
			continue;
		st = ask(w, i);
		any |= w->r->part[i].state == APPLY_NEW;
	}
	return any && st == DBCONN_OK ? in_transaction(w, merge) : st;
}

/* --- a segment ---------------------------------------------------------- */

static enum dbconn_status close_segment(struct work *w)
{
	static const char *const account[] = {
		sql_lock_windows, sql_account_batches, sql_complete_windows};
	const char *args[] = {w->segment.cluster, w->segment.node,
			      w->segment.session};
	enum dbconn_status st;

	st = dbconn_query(w->db, sql_merge_gaps, args, ARRAY_LEN(args));
	if (st == DBCONN_OK)
		st = dbconn_query(w->db, sql_merge_ledgers, args,
				  ARRAY_LEN(args));
	if (strcmp(w->segment.accounted, "true") != 0)
		return st;
	for (size_t i = 0; i < ARRAY_LEN(account) && st == DBCONN_OK; i++)
		st = dbconn_exec(w->db, account[i]);
	return st;
}

/* --- */

enum dbconn_status apply_job(struct dbconn *db, struct job *j,
			     struct apply_result *r)
{
	struct work w = {.db = db, .job = j, .r = r};
	enum dbconn_status st = DBCONN_FAILED;
	struct job_frame f;
	struct buf head = {0};

	*r = (struct apply_result){0};
	if (!job_headline(j, &f))
		return broken(&w);
	buf_sv(&head, f.body);
	r->broken = EBADMSG;
	if (f.tag == JOB_BATCH
		    ? headline_parse_batch(buf_view(&head), &w.batch)
		    : headline_parse_segment(buf_view(&head), &w.segment)) {
		r->broken = 0;
		st = f.tag == JOB_BATCH ? apply_batch(&w)
					: in_transaction(&w, close_segment);
	}
	buf_release(&head);
	return st;
}

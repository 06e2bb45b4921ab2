/* SPDX-License-Identifier: Apache-2.0 */
#include "load/loader.h"

#include <stdio.h>
#include <time.h>

#include "base/mem.h"
#include "load/part.h"
#include "load/sql.h"

#define MAX_HELD (4 * MIB) /* bytes of rows in memory */
#define MAX_TRIES 10
#define FIRST_PAUSE_MS 5

enum { HOT, PACKAGES, PARTS };

struct loader {
	struct dbconn *db;
	struct loader_opts o;
	struct loader_stats stats;
	struct row_writer writer;
	struct part parts[PARTS];
	/* The batch at hand. */
	bool open, in_transaction;
	struct batch_id id;   /* copies, in arena */
	struct part_key key;  /* likewise, as text */
	struct timestamp end; /* the latest that a row named */
	struct arena arena;
	/* The segment at hand. */
	struct copybin notes;
	struct buf source[3]; /* cluster, node, session */
	bool has_source;
};

struct loader *loader_new(struct dbconn *db, const struct loader_opts *o)
{
	struct loader *l = mem_zalloc(sizeof(*l));

	l->db = db;
	l->o = *o;
	l->parts[HOT] = (struct part){.kind = "hot_symbol",
				      .copy_sql = sql_copy_hot,
				      .merge_sql = sql_merge_hot};
	l->parts[PACKAGES] = (struct part){.kind = "package_seen",
					   .copy_sql = sql_copy_packages,
					   .merge_sql = sql_merge_packages};
	return l;
}

void loader_free(struct loader *l)
{
	if (!l)
		return;
	row_writer_release(&l->writer);
	for (size_t i = 0; i < PARTS; i++)
		copybin_release(&l->parts[i].rows);
	copybin_release(&l->notes);
	for (size_t i = 0; i < ARRAY_LEN(l->source); i++)
		buf_release(&l->source[i]);
	arena_release(&l->arena);
	mem_free(l);
}

const struct loader_stats *loader_get_stats(const struct loader *l)
{
	return &l->stats;
}

enum dbconn_status loader_start(struct loader *l)
{
	return dbconn_exec(l->db, sql_staging);
}

/* --- transactions ------------------------------------------------------- */

static enum dbconn_status begin(struct loader *l)
{
	enum dbconn_status st;

	if (l->in_transaction)
		return DBCONN_OK;
	st = dbconn_exec(l->db, "BEGIN ISOLATION LEVEL READ COMMITTED");
	l->in_transaction = st == DBCONN_OK;
	return st;
}

static enum dbconn_status commit(struct loader *l)
{
	l->in_transaction = false;
	return dbconn_exec(l->db, "COMMIT");
}

/* Longer each time, and not the same for two that met. */
static void pause_before(struct loader *l, int attempt)
{
	struct timespec now, t;
	long ms = FIRST_PAUSE_MS << attempt;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms += now.tv_nsec / 1000 % ms;
	t = (struct timespec){ms / 1000, ms % 1000 * 1000000};
	nanosleep(&t, NULL);
	l->stats.retries++;
}

/*
 * Runs work until the server has no more objections of the passing sort. The
 * savepoint keeps what was staged before.
 */
static enum dbconn_status repeat(struct loader *l,
				 enum dbconn_status (*work)(struct loader *))
{
	enum dbconn_status st;

	for (int i = 0;; i++) {
		st = dbconn_exec(l->db, "SAVEPOINT rt_work");
		if (st == DBCONN_OK)
			st = work(l);
		if (st != DBCONN_AGAIN || i == MAX_TRIES)
			return st;
		st = dbconn_exec(l->db, "ROLLBACK TO SAVEPOINT rt_work");
		if (st != DBCONN_OK)
			return st;
		pause_before(l, i);
	}
}

/* --- the batch at hand -------------------------------------------------- */

static char *time_text(struct loader *l, struct timestamp t)
{
	char text[RFC3339_MAX];

	if (!timestamp_is_set(t))
		return NULL;
	return arena_str(&l->arena,
			 (sv){text, (size_t)(rfc3339_format(text, t) - text)});
}

static char *source_text(struct loader *l, sv s)
{
	return arena_str(&l->arena,
			 dbtext_fit(&l->writer.text, s, DBTEXT_SOURCE));
}

/* Notes are the first batch's; a segment without any goes on as the last. */
static void note_source(struct loader *l)
{
	const char *of[] = {l->key.cluster, l->key.node, l->key.session};

	if (l->has_source)
		return;
	l->has_source = true;
	for (size_t i = 0; i < ARRAY_LEN(of); i++) {
		l->source[i].n = 0;
		buf_str(&l->source[i], of[i]);
	}
}

static void open_batch(struct loader *l, const struct row_head *h)
{
	const struct batch_id *id = &h->id;
	const char *start;
	char chunk[16];

	arena_reset(&l->arena);
	l->id = (struct batch_id){arena_dup(&l->arena, id->cluster),
				  arena_dup(&l->arena, id->node),
				  arena_dup(&l->arena, id->session), id->start,
				  id->chunk};
	start = time_text(l, id->start);
	snprintf(chunk, sizeof(chunk), "%u", id->chunk);
	l->key = (struct part_key){
		.cluster = source_text(l, id->cluster),
		.node = source_text(l, id->node),
		.session = source_text(l, id->session),
		.start = start ? start : "-infinity",
		.chunk = arena_str(&l->arena, sv_str(chunk)),
		.partial = false};
	l->end = (struct timestamp){0, 0};
	l->open = true;
	note_source(l);
}

static bool is_batch(const struct loader *l, const struct batch_id *id)
{
	return l->open && l->id.chunk == id->chunk &&
	       !timestamp_cmp(l->id.start, id->start) &&
	       sv_eq(l->id.session, id->session) &&
	       sv_eq(l->id.node, id->node) &&
	       sv_eq(l->id.cluster, id->cluster);
}

static void close_batch(struct loader *l)
{
	for (size_t i = 0; i < PARTS; i++)
		part_reset(&l->parts[i]);
	l->stats.repaired += l->writer.text.repaired;
	l->writer.text.repaired = 0;
	l->open = false;
}

/* The row's batch is the one at hand, from here on. */
static enum dbconn_status turn_to(struct loader *l, const struct row_head *h)
{
	enum dbconn_status st = DBCONN_OK;

	if (!is_batch(l, &h->id)) {
		st = loader_end_batch(l);
		open_batch(l, h);
	}
	l->key.partial |= h->partial;
	if (timestamp_cmp(h->window_end, l->end) > 0)
		l->end = h->window_end;
	return st;
}

static enum dbconn_status send(struct loader *l, struct part *p)
{
	enum dbconn_status st = DBCONN_OK;

	if (p->rows.rows && p->state == PART_UNASKED)
		st = part_ask(p, l->db, &l->key);
	if (st == DBCONN_OK && p->rows.rows && p->state == PART_NEW)
		st = begin(l);
	return st == DBCONN_OK ? part_send(p, l->db) : st;
}

/* A row was added; its bytes. */
static enum dbconn_status added(struct loader *l, struct part *p, sv row)
{
	part_count(p, row);
	arena_reset(&l->writer.text.arena);
	if (p->rows.rows < l->o.batch_rows && p->rows.data.n < MAX_HELD)
		return DBCONN_OK;
	return send(l, p);
}

enum dbconn_status loader_hot(struct loader *l, const struct row_hot *r)
{
	struct part *p = &l->parts[HOT];
	enum dbconn_status st = turn_to(l, &r->head);

	if (st != DBCONN_OK)
		return st;
	return added(l, p, row_put_hot(&l->writer, r, &p->rows));
}

enum dbconn_status loader_package(struct loader *l,
				  const struct row_package *r)
{
	struct part *p = &l->parts[PACKAGES];
	enum dbconn_status st = turn_to(l, &r->head);

	if (st != DBCONN_OK)
		return st;
	return added(l, p, row_put_package(&l->writer, r, &p->rows));
}

/* --- applying ----------------------------------------------------------- */

static enum dbconn_status open_window(struct loader *l)
{
	const char *args[] = {l->key.cluster, l->key.node, l->key.session,
			      l->key.start, l->key.end};

	return dbconn_query(l->db, sql_open_window, args, ARRAY_LEN(args));
}

static enum dbconn_status merge_parts(struct loader *l)
{
	enum dbconn_status st = DBCONN_OK;
	bool any = false;

	for (size_t i = 0; i < PARTS && st == DBCONN_OK; i++) {
		struct part *p = &l->parts[i];
		bool is_new = false;

		if (p->n && p->state == PART_NEW)
			st = part_merge(p, l->db, &l->key, &is_new);
		any |= is_new;
	}
	return any && st == DBCONN_OK ? open_window(l) : st;
}

static enum dbconn_status touch_parts(struct loader *l)
{
	enum dbconn_status st = DBCONN_OK;

	for (size_t i = 0; i < PARTS && st == DBCONN_OK; i++)
		if (l->parts[i].n && !part_differs(&l->parts[i]))
			st = part_touch(&l->parts[i], l->db, &l->key);
	return st;
}

static void report_conflict(struct loader *l, const struct part *p)
{
	char batch[400];

	snprintf(batch, sizeof(batch), "%s %s/%s/%s %s #%s", p->kind,
		 l->key.cluster, l->key.node, l->key.session, l->key.start,
		 l->key.chunk);
	l->stats.conflicts++;
	l->stats.conflict_rows += p->n;
	l->o.on_conflict(l->o.ctx, batch, p->there_rows, p->n);
}

static void count_parts(struct loader *l)
{
	uint64_t *rows[PARTS] = {&l->stats.hot_rows, &l->stats.package_rows};

	for (size_t i = 0; i < PARTS; i++) {
		const struct part *p = &l->parts[i];

		if (!p->n)
			continue;
		if (part_differs(p)) {
			report_conflict(l, p);
		} else if (p->state == PART_THERE) {
			l->stats.present++;
			l->stats.present_rows += p->n;
		} else {
			l->stats.applied++;
			*rows[i] += p->n;
		}
	}
}

enum dbconn_status loader_end_batch(struct loader *l)
{
	enum dbconn_status st = DBCONN_OK;

	if (!l->open)
		return st;
	l->key.end = time_text(l, l->end);
	for (size_t i = 0; i < PARTS && st == DBCONN_OK; i++)
		st = send(l, &l->parts[i]);
	if (st == DBCONN_OK && l->in_transaction)
		st = repeat(l, merge_parts);
	if (st == DBCONN_OK)
		st = touch_parts(l);
	if (st == DBCONN_OK && l->in_transaction)
		st = commit(l);
	if (st != DBCONN_OK)
		return st;
	count_parts(l);
	close_batch(l);
	return st;
}

uint64_t loader_discard_batch(struct loader *l, char *batch, size_t size)
{
	uint64_t n = l->parts[HOT].n + l->parts[PACKAGES].n;

	if (!l->open)
		return 0;
	snprintf(batch, size, "%s/%s/%s %s #%s", l->key.cluster, l->key.node,
		 l->key.session, l->key.start, l->key.chunk);
	if (l->in_transaction)
		dbconn_exec(l->db, "ROLLBACK");
	l->in_transaction = false;
	close_batch(l);
	return n;
}

/* --- the segment at hand ------------------------------------------------ */

static enum dbconn_status send_notes(struct loader *l)
{
	enum dbconn_status st = DBCONN_OK;

	if (l->notes.rows)
		st = dbconn_copy(l->db, sql_copy_notes,
				 copybin_finish(&l->notes));
	copybin_reset(&l->notes);
	return st;
}

enum dbconn_status loader_note(struct loader *l, const char *kind, sv json)
{
	struct buf text = {0};

	buf_sv(&text, json);
	dbtext_json(&l->writer.text, &text);
	copybin_row(&l->notes, 2);
	copybin_text(&l->notes, sv_str(kind));
	copybin_jsonb(&l->notes, buf_view(&text));
	buf_release(&text);
	return l->notes.data.n < MAX_HELD ? DBCONN_OK : send_notes(l);
}

static enum dbconn_status merge_notes(struct loader *l)
{
	const char *args[3];
	enum dbconn_status st;

	for (size_t i = 0; i < ARRAY_LEN(args); i++)
		args[i] = buf_cstr(&l->source[i]);
	st = dbconn_query(l->db, sql_merge_gaps, args, ARRAY_LEN(args));
	if (st != DBCONN_OK)
		return st;
	return dbconn_query(l->db, sql_merge_ledgers, args, ARRAY_LEN(args));
}

static enum dbconn_status account(struct loader *l)
{
	static const char *const steps[] = {
		sql_lock_windows, sql_account_batches, sql_complete_windows};
	enum dbconn_status st = DBCONN_OK;

	for (size_t i = 0; i < ARRAY_LEN(steps) && st == DBCONN_OK; i++)
		st = dbconn_exec(l->db, steps[i]);
	return st;
}

enum dbconn_status loader_end_segment(struct loader *l, bool accounted)
{
	enum dbconn_status st = send_notes(l);

	if (st == DBCONN_OK)
		st = begin(l);
	if (st == DBCONN_OK)
		st = repeat(l, merge_notes);
	if (st == DBCONN_OK && accounted)
		st = repeat(l, account);
	if (st == DBCONN_OK)
		st = commit(l);
	if (st == DBCONN_OK)
		st = dbconn_exec(l->db, sql_end_segment);
	l->has_source = false;
	return st;
}

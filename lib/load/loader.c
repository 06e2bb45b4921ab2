/* SPDX-License-Identifier: Apache-2.0 */
#include "load/loader.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/hash.h"
#include "base/mem.h"
#include "load/headline.h"
#include "load/held.h"

#define PAUSE_MS 3
#define MAX_HELD (4 * MIB) /* bytes of rows of one kind, not yet in the job */

/* The rows of one kind in the batch at hand. */
struct part {
	struct copybin rows;   /* not in the job yet */
	uint64_t n;	       /* all of the batch */
	struct hash128 digest; /* sum of the rows' hashes */
};

struct loader {
	struct delivery *delivery;
	uint64_t batch_rows, repaired;
	struct row_writer writer;
	int disk_errno;
	/* The batch at hand. */
	bool open;
	struct batch_id id;	   /* copies, in arena */
	struct headline_batch key; /* likewise, as text */
	bool partial;
	unsigned splits;    /* of it, see loader_idle */
	uint64_t idle_rows; /* that were there at the last pause */
	bool paused; /* the last one went at a pause; id is still its own */
	struct timestamp end; /* the latest that a row named */
	struct part parts[PARTS];
	struct job batch;
	struct arena arena;
	struct held held;
	struct job released;
	/* The segment at hand. */
	struct job segment;
	struct copybin notes, touched;
	struct buf source[3]; /* cluster, node, session */
	bool has_source;
	struct buf scratch;
};

static const enum job_tag tags[PARTS] = {JOB_HOT, JOB_PACKAGES};

struct loader *loader_new(struct delivery *d, uint64_t batch_rows,
			  const char *job_dir)
{
	struct loader *l = mem_zalloc(sizeof(*l));

	l->delivery = d;
	l->batch_rows = batch_rows;
	l->batch.dir = l->segment.dir = l->released.dir = job_dir;
	l->held.before.dir = l->held.last.dir = job_dir;
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
	copybin_release(&l->touched);
	for (size_t i = 0; i < ARRAY_LEN(l->source); i++)
		buf_release(&l->source[i]);
	job_release(&l->batch);
	job_release(&l->segment);
	job_release(&l->released);
	held_release(&l->held);
	buf_release(&l->scratch);
	arena_release(&l->arena);
	mem_free(l);
}

uint64_t loader_repaired(const struct loader *l)
{
	return l->repaired + l->writer.text.repaired;
}

int loader_disk_errno(const struct loader *l)
{
	return l->disk_errno;
}

/* --- frames ------------------------------------------------------------- */

static enum dbconn_status add_frame(struct loader *l, struct job *j,
				    enum job_tag tag, sv body)
{
	if (job_add(j, tag, body))
		return DBCONN_OK;
	l->disk_errno = errno;
	return DBCONN_FAILED;
}

static enum dbconn_status add_rows(struct loader *l, struct job *j,
				   enum job_tag tag, struct copybin *rows)
{
	enum dbconn_status st = DBCONN_OK;

	if (rows->rows)
		st = add_frame(l, j, tag, copybin_finish(rows));
	copybin_reset(rows);
	return st;
}

/* --- jobs --------------------------------------------------------------- */

static enum dbconn_status broken(struct loader *l)
{
	l->disk_errno = errno;
	return DBCONN_FAILED;
}

/* The segment has brought this part of the batch. */
static enum dbconn_status touch(struct loader *l,
				const struct headline_batch *h, size_t i)
{
	char kind[40];
	const char *texts[] = {h->cluster,	h->node,	   h->session,
			       h->start,	h->chunk,	   kind,
			       h->part[i].rows, h->part[i].digest, h->partial};
	struct copybin *t = &l->touched;

	if (!strcmp(h->part[i].rows, "0"))
		return DBCONN_OK;
	snprintf(kind, sizeof(kind), "%s%.15s", part_kinds[i], h->split);
	copybin_row(t, ARRAY_LEN(texts));
	for (size_t k = 0; k < ARRAY_LEN(texts); k++)
		copybin_text(t, sv_str(texts[k]));
	return t->data.n < MAX_HELD ? DBCONN_OK
				    : add_rows(l, &l->segment, JOB_TOUCHED, t);
}

static enum dbconn_status deliver_batch(struct loader *l, struct job *j)
{
	enum dbconn_status st = DBCONN_OK;
	struct headline_batch h;
	struct job_frame f;

	if (!job_headline(j, &f) || !headline_parse_batch(f.body, &h))
		return broken(l);
	for (size_t i = 0; i < PARTS && st == DBCONN_OK; i++)
		st = touch(l, &h, i);
	if (st == DBCONN_OK)
		st = delivery_put(l->delivery, j);
	job_reset(j);
	return st;
}

static enum dbconn_status deliver_held(struct loader *l, bool all)
{
	enum dbconn_status st = DBCONN_OK;
	int more = 0;

	while (st == DBCONN_OK &&
	       (more = held_next(&l->held, all, &l->released)) > 0)
		st = deliver_batch(l, &l->released);
	return more < 0 ? broken(l) : st;
}

/* See held.h. A window that the clock is still in belongs to a live stream,
 * which nobody can read again. */
static bool may_be_the_end(const struct loader *l)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return l->partial && l->end.sec <= now.tv_sec;
}

static enum dbconn_status hold(struct loader *l)
{
	enum held_proof proof = held_proof(&l->held, &l->id);
	enum dbconn_status st = DBCONN_OK;

	if (proof != HELD_NONE)
		st = deliver_held(l, proof == HELD_ALL);
	if (st != DBCONN_OK)
		return st;
	return held_add(&l->held, &l->batch, &l->id,
			l->parts[PART_HOT].n + l->parts[PART_PACKAGES].n)
		       ? st
		       : broken(l);
}

static enum dbconn_status hand_on(struct loader *l)
{
	enum dbconn_status st;

	if (may_be_the_end(l))
		return hold(l);
	st = deliver_held(l, true);
	return st == DBCONN_OK ? deliver_batch(l, &l->batch) : st;
}

/* --- the batch at hand -------------------------------------------------- */

static const char *time_text(struct loader *l, struct timestamp t,
			     const char *none)
{
	char text[RFC3339_MAX];

	if (!timestamp_is_set(t))
		return none;
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

static bool same_batch(const struct loader *l, const struct batch_id *id)
{
	return l->id.chunk == id->chunk &&
	       !timestamp_cmp(l->id.start, id->start) &&
	       sv_eq(l->id.session, id->session) &&
	       sv_eq(l->id.node, id->node) && sv_eq(l->id.cluster, id->cluster);
}

static void open_batch(struct loader *l, const struct row_head *h)
{
	const struct batch_id *id = &h->id;
	char chunk[12], split[12] = "";

	l->splits = l->paused && same_batch(l, id) ? l->splits + 1 : 0;
	l->paused = false;
	if (l->splits)
		snprintf(split, sizeof(split), "+%u", l->splits);
	arena_reset(&l->arena);
	l->id = (struct batch_id){.cluster = arena_dup(&l->arena, id->cluster),
				  .node = arena_dup(&l->arena, id->node),
				  .session = arena_dup(&l->arena, id->session),
				  .start = id->start,
				  .chunk = id->chunk};
	snprintf(chunk, sizeof(chunk), "%u", id->chunk);
	l->key = (struct headline_batch){
		.cluster = source_text(l, id->cluster),
		.node = source_text(l, id->node),
		.session = source_text(l, id->session),
		.start = time_text(l, id->start, "-infinity"),
		.chunk = arena_str(&l->arena, sv_str(chunk)),
		.split = arena_str(&l->arena, sv_str(split))};
	l->partial = false;
	l->end = (struct timestamp){0, 0};
	l->open = true;
	note_source(l);
}

static void close_batch(struct loader *l)
{
	for (size_t i = 0; i < PARTS; i++) {
		copybin_reset(&l->parts[i].rows);
		l->parts[i].n = 0;
		l->parts[i].digest = (struct hash128){0, 0};
	}
	job_reset(&l->batch);
	l->open = false;
}

/* The row's batch is the one at hand, from here on. */
static enum dbconn_status turn_to(struct loader *l, const struct row_head *h)
{
	enum dbconn_status st = DBCONN_OK;

	if (!l->open || !same_batch(l, &h->id)) {
		st = loader_end_batch(l);
		open_batch(l, h);
	}
	l->partial |= h->partial;
	if (timestamp_cmp(h->window_end, l->end) > 0)
		l->end = h->window_end;
	return st;
}

/* A row was added to the part; its bytes. */
static enum dbconn_status added(struct loader *l, size_t i, sv row)
{
	struct part *p = &l->parts[i];
	struct hash128 h = hash128(row, 0);

	p->n++;
	p->digest.hi += h.hi;
	p->digest.lo += h.lo;
	arena_reset(&l->writer.text.arena);
	if (p->rows.rows < l->batch_rows && p->rows.data.n < MAX_HELD)
		return DBCONN_OK;
	return add_rows(l, &l->batch, tags[i], &p->rows);
}

enum dbconn_status loader_hot(struct loader *l, const struct row_hot *r)
{
	enum dbconn_status st = turn_to(l, &r->head);

	if (st != DBCONN_OK)
		return st;
	return added(l, PART_HOT,
		     row_put_hot(&l->writer, r, &l->parts[PART_HOT].rows));
}

enum dbconn_status loader_package(struct loader *l, const struct row_package *r)
{
	enum dbconn_status st = turn_to(l, &r->head);

	if (st != DBCONN_OK)
		return st;
	return added(
		l, PART_PACKAGES,
		row_put_package(&l->writer, r, &l->parts[PART_PACKAGES].rows));
}

static void fill_headline(struct loader *l)
{
	char text[40];

	l->key.end = time_text(l, l->end, "");
	l->key.partial = l->partial ? "true" : "false";
	for (size_t i = 0; i < PARTS; i++) {
		const struct part *p = &l->parts[i];

		snprintf(text, sizeof(text), "%llu", (unsigned long long)p->n);
		l->key.part[i].rows = arena_str(&l->arena, sv_str(text));
		snprintf(text, sizeof(text), "%016llx%016llx",
			 (unsigned long long)p->digest.hi,
			 (unsigned long long)p->digest.lo);
		l->key.part[i].digest = arena_str(&l->arena, sv_str(text));
	}
}

enum dbconn_status loader_end_batch(struct loader *l)
{
	enum dbconn_status st = DBCONN_OK;

	if (!l->open)
		return st;
	fill_headline(l);
	for (size_t i = 0; i < PARTS && st == DBCONN_OK; i++)
		st = add_rows(l, &l->batch, tags[i], &l->parts[i].rows);
	l->scratch.n = 0;
	headline_put_batch(&l->key, &l->scratch);
	if (st == DBCONN_OK)
		st = add_frame(l, &l->batch, JOB_BATCH, buf_view(&l->scratch));
	if (st == DBCONN_OK)
		st = hand_on(l);
	close_batch(l);
	return st;
}

enum dbconn_status loader_idle(struct loader *l, int *again)
{
	uint64_t n = l->parts[PART_HOT].n + l->parts[PART_PACKAGES].n;
	bool waited = n == l->idle_rows;

	*again = -1;
	l->idle_rows = n;
	if (!l->open || !l->partial || may_be_the_end(l))
		return DBCONN_OK;
	if (!waited) {
		*again = PAUSE_MS;
		return DBCONN_OK;
	}
	l->idle_rows = 0;
	l->paused = true;
	return loader_end_batch(l);
}

uint64_t loader_discard_batch(struct loader *l, char *batch, size_t size)
{
	uint64_t n = l->parts[PART_HOT].n + l->parts[PART_PACKAGES].n;

	if (!l->open)
		return 0;
	snprintf(batch, size, "%s/%s/%s %s #%s", l->key.cluster, l->key.node,
		 l->key.session, l->key.start, l->key.chunk);
	close_batch(l);
	return n;
}

enum dbconn_status loader_end_held(struct loader *l, bool take, uint64_t *rows)
{
	*rows = take ? 0 : l->held.rows_before + l->held.rows_last;
	if (take)
		return deliver_held(l, true);
	held_reset(&l->held);
	return DBCONN_OK;
}

/* --- the segment at hand ------------------------------------------------ */

enum dbconn_status loader_note(struct loader *l, const char *kind, sv json)
{
	l->scratch.n = 0;
	buf_sv(&l->scratch, json);
	dbtext_json(&l->writer.text, &l->scratch);
	copybin_row(&l->notes, 2);
	copybin_text(&l->notes, sv_str(kind));
	copybin_jsonb(&l->notes, buf_view(&l->scratch));
	return l->notes.data.n < MAX_HELD
		       ? DBCONN_OK
		       : add_rows(l, &l->segment, JOB_NOTES, &l->notes);
}

enum dbconn_status loader_end_segment(struct loader *l, bool accounted)
{
	enum dbconn_status st = add_rows(l, &l->segment, JOB_NOTES, &l->notes);
	struct headline_segment h = {.cluster = buf_cstr(&l->source[0]),
				     .node = buf_cstr(&l->source[1]),
				     .session = buf_cstr(&l->source[2]),
				     .accounted = accounted ? "true" : "false"};

	if (st == DBCONN_OK)
		st = add_rows(l, &l->segment, JOB_TOUCHED, &l->touched);
	l->scratch.n = 0;
	headline_put_segment(&h, &l->scratch);
	if (st == DBCONN_OK)
		st = add_frame(l, &l->segment, JOB_SEGMENT,
			       buf_view(&l->scratch));
	if (st == DBCONN_OK)
		st = delivery_put(l->delivery, &l->segment);
	job_reset(&l->segment);
	l->has_source = false;
	return st;
}

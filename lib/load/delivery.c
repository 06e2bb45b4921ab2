/* SPDX-License-Identifier: Apache-2.0 */
#include "load/delivery.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "load/apply.h"
#include "load/migrate.h"
#include "load/spool.h"
#include "pipe/stop.h"

#define FIRST_PAUSE_MS 100
#define MAX_PAUSE_MS 30000
/* Of the spool, before input is read again. */
#define SLICE_MS 200
#define NAP_MS 50 /* how soon a signal is seen */

struct delivery {
	struct delivery_opts o;
	struct delivery_stats stats;
	struct dbconn *db;
	struct spool *spool; /* or NULL */
	struct job replay;
	bool connected, away;	       /* away: on_away has been told */
	unsigned failures;	       /* since the last job that was applied */
	uint64_t next_try, away_since; /* ms */
	char error[700], detail[600];
	const char *hint;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static enum dbconn_status PRINTF_LIKE(3, 4)
	fail(struct delivery *d, enum dbconn_status st, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(d->error, sizeof(d->error), fmt, ap);
	va_end(ap);
	d->detail[0] = '\0';
	return st;
}

/* What the server said about it. */
static enum dbconn_status fail_db(struct delivery *d, enum dbconn_status st,
				  const char *doing)
{
	fail(d, st, "cannot %s: %s", doing, dbconn_error(d->db));
	snprintf(d->detail, sizeof(d->detail), "%s", dbconn_detail(d->db));
	if (dbconn_missing_table(d->db))
		d->hint = "'rt-pgload init' creates the schema";
	return st;
}

/* --- the server --------------------------------------------------------- */

static bool passes(enum dbconn_status st)
{
	return st == DBCONN_AGAIN || st == DBCONN_AWAY;
}

/* It cannot take anything now: when to try next? */
static void went_away(struct delivery *d)
{
	uint64_t ms = FIRST_PAUSE_MS;

	d->connected = false;
	if (!d->failures)
		d->away_since = now_ms();
	for (unsigned i = 0; i < d->failures && ms < MAX_PAUSE_MS; i++)
		ms *= 2;
	ms = MIN(ms, (uint64_t)MAX_PAUSE_MS);
	d->failures++;
	d->next_try = now_ms() + ms / 2 + (uint64_t)random() % (ms / 2 + 1);
	if (!d->away)
		d->o.on_away(d->o.ctx, d->error);
	d->away = true;
}

static void came_back(struct delivery *d)
{
	d->failures = 0;
	if (d->away) {
		d->stats.reconnects++;
		d->o.on_away(d->o.ctx, NULL);
	}
	d->away = false;
}

static enum dbconn_status check_schema(struct delivery *d)
{
	int version;
	enum dbconn_status st = migrate_version(d->db, &version);

	if (st != DBCONN_OK)
		return fail_db(d, st, "look for the schema");
	if (version == MIGRATE_LATEST)
		return st;
	if (version < MIGRATE_LATEST)
		d->hint = "'rt-pgload init' creates or upgrades it";
	if (!version)
		return fail(d, DBCONN_CONFIG,
			    "the database has no schema 'signals'");
	return fail(d, DBCONN_CONFIG, "schema 'signals' has version %d, not %d",
		    version, MIGRATE_LATEST);
}

static enum dbconn_status connect_now(struct delivery *d)
{
	enum dbconn_status st = dbconn_open(d->db, d->o.dsn);

	if (st != DBCONN_OK)
		return fail_db(d, st, "connect to the database");
	st = check_schema(d);
	if (st != DBCONN_OK)
		return st;
	st = apply_prepare(d->db);
	d->connected = st == DBCONN_OK;
	return d->connected ? st : fail_db(d, st, "prepare to load");
}

/* Connects where it is time to. What passes is no failure. */
static enum dbconn_status try_connect(struct delivery *d)
{
	enum dbconn_status st;

	if (d->connected || now_ms() < d->next_try)
		return DBCONN_OK;
	st = connect_now(d);
	if (!passes(st))
		return st;
	went_away(d);
	return DBCONN_OK;
}

/* --- jobs --------------------------------------------------------------- */

static void count(struct delivery *d, const struct apply_result *r, bool later)
{
	uint64_t *rows[PARTS] = {&d->stats.hot_rows, &d->stats.package_rows};

	for (size_t i = 0; i < PARTS; i++) {
		switch (r->part[i].state) {
		case APPLY_NONE:
			break;
		case APPLY_NEW:
			d->stats.applied++;
			*rows[i] += r->part[i].rows;
			break;
		case APPLY_THERE:
			d->stats.present++;
			break;
		case APPLY_DIFFERS:
			d->stats.conflicts++;
			d->o.on_conflict(d->o.ctx, r->name, r->part[i].had_rows,
					 r->part[i].rows, later);
		}
	}
}

/* path: NULL where the job comes from memory. */
static enum dbconn_status broken(struct delivery *d, int err, const char *path)
{
	d->hint = path ? "moved out of the way, the others can be loaded" : "";
	return fail(d, DBCONN_FAILED, "cannot read back %s: %s",
		    path ? path : "a batch",
		    err == EBADMSG ? "it is damaged" : strerror(err));
}

/* Applied, or *passed: the server cannot, for now. */
static enum dbconn_status apply(struct delivery *d, struct job *j,
				const char *path, bool *passed)
{
	struct apply_result r;
	enum dbconn_status st = apply_job(d->db, j, &r);

	*passed = false;
	d->stats.retries += r.retries;
	if (r.broken)
		return broken(d, r.broken, path);
	if (st == DBCONN_OK) {
		came_back(d);
		count(d, &r, path);
		return st;
	}
	fail_db(d, st, "load");
	if (!passes(st))
		return st;
	went_away(d);
	*passed = true;
	return DBCONN_OK;
}

static enum dbconn_status replay_one(struct delivery *d)
{
	const char *path = spool_oldest(d->spool, &d->replay);
	enum dbconn_status st;
	bool passed = false;

	if (!path)
		return fail(d, DBCONN_FAILED, "cannot read the spool: %s",
			    strerror(errno));
	st = apply(d, &d->replay, path, &passed);
	job_reset(&d->replay);
	if (st == DBCONN_OK && !passed && !spool_remove_oldest(d->spool))
		return fail(d, DBCONN_FAILED, "cannot remove %s: %s", path,
			    strerror(errno));
	return st;
}

/* Goes on with what waits on disk, for a while. */
static enum dbconn_status advance(struct delivery *d)
{
	uint64_t end = now_ms() + SLICE_MS;
	enum dbconn_status st = try_connect(d);

	while (st == DBCONN_OK && d->connected && d->spool &&
	       spool_jobs(d->spool) && now_ms() < end)
		st = replay_one(d);
	return st;
}

static bool nothing_waits(const struct delivery *d)
{
	return !d->spool || !spool_jobs(d->spool);
}

/* Until the next try; false: long enough, or told to stop. */
static bool wait_for_server(struct delivery *d)
{
	struct timespec nap = {0, NAP_MS * 1000000L};

	while (!d->connected && now_ms() < d->next_try) {
		if (stop_now() || now_ms() - d->away_since >= d->o.retry_ms)
			return false;
		nanosleep(&nap, NULL);
	}
	return true;
}

static enum dbconn_status put_on_disk(struct delivery *d, struct job *j)
{
	if (!spool_put(d->spool, j))
		return fail(d, DBCONN_FAILED, "cannot write to the spool: %s",
			    strerror(errno));
	d->stats.spooled++;
	return DBCONN_OK;
}

enum dbconn_status delivery_put(struct delivery *d, struct job *j)
{
	enum dbconn_status st;
	bool passed;

	for (;;) {
		st = advance(d);
		if (st != DBCONN_OK)
			return st;
		if (d->connected && nothing_waits(d)) {
			st = apply(d, j, NULL, &passed);
			if (st != DBCONN_OK || !passed)
				return st;
		}
		if (d->spool && spool_has_room(d->spool, job_size(j)))
			return put_on_disk(d, j);
		if (!wait_for_server(d))
			return DBCONN_AWAY;
	}
}

enum dbconn_status delivery_idle(struct delivery *d, int *again)
{
	enum dbconn_status st;
	uint64_t now;

	*again = -1;
	if (nothing_waits(d))
		return DBCONN_OK;
	st = advance(d);
	now = now_ms();
	if (st == DBCONN_OK && !nothing_waits(d))
		*again = d->connected || now >= d->next_try
				 ? 0
				 : (int)(d->next_try - now);
	return st;
}

enum dbconn_status delivery_finish(struct delivery *d)
{
	enum dbconn_status st = DBCONN_OK;

	while (!nothing_waits(d)) {
		if (!wait_for_server(d)) {
			d->hint =
				"what waits in the spool is loaded by the "
				"next run with it";
			return DBCONN_AWAY;
		}
		st = advance(d);
		if (st != DBCONN_OK)
			break;
	}
	return st;
}

/* --- life --------------------------------------------------------------- */

struct delivery *delivery_new(const struct delivery_opts *o)
{
	struct delivery *d = mem_zalloc(sizeof(*d));
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	srandom((unsigned)t.tv_nsec);
	d->o = *o;
	d->hint = "";
	d->db = dbconn_new();
	return d;
}

void delivery_free(struct delivery *d)
{
	if (!d)
		return;
	job_release(&d->replay);
	spool_close(d->spool);
	dbconn_free(d->db);
	mem_free(d);
}

static enum dbconn_status open_spool(struct delivery *d)
{
	d->spool = spool_open(d->o.spool_dir, d->o.spool_bytes);
	if (d->spool)
		return DBCONN_OK;
	if (errno == EWOULDBLOCK)
		return fail(d, DBCONN_CONFIG,
			    "another process has the spool %s", d->o.spool_dir);
	return fail(d, DBCONN_FAILED, "cannot open the spool %s: %s",
		    d->o.spool_dir, strerror(errno));
}

enum dbconn_status delivery_open(struct delivery *d)
{
	enum dbconn_status st = d->o.spool_dir ? open_spool(d) : DBCONN_OK;

	if (st != DBCONN_OK)
		return st;
	return d->spool ? try_connect(d) : connect_now(d);
}

struct delivery_stats delivery_get_stats(const struct delivery *d)
{
	struct delivery_stats st = d->stats;

	if (d->spool) {
		st.waiting_jobs = spool_jobs(d->spool);
		st.waiting_bytes = spool_bytes(d->spool);
	}
	return st;
}

const char *delivery_error(const struct delivery *d)
{
	return d->error;
}

const char *delivery_detail(const struct delivery *d)
{
	return d->detail;
}

const char *delivery_hint(const struct delivery *d)
{
	return d->hint;
}

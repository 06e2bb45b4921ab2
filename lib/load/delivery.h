/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delivery.h - jobs to the server, in order, each applied once: now, or when
 * it is back. Without a spool a job waits in memory, and its giver with it;
 * with one it goes to disk, and behind it all that follow, until the server
 * has taken what is there.
 *
 * Between tries the pauses double, from 100 ms to 30 s, and a random half of
 * each is left out, so that many loaders do not come back at once.
 */
#ifndef RT_DELIVERY_H
#define RT_DELIVERY_H

#include "base/base.h"
#include "load/dbconn.h"
#include "load/job.h"

struct delivery_opts {
	const char *dsn;       /* see dbconn_open */
	const char *spool_dir; /* or NULL */
	uint64_t spool_bytes;  /* what it may hold */
	uint64_t retry_ms; /* how long without the server before giving up */
	void *ctx;
	/*
	 * A batch that is there has come again with other rows. later: it came
	 * from the spool, so that its segment has been accounted for.
	 */
	void (*on_conflict)(void *ctx, const char *batch, uint64_t had_rows,
			    uint64_t rows, bool later);
	/* The server went, because of what; NULL: it is back. */
	void (*on_away)(void *ctx, const char *why);
};

struct delivery_stats {
	uint64_t hot_rows, package_rows;      /* of batches that were applied */
	uint64_t applied, present, conflicts; /* batches, by kind */
	uint64_t retries, reconnects;
	uint64_t spooled;		      /* jobs that went to disk, ever */
	uint64_t waiting_jobs, waiting_bytes; /* now */
};

struct delivery;

struct delivery *delivery_new(const struct delivery_opts *o);
void delivery_free(struct delivery *d);

/*
 * Connects and looks for the schema. A server that is away is no failure where
 * there is a spool.
 */
enum dbconn_status delivery_open(struct delivery *d);

/* The job is applied, or on disk. After a failure only delivery_free. */
enum dbconn_status delivery_put(struct delivery *d, struct job *j);

/*
 * A moment without input: goes on with the spool for a while. *again: ms until
 * the next call is of use, -1: never.
 */
enum dbconn_status delivery_idle(struct delivery *d, int *again);

/* Waits for the server while jobs are on disk. */
enum dbconn_status delivery_finish(struct delivery *d);

struct delivery_stats delivery_get_stats(const struct delivery *d);

/* Of a failure: what, the server's DETAIL or "", what to do or "". */
const char *delivery_error(const struct delivery *d);
const char *delivery_detail(const struct delivery *d);
const char *delivery_hint(const struct delivery *d);

#endif

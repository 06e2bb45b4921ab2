/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loader.h - batches of rows into the tables of schema `signals`, each
 * exactly once.
 *
 * A batch is what carries the same (cluster, node, session, window start,
 * chunk). Its rows come one behind the other; it is applied in one
 * transaction once the next batch, or loader_end_batch, shows that it is
 * whole. However large it is, memory here is bounded: rows go to a temporary
 * table of that transaction. What is there already is not applied again.
 *
 * After a status other than DBCONN_OK the loader is only good to be freed;
 * the server rolls back what was not committed.
 */
#ifndef RT_LOADER_H
#define RT_LOADER_H

#include "base/base.h"
#include "load/dbconn.h"
#include "load/row.h"

struct loader_opts {
	uint64_t batch_rows; /* held in memory */
	void *ctx;
	/* A batch that is there has come again with other rows: not applied. */
	void (*on_conflict)(void *ctx, const char *batch, uint64_t had_rows,
			    uint64_t rows);
};

struct loader_stats {
	uint64_t hot_rows, package_rows; /* of batches that were applied */
	uint64_t applied, present;	 /* batches, by kind */
	uint64_t conflicts;
	uint64_t conflict_rows, present_rows;
	uint64_t repaired; /* strings, see dbtext.h */
	uint64_t retries;
};

struct loader;

struct loader *loader_new(struct dbconn *db, const struct loader_opts *o);
void loader_free(struct loader *l);

/* On a fresh connection, before anything else. */
enum dbconn_status loader_start(struct loader *l);

enum dbconn_status loader_hot(struct loader *l, const struct row_hot *r);
enum dbconn_status loader_package(struct loader *l,
				  const struct row_package *r);
/*
 * A gap or ledger of the segment, as JSON; kept until its end. Notes have no
 * source of their own: they get that of the segment's first batch.
 */
enum dbconn_status loader_note(struct loader *l, const char *kind, sv json);

/* The batch at hand, if there is one, is whole. */
enum dbconn_status loader_end_batch(struct loader *l);
/* It may not be: forget it. The number of its rows; batch: its name. */
uint64_t loader_discard_batch(struct loader *l, char *batch, size_t size);

/*
 * The segment's notes; accounted: its chain of ledgers closes, so its batches
 * count for the completeness of their windows.
 */
enum dbconn_status loader_end_segment(struct loader *l, bool accounted);

const struct loader_stats *loader_get_stats(const struct loader *l);

#endif

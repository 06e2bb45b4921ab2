/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loader.h - rows into batches, batches and the notes of a segment into jobs,
 * jobs to the delivery.
 *
 * A batch is what carries the same (cluster, node, session, window start,
 * chunk). Its rows come one behind the other; it is handed on once the next
 * batch, or loader_end_batch, shows that it is whole. However large it is,
 * memory here is bounded, see job.h.
 */
#ifndef RT_LOADER_H
#define RT_LOADER_H

#include "base/base.h"
#include "load/delivery.h"
#include "load/row.h"

struct loader;

/* job_dir: where large batches wait until they are whole, see job.h. */
struct loader *loader_new(struct delivery *d, uint64_t batch_rows,
			  const char *job_dir);
void loader_free(struct loader *l);

/*
 * DBCONN_FAILED and loader_disk_errno where a large batch found no room; else
 * what the delivery said. Only good to be freed then.
 */
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
/*
 * Nothing to read right now. The batch at hand, where it is of a window that
 * still goes on, is as good as whole after some ms of that: people wait to see
 * it, and no other may follow for long. What does follow of it is a batch of
 * its own. *again: ms until the next call is of use, -1: when more was read.
 */
enum dbconn_status loader_idle(struct loader *l, int *again);
/* It may not be: forget it. The number of its rows; batch: its name. */
uint64_t loader_discard_batch(struct loader *l, char *batch, size_t size);

/*
 * What was held back as the possible end of a stream that was cut (held.h):
 * taken, or forgotten. *rows: how many were forgotten.
 */
enum dbconn_status loader_end_held(struct loader *l, bool take, uint64_t *rows);

/*
 * The segment's notes; accounted: its chain of ledgers closes, so its batches
 * count for the completeness of their windows.
 */
enum dbconn_status loader_end_segment(struct loader *l, bool accounted);

/* Strings, see dbtext.h. */
uint64_t loader_repaired(const struct loader *l);
/* What the disk said to a job that is being made, or 0. */
int loader_disk_errno(const struct loader *l);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * held.h - partial batches that may be the last words of a stream that was
 * cut. Where an input breaks off, the windows that were open are written as
 * far as they came; a dump that is read again writes the whole of them, and
 * then the first part must not be there. So a partial batch waits until what
 * follows shows that the stream went on.
 *
 * At an end each (window, cluster, node) is written in ascending order, at
 * most twice (events that came late have a batch of their own, in front): what
 * breaks this order proves that there was no end.
 */
#ifndef RT_HELD_H
#define RT_HELD_H

#include "base/base.h"
#include "base/buf.h"
#include "load/job.h"
#include "load/row.h"

struct held {
	struct job before, last; /* all batches but the last; that one */
	uint64_t rows_before, rows_last;
	bool draining; /* held_next is at work on before */
	/* Of the last one. */
	struct timestamp start;
	struct buf source;
	unsigned times; /* that its key came in a row */
};

/* Which of them does a batch of that key prove to be no end? */
enum held_proof { HELD_NONE, HELD_BEFORE, HELD_ALL };
enum held_proof held_proof(const struct held *h, const struct batch_id *id);

/* Takes the job, which then is empty; held_proof has been heeded. */
bool held_add(struct held *h, struct job *j, const struct batch_id *id,
	      uint64_t rows);
/*
 * Moves the oldest job into out, which is empty: of all, or of those before
 * the last. 1, 0: none, -1: errno. Called until it returns 0.
 */
int held_next(struct held *h, bool all, struct job *out);

bool held_any(const struct held *h);
void held_reset(struct held *h);
void held_release(struct held *h);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * losswatch.h - a thread that reads the agent's loss counters at the start, at
 * intervals and at the end, and notes each movement in the ring.
 */
#ifndef RT_LOSSWATCH_H
#define RT_LOSSWATCH_H

#include "base/base.h"
#include "event/gap.h"
#include "tap/ring.h"

struct losswatch;

/* The contents of a note. */
struct losswatch_note {
	size_t counter;
	uint64_t by;
	bool restarted;
	struct timestamp from, to; /* of the two readings */
	char why[200]; /* not empty: the counters cannot be read */
};

/* tag: of the notes. The first reading is made before this returns. */
struct losswatch *losswatch_start(const char *url, uint64_t interval_ms,
				  struct ring *ring, int tag);
/* Reads once more; its notes stand in the ring when this returns. */
void losswatch_stop(struct losswatch *w);

/* A note as a gap; text lives as long as the note. */
void losswatch_gap(const struct losswatch_note *n, struct gap *g);

#endif

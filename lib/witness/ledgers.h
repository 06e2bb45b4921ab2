/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledgers.h - what a stream says of itself: the ledgers of its stages, the gaps
 * in it, what the agent was watching. Kept as JSON for the statement, and
 * judged: does every stage account for what the one before it wrote?
 */
#ifndef RT_WITNESS_LEDGERS_H
#define RT_WITNESS_LEDGERS_H

#include "base/base.h"
#include "base/buf.h"
#include "text/rfc3339.h"

#define LEDGERS_MAX_GAPS 1000 /* listed; all are counted */
#define LEDGERS_MAX_LEDGERS 256
#define LEDGERS_MAX_POLICIES 256

struct ledgers {
	/* Elements of JSON arrays: "[...", or empty. */
	struct buf ledgers, gaps, policies;
	size_t n_ledgers, n_gaps, n_policies;
	struct timestamp first, last; /* of the events, by the first stage */
	char agent_version[64], canon_version[64];
	char source_digest[64]; /* of what the first stage read */
	uint64_t lost;		/* by the gaps */
	bool lost_unknown;
	bool incomplete; /* a segment without ledgers, or ended badly */
	/* Of the segment at hand. */
	bool in_segment;
	uint64_t written; /* by the stage before */
};

/* Zero-initialise. False: malformed. */
bool ledgers_ledger(struct ledgers *c, sv body);
bool ledgers_gap(struct ledgers *c, sv body);
bool ledgers_posture(struct ledgers *c, sv body);
/* The segment ends. */
void ledgers_close(struct ledgers *c, bool complete);

/* All of the range is accounted for, and nothing of it is lost. */
bool ledgers_is_whole(const struct ledgers *c);
void ledgers_reset(struct ledgers *c);
void ledgers_release(struct ledgers *c);

#endif

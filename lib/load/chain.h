/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain.h - do the ledgers of a segment close? Each must balance (in = out +
 * dropped + merged), take what the one before it gave (out + created), name
 * it as its upstream, and say of itself that it is complete.
 */
#ifndef RT_CHAIN_H
#define RT_CHAIN_H

#include "base/base.h"

struct chain {
	uint64_t ledgers;
	uint64_t given; /* by the last stage */
	char stage[64]; /* its name */
	char wrong[200]; /* the first that does not close; "" where all do */
};

/* The next ledger, in the order of the stream. */
void chain_add(struct chain *c, sv ledger);
void chain_reset(struct chain *c);

/* Did any come, and do they close? */
bool chain_closes(const struct chain *c);

#endif

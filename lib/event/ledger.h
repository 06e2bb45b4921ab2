/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger.h - what one stage did with one segment of a stream
 * (proto/rt/v1/account.proto): counted while records pass, written behind
 * them, checked against the ledger of the stage before.
 */
#ifndef RT_LEDGER_H
#define RT_LEDGER_H

#include "base/base.h"
#include "base/buf.h"
#include "base/hash.h"
#include "event/record.h"

#define LEDGER_MAX_NAMES 128

/* Counts by name: reasons, rules, verdicts. Names are constant strings. */
struct ledger_map {
	const char *name[LEDGER_MAX_NAMES];
	uint64_t n[LEDGER_MAX_NAMES];
	size_t used;
};

void ledger_count(struct ledger_map *m, const char *name, uint64_t n);
uint64_t ledger_sum(const struct ledger_map *m);

struct ledger {
	const char *stage;
	uint64_t in, out, merged, created;
	struct ledger_map dropped, verdicts, redacted, redacted_in,
		packages;
	struct timestamp first, last;
	bool has_time;
	struct hash128 digest, in_digest;
	bool complete;
	/* From the upstream's ledger, where there was one. */
	char upstream[64];
	int64_t unaccounted;
};

/* Widens first and last. */
void ledger_time(struct ledger *l, struct timestamp t);

/* The message's wire bytes. */
void ledger_write(const struct ledger *l, struct buf *out);

/* What a downstream stage needs of an upstream's ledger. */
struct ledger_view {
	sv stage;
	uint64_t in, out, created, dropped, merged;
	bool complete;
};

bool ledger_parse(sv body, struct ledger_view *v);

#endif

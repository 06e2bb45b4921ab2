/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gap.h - "something may be missing here" (proto/rt/v1/account.proto).
 */
#ifndef RT_GAP_H
#define RT_GAP_H

#include "base/base.h"
#include "base/buf.h"
#include "text/rfc3339.h"

struct gap {
	sv stage;
	const char *reason; /* one of DESIGN's, see rt-stream(5) */
	uint64_t count;
	bool unknown;
	struct timestamp from, to; /* not set: not known */
	sv scope, detail;
};

/* Field numbers that readers look for. */
enum {
	GAP_STAGE = 1,
	GAP_REASON,
	GAP_COUNT,
	GAP_UNKNOWN,
	GAP_FROM,
	GAP_TO,
};

void gap_write(const struct gap *g, struct buf *out);

/* All of a written gap's fields but the first, the stage. */
sv gap_without_stage(sv body);

#endif

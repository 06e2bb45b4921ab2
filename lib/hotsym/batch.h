/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch.h - a window as HotSymbol and PackageSeen records
 * (proto/rt/v1/hot.proto).
 */
#ifndef RT_BATCH_H
#define RT_BATCH_H

#include "base/base.h"
#include "hotsym/hotsym.h"
#include "hotsym/window.h"

struct batch {
	const struct window *window; /* sorted */
	int64_t start, length;	     /* ns */
	sv session;
	uint32_t chunk;
	bool partial;
	double min_confidence;
};

void batch_write(const struct batch *b, const struct hotsym_sink *sink,
		 struct hotsym_stats *stats);

/* Nanoseconds since 1970 as a timestamp. */
struct timestamp batch_time(int64_t ns);

#endif

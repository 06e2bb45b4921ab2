/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch.h - a window as HotSymbol and PackageSeen records
 * (proto/rt/v1/hot.proto).
 */
#ifndef RT_BATCH_H
#define RT_BATCH_H

#include "base/base.h"
#include "base/buf.h"
#include "hotsym/window.h"

/* Where batches go; the records are written between begin and end. */
struct batch_sink {
	void *ctx;
	struct buf *(*begin_symbol)(void *ctx);
	void (*end_symbol)(void *ctx);
	struct buf *(*begin_package)(void *ctx);
	void (*end_package)(void *ctx);
	/* n events came behind the watermark; window start and end. */
	void (*late)(void *ctx, uint64_t n, struct timestamp from,
		     struct timestamp to);
};

struct batch_counts {
	uint64_t below_confidence;  /* rows not written */
	uint64_t callers_truncated; /* rows */
};

struct batch {
	const struct window *window; /* sorted */
	int64_t start, length;	     /* ns */
	sv session;
	uint32_t chunk;
	bool partial;
	double min_confidence;
};

void batch_write(const struct batch *b, const struct batch_sink *sink,
		 struct batch_counts *counts);

/*
 * In [0.20, 1.00], after the seed's ladder: 0.80 for a function that was seen;
 * 1.00 where the window proves more than 1,000 calls a day, which a window of
 * a day or less does with more than 1,000 calls in it, a longer one with as
 * many for each day begun; times 0.75 where nothing could confirm the
 * function's name (verdict unverifiable). What was not seen has no row: 0.50
 * and less of the ladder are for who knows what could have been.
 */
double batch_confidence(uint64_t count, uint8_t verdict, int64_t window_ns);

/* Nanoseconds since 1970 as a timestamp. */
struct timestamp batch_time(int64_t ns);

#endif

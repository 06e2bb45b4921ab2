/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hotsym.h - functions counted once an event, in windows by event time.
 *
 * A window is written when the watermark (the latest event time less the
 * lateness) passes its end; an event behind that is still counted, in a late
 * batch of its own, and reported as late. When there are more keys than the
 * bound, all open windows are written at once as partial batches: sums stay
 * exact, nothing is thrown away.
 *
 * Every batch of a stream has its own chunk number; (cluster, node, session,
 * window, chunk) identifies it. The session's default is the id of the first
 * event, so that a replay writes the same batches again.
 */
#ifndef RT_HOTSYM_H
#define RT_HOTSYM_H

#include "base/base.h"
#include "base/buf.h"
#include "hotsym/callview.h"

struct hotsym_opts {
	uint64_t window_ms, lateness_ms;
	uint64_t max_keys;    /* symbols and packages of all open windows */
	uint64_t max_callers; /* of one key in one window */
	uint64_t max_samples; /* bytes of samples in memory */
	bool kernel;	      /* count kernel functions, too */
	bool samples;
	double min_confidence;
	const char *session; /* NULL: the first event's id */
};

/* Where batches go; the records are written between begin and end. */
struct hotsym_sink {
	void *ctx;
	struct buf *(*begin_symbol)(void *ctx);
	void (*end_symbol)(void *ctx);
	struct buf *(*begin_package)(void *ctx);
	void (*end_package)(void *ctx);
	/* n events came behind the watermark; window start and end. */
	void (*late)(void *ctx, uint64_t n, struct timestamp from,
		     struct timestamp to);
};

struct hotsym_stats {
	uint64_t early_flushes;	  /* for the key bound */
	uint64_t late;		  /* events */
	uint64_t below_confidence; /* rows not written */
	uint64_t callers_truncated; /* rows */
	uint64_t frames_cut;
};

struct hotsym;

struct hotsym *hotsym_new(const struct hotsym_opts *o,
			  const struct hotsym_sink *sink);
void hotsym_free(struct hotsym *h);

/* False where the call's bytes are malformed. */
bool hotsym_call(struct hotsym *h, sv call);

/* Writes all open windows; partial unless the stream has ended. */
void hotsym_flush(struct hotsym *h, bool partial);

const struct hotsym_stats *hotsym_get_stats(const struct hotsym *h);

/*
 * In [0.20, 1.00]: 0.80 for a function that was seen, 1.00 from 1,000 calls
 * in a window on (the seed's ladder), times 0.75 where nothing could confirm
 * the function's name (verdict unverifiable).
 */
double hotsym_confidence(uint64_t count, uint8_t verdict);

#endif

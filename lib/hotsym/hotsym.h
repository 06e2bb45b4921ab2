/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hotsym.h - functions counted once an event, in windows by event time.
 *
 * A window is written when the watermark (the latest event time less the
 * lateness) passes its end; an event behind that is still counted, in a late
 * batch of its own, and reported as late. When there are more keys or
 * bytes than the bound, all open windows are written at once as partial
 * batches: sums stay exact, nothing is thrown away.
 *
 * Every batch of a stream has its own chunk number; (cluster, node, session,
 * window, chunk) identifies it. The session's default is the id of the first
 * event, so that a replay writes the same batches again.
 */
#ifndef RT_HOTSYM_H
#define RT_HOTSYM_H

#include "base/base.h"
#include "hotsym/batch.h"
#include "hotsym/observed.h"

struct hotsym_opts {
	uint64_t window_ms, lateness_ms;
	uint64_t flush_ms;    /* of a live stream, see hotsym_idle; 0: never */
	uint64_t max_keys;    /* symbols and packages of all open windows */
	uint64_t max_callers; /* of one key in one window */
	uint64_t max_bytes;   /* of all open windows; 0: not bounded */
	uint64_t max_samples; /* bytes of samples in memory */
	bool kernel;	      /* count kernel functions, too */
	bool samples;
	double min_confidence;
	const char *session;	   /* NULL: the first event's id */
	struct observed *observed; /* gets each window, or NULL; borrowed */
};

struct hotsym_stats {
	uint64_t early_flushes;	 /* for the bounds of keys and bytes */
	uint64_t timed_flushes;	 /* by hotsym_idle */
	uint64_t window_flushes; /* for the bound of open windows */
	uint64_t late;		 /* events */
	struct batch_counts rows;
	uint64_t frames_cut;
};

struct hotsym;

struct hotsym *hotsym_new(const struct hotsym_opts *o,
			  const struct batch_sink *sink);
void hotsym_free(struct hotsym *h);

/* False where the call's bytes are malformed. */
bool hotsym_call(struct hotsym *h, sv call);

/*
 * For when nothing comes, and now and then when much does: writes all open
 * windows as partial batches where the oldest event in them was counted
 * flush_ms ago. Only of a live stream, whose latest event is at most
 * HOTSYM_LIVE_S old by the system's clock: what a replay writes must not depend
 * on how fast it runs. For how many ms it need not be called again; -1: until
 * the next event.
 */
#define HOTSYM_LIVE_S 600
int hotsym_idle(struct hotsym *h);

/* Writes all open windows; partial unless the stream has ended. */
void hotsym_flush(struct hotsym *h, bool partial);

const struct hotsym_stats *hotsym_get_stats(const struct hotsym *h);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logline.h - records that come as lines of a container's log: with a prefix
 * (cri.h) or in Docker's envelope (envelope.h), whole or in parts. Parts are
 * joined with the following ones of the same stream; the streams, and lines
 * that are no log's, may alternate.
 *
 * A unit is all lines of one record. Units come in the order in which they
 * are complete.
 */
#ifndef RT_LOGLINE_H
#define RT_LOGLINE_H

#include "base/base.h"
#include "stream/logrun.h"
#include "stream/objread.h"
#include "stream/recbuf.h"
#include "stream/recin.h"

enum {
	LOGLINE_CRI = 0,
	LOGLINE_DOCKER = 2,
	LOGLINE_STDERR = 1, /* or'ed to either */
	LOGLINE_RUNS = 4,
};

struct loglines {
	struct logrun run[LOGLINE_RUNS];
	size_t open; /* runs that wait for another part */
	size_t max_record;
	/* Of the unit: the caller sets where a line starts; for one that ends
	 * a run it becomes where that run's first line was. */
	uint64_t offset;
};

struct logline {
	unsigned int run; /* LOGLINE_* */
	bool partial;
	size_t n;      /* bytes in the input, without the newline */
	size_t prefix; /* of them before the content; 0: it is not as it was */
	sv content;    /* padded for the reader */
};

void loglines_release(struct loglines *l);
/* A new stream begins. */
void loglines_reset(struct loglines *l);

/*
 * The next line of b, which holds all of it and what comes behind; false while
 * the unit is not complete. RECORD, BAD, TRUNCATED (BAD as the last thing).
 */
bool loglines_take(struct loglines *l, struct recbuf *b,
		   const struct logline *line, struct objread *o,
		   struct record *rec, struct rt_err *err,
		   enum recin_status *st);
/* The same for a line over the limit, of which b holds the beginning. */
bool loglines_skip(struct loglines *l, struct recbuf *b,
		   const struct logline *line, struct rt_err *err,
		   enum recin_status *st);

/* Something broken stands here: it may have been a part of any run. */
void loglines_damage(struct loglines *l);

/* At the end of the stream: TRUNCATED for each run that waits, then EOF. */
enum recin_status loglines_end(struct loglines *l, struct recbuf *b,
			       struct rt_err *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logrun.h - the parts of one record that a container's log has cut into
 * several lines, gathered until the last one. All lines of a run, with what
 * stands around the parts, are one unit: it is bounded as a record is, and if
 * it turns out to be none, its lines are skipped as they came.
 */
#ifndef RT_LOGRUN_H
#define RT_LOGRUN_H

#include "base/base.h"
#include "base/buf.h"
#include "stream/recbuf.h"

struct logrun {
	bool open;
	bool over;	 /* the limit: its lines are skipped as they come */
	bool damaged;	 /* what stood between its lines may be a part */
	uint64_t offset; /* of the first line */
	size_t bytes;	 /* of all lines */
	struct buf text; /* the parts joined, JREAD_PADDING behind them */
	struct buf lines; /* as they came, where somebody wants to see them */
};

void logrun_release(struct logrun *r);

/* The next n bytes of b are a line of the run, and `part` is its content. */
void logrun_add(struct logrun *r, struct recbuf *b, size_t n, sv part,
		size_t max);
/* A line over the limit begins: the caller skips it. */
void logrun_overrun(struct logrun *r, struct recbuf *b);
/* The run is done: a record, or (skipped) none. */
void logrun_close(struct logrun *r, struct recbuf *b, bool is_record);

#endif

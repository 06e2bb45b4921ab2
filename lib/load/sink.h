/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink.h - what a stream's records become: rows, notes, and at the end of a
 * segment the verdict on its completeness. The callbacks of a stage
 * (stream/stage.h) whose ctx is a struct sink.
 */
#ifndef RT_SINK_H
#define RT_SINK_H

#include "base/base.h"
#include "base/buf.h"
#include "load/chain.h"
#include "load/loader.h"
#include "stream/stage.h"

/* What people should know; the texts live for the call. */
struct sink_events {
	void *ctx;
	/* A batch that is there has come again with other rows. */
	void (*conflict)(void *ctx, const char *batch, uint64_t had_rows,
			 uint64_t rows);
	/* No ledger behind the last batch: not loaded. */
	void (*unfinished)(void *ctx, const char *batch, uint64_t rows);
	/* Why the segment is not complete; NULL: the stage has said so. */
	void (*incomplete)(void *ctx, const char *why);
	/* A segment was loaded. */
	void (*loaded)(void *ctx, const struct loader_stats *stats);
};

struct sink {
	struct loader *loader; /* the caller's, started */
	struct sink_events events;
	bool take_unfinished; /* load a last batch without ledger, too */
	/* Zero at first; for the caller to read. */
	enum dbconn_status status; /* the first failure; nothing follows it */
	uint64_t segments, complete;
	/* Private. */
	struct stage *stage;
	struct chain chain;
	struct buf json;
};

enum stage_result sink_record(void *sink, struct stage *s,
			      const struct record *r);
bool sink_close(void *sink, struct stage *s, bool complete);
void sink_release(struct sink *k);

/* For loader_opts.on_conflict; its ctx is the sink. */
void sink_conflict(void *sink, const char *batch, uint64_t had, uint64_t rows);

#endif

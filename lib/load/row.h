/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row.h - HotSymbol and PackageSeen (proto/rt/v1/hot.proto) as views, and as
 * rows for the staging tables of sql.h.
 */
#ifndef RT_ROW_H
#define RT_ROW_H

#include "base/base.h"
#include "base/buf.h"
#include "load/copybin.h"
#include "load/dbtext.h"
#include "text/rfc3339.h"

/* What makes a batch: every row of it carries these. */
struct batch_id {
	sv cluster, node, session;
	struct timestamp start; /* of the window; not set: events had no time */
	uint32_t chunk;
};

struct row_head {
	struct batch_id id;
	struct timestamp window_end;
	bool partial;
};

struct row_hot {
	struct row_head head;
	sv image_digest, purl, function_name, module;
	int64_t calls, total_latency, max_latency; /* cut to what fits */
	struct timestamp first_seen, last_seen;
	sv body; /* callers and samples are read from it when written */
};

struct row_package {
	struct row_head head;
	sv image_digest, purl, module, build_id;
	uint64_t evidence;
	int64_t count;
	struct timestamp first_seen, last_seen;
};

/* False where the bytes are malformed or a time is out of range. */
bool row_parse_hot(sv body, struct row_hot *r);
bool row_parse_package(sv body, struct row_package *r);

/* What rows are made with; the arena in text is reset by the caller. */
struct row_writer {
	struct dbtext text;
	struct buf json; /* scratch */
};

/* One row, in the column order of rt_hot and rt_packages; its bytes. */
sv row_put_hot(struct row_writer *w, const struct row_hot *r,
	       struct copybin *out);
sv row_put_package(struct row_writer *w, const struct row_package *r,
		   struct copybin *out);
void row_writer_release(struct row_writer *w);

#endif

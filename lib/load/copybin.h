/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copybin.h - rows in the format of `COPY .. (FORMAT binary)`: lengths in
 * front of values, so that nothing in a value needs to be escaped
 * (postgresql.org/docs/15/sql-copy.html, "Binary Format").
 *
 * A row is copybin_row and then its columns, in order.
 */
#ifndef RT_COPYBIN_H
#define RT_COPYBIN_H

#include "base/base.h"
#include "base/buf.h"
#include "text/rfc3339.h"

struct copybin {
	struct buf data; /* header and rows; empty: nothing yet */
	uint64_t rows;
};

/* Returns where in data the row begins. */
size_t copybin_row(struct copybin *c, uint16_t columns);
void copybin_null(struct copybin *c);
void copybin_text(struct copybin *c, sv s);
void copybin_bigint(struct copybin *c, int64_t v);
/* NULL where it is not set. Nanoseconds are cut to microseconds. */
void copybin_time(struct copybin *c, struct timestamp t);
/* NULL where it is empty. */
void copybin_jsonb(struct copybin *c, sv json);

/* text[]: open, the items with copybin_text, close with what open said. */
size_t copybin_list_open(struct copybin *c);
void copybin_list_close(struct copybin *c, size_t at, uint32_t n);

/* The end mark; the view of all. Then reset for the next. */
sv copybin_finish(struct copybin *c);
void copybin_reset(struct copybin *c);
void copybin_release(struct copybin *c);

#endif

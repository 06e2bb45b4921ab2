/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.h - a buffered descriptor for records. Contents are appended to
 * `buf`; output_commit after each record decides whether to write. The first
 * error sticks: nothing is written behind it, output_close reports it.
 */
#ifndef RT_OUTPUT_H
#define RT_OUTPUT_H

#include "base/base.h"
#include "base/buf.h"

#define OUTPUT_FLUSH_AT (256 * KIB)

struct output {
	struct buf buf;
	int fd;
	int err; /* errno of the first failure */
	bool eager; /* a terminal: each record at once */
	uint64_t bytes;
};

void output_open(struct output *o, int fd);
/* Writes all that is buffered; false after any failure. */
bool output_flush(struct output *o);

/* After each record. */
static inline bool output_commit(struct output *o)
{
	if (UNLIKELY(o->buf.n >= OUTPUT_FLUSH_AT || o->eager))
		return output_flush(o);
	return o->err == 0;
}

/* Flushes and closes; the errno of the first failure, or 0. */
int output_close(struct output *o);

#endif

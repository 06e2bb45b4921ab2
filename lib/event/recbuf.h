/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recbuf.h - the window over an input that record framing looks at: unread
 * bytes in one piece, with padding behind them for the JSON reader.
 */
#ifndef RT_RECBUF_H
#define RT_RECBUF_H

#include "base/base.h"
#include "pipe/input.h"

struct recbuf {
	struct input *in;
	char *p;
	size_t start, end, cap; /* unread: p[start..end) */
	uint64_t offset;	/* of p[start] in the stream */
	enum input_status last; /* INPUT_OK until the input ends */
};

void recbuf_release(struct recbuf *b);
/* Begins with another input; unread bytes of the last one are dropped. */
void recbuf_attach(struct recbuf *b, struct input *in);
/* More bytes behind the unread ones; false at the end (b->last says why). */
bool recbuf_fill(struct recbuf *b);

static inline sv recbuf_view(const struct recbuf *b)
{
	return (sv){b->p + b->start, b->end - b->start};
}

static inline void recbuf_take(struct recbuf *b, size_t n)
{
	b->start += n;
	b->offset += n;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recbuf.h - the window over an input that record framing looks at: unread
 * bytes in one piece, with padding behind them for the JSON reader.
 *
 * Bytes leave it in two ways: taken, as a record or white space, or skipped,
 * as part of a unit that is no record. Who wants to see the latter gets them
 * as they go, however many they are.
 */
#ifndef RT_RECBUF_H
#define RT_RECBUF_H

#include "base/base.h"
#include "pipe/input.h"

typedef void recbuf_skipped(void *arg, sv bytes);

struct recbuf {
	struct input *in;
	char *p;
	size_t start, end, cap; /* unread: p[start..end) */
	size_t enough; /* unread bytes that anybody needs at once; 0: no say */
	uint64_t offset;	/* of p[start] in the stream */
	enum input_status last; /* INPUT_OK until the input ends */
	recbuf_skipped *on_skipped; /* or NULL */
	void *arg;
};

void recbuf_release(struct recbuf *b);
/* Begins with another input; unread bytes of the last one are dropped. */
void recbuf_attach(struct recbuf *b, struct input *in);
/* More bytes behind the unread ones; false at the end (b->last says why). */
bool recbuf_fill(struct recbuf *b);

/*
 * Index of the line's '\n' in the view; the view's length where the stream
 * ends without one, or where the line has more than max bytes.
 */
size_t recbuf_line(struct recbuf *b, size_t max);

static inline sv recbuf_view(const struct recbuf *b)
{
	return (sv){b->p + b->start, b->end - b->start};
}

static inline void recbuf_take(struct recbuf *b, size_t n)
{
	b->start += n;
	b->offset += n;
}

/* Bytes that were taken earlier, or are viewed, turn out to be no record. */
static inline void recbuf_disown(struct recbuf *b, sv bytes)
{
	if (b->on_skipped && bytes.n)
		b->on_skipped(b->arg, bytes);
}

static inline void recbuf_skip(struct recbuf *b, size_t n)
{
	recbuf_disown(b, (sv){b->p + b->start, n});
	recbuf_take(b, n);
}

/* Skips up to the next newline, however far it is. */
void recbuf_skip_line(struct recbuf *b);

#endif

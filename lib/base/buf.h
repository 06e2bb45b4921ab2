/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.h - the only growable byte buffer. Zero-initialise or buf_init; the
 * owner calls buf_release. Views into a buffer die when it grows.
 */
#ifndef RT_BUF_H
#define RT_BUF_H

#include "base/base.h"

C_DECLS_BEGIN

struct buf {
	char *p;
	size_t n;   /* bytes used */
	size_t cap; /* bytes owned */
};

void buf_release(struct buf *b);
/* Slow path of buf_reserve: room for `extra` more bytes. */
void buf_grow(struct buf *b, size_t extra);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Room for `extra` bytes; the place where they go. */
static inline char *buf_reserve(struct buf *b, size_t extra)
{
	if (UNLIKELY(b->cap - b->n < extra || !b->p))
		buf_grow(b, extra);
	return b->p + b->n;
}

static inline void buf_add(struct buf *b, const void *p, size_t n)
{
	char *q = buf_reserve(b, n);

	if (n)
		memcpy(q, p, n);
	b->n += n;
}

static inline void buf_sv(struct buf *b, sv s)
{
	buf_add(b, s.p, s.n);
}

static inline void buf_ch(struct buf *b, char c)
{
	*buf_reserve(b, 1) = c;
	b->n++;
}

static inline void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

static inline sv buf_view(const struct buf *b)
{
	return (sv){b->p, b->n};
}

/* NUL behind the contents, not counted in n. */
static inline char *buf_cstr(struct buf *b)
{
	*buf_reserve(b, 1) = '\0';
	return b->p;
}

C_DECLS_END

#endif

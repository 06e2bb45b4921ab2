/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

void buf_release(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf){0};
}

void buf_grow(struct buf *b, size_t extra)
{
	size_t want = b->n + extra;
	size_t cap = b->cap ? b->cap : 256;

	while (cap < want)
		cap += cap / 2;
	b->p = mem_realloc(b->p, cap);
	b->cap = cap;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n <= 0)
		return;
	va_start(ap, fmt);
	vsnprintf(buf_reserve(b, (size_t)n + 1), (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

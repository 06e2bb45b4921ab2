/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/recbuf.h"

#include "base/mem.h"
#include "codec/jread.h"

#define FIRST_SIZE (256 * KIB)

void recbuf_release(struct recbuf *b)
{
	input_close(b->in);
	mem_free(b->p);
	*b = (struct recbuf){0};
}

/* Room behind the unread bytes: move them down, else grow. */
static void make_room(struct recbuf *b)
{
	size_t left = b->end - b->start;

	if (b->start) {
		memmove(b->p, b->p + b->start, left);
		b->start = 0;
		b->end = left;
	}
	if (b->cap - b->end <= b->cap / 4) {
		size_t most = b->enough + FIRST_SIZE;

		/* What is over the limit is never held whole. */
		b->cap = b->cap ? b->cap * 2 : FIRST_SIZE;
		if (b->enough && left < b->enough && b->cap > most)
			b->cap = most;
		b->p = mem_realloc(b->p, b->cap + JREAD_PADDING);
	}
}

void recbuf_attach(struct recbuf *b, struct input *in)
{
	input_close(b->in);
	b->in = in;
	b->start = b->end = 0;
	b->offset = 0;
	b->last = INPUT_OK;
	if (!b->p)
		make_room(b);
}

bool recbuf_fill(struct recbuf *b)
{
	size_t n;

	if (b->last != INPUT_OK)
		return false;
	if (b->cap - b->end < b->cap / 2)
		make_room(b);
	b->last = input_read(b->in, b->p + b->end, b->cap - b->end, &n);
	if (b->last != INPUT_OK)
		return false;
	b->end += n;
	memset(b->p + b->end, 0, JREAD_PADDING);
	return true;
}

size_t recbuf_line(struct recbuf *b, size_t max)
{
	size_t seen = 0;

	for (;;) {
		sv v = recbuf_view(b);
		size_t i = sv_find(sv_from(v, seen), '\n');

		if (i != SIZE_MAX)
			return seen + i;
		seen = v.n;
		if (v.n > max || !recbuf_fill(b))
			return recbuf_view(b).n;
	}
}

void recbuf_skip_line(struct recbuf *b)
{
	do {
		sv v = recbuf_view(b);
		size_t i = sv_find(v, '\n');

		recbuf_skip(b, MIN(i, v.n));
		if (i != SIZE_MAX)
			return;
	} while (recbuf_fill(b));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/pbwire.h"

uint8_t pb_close_moved(struct buf *b, size_t start, uint8_t hint)
{
	size_t n = b->n - start;
	size_t need = pb_varint_size(n);

	buf_reserve(b, PB_MAX_VARINT);
	memmove(b->p + start - hint + need, b->p + start, n);
	b->n = start - hint + need + n;
	pb_patch_varint(b->p + start - hint, need, n);
	return (uint8_t)need;
}

void pb_put_timestamp(struct buf *b, uint32_t num, int64_t sec, int32_t nsec)
{
	size_t at = pb_open(b, num, 1);

	pb_put_uint(b, 1, (uint64_t)sec);
	pb_put_uint(b, 2, (uint64_t)(int64_t)nsec);
	pb_close(b, at, 1);
}

void pb_put_wrapper(struct buf *b, uint32_t num, uint64_t v)
{
	size_t at = pb_open(b, num, 1);

	pb_put_uint(b, 1, v);
	pb_close(b, at, 1);
}

bool pb_get_timestamp(sv s, int64_t *sec, int32_t *nsec)
{
	struct pb_cur c = pb_walk(s);
	struct pb_field f;
	int r;

	*sec = 0;
	*nsec = 0;
	while ((r = pb_next(&c, &f)) > 0) {
		if (f.num == 1 && f.wt == PB_VARINT)
			*sec = (int64_t)f.v;
		else if (f.num == 2 && f.wt == PB_VARINT)
			*nsec = (int32_t)f.v;
	}
	return r == 0;
}

bool pb_get_wrapper(sv s, uint64_t *v)
{
	struct pb_cur c = pb_walk(s);
	struct pb_field f;
	int r;

	*v = 0;
	while ((r = pb_next(&c, &f)) > 0)
		if (f.num == 1 && f.wt == PB_VARINT)
			*v = f.v;
	return r == 0;
}

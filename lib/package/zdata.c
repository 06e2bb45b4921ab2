/* SPDX-License-Identifier: Apache-2.0 */
#include "package/zdata.h"

#include <zlib.h>

enum { CHUNK = 16384 };

/* Room for a chunk, or for one byte more than may come. */
static size_t make_room(struct buf *out, size_t from, size_t max)
{
	size_t left = max - (out->n - from);

	buf_reserve(out, MIN((size_t)CHUNK, left + 1));
	return MIN((size_t)CHUNK, left + 1);
}

bool zdata_unpack(sv packed, enum zdata_form form, size_t max, struct buf *out)
{
	z_stream z = {.next_in = (Bytef *)packed.p,
		      .avail_in = (uInt)MIN(packed.n, (size_t)UINT32_MAX)};
	size_t from = out->n;
	int r;

	if (inflateInit2(&z, form == ZDATA_RAW ? -MAX_WBITS : MAX_WBITS) !=
	    Z_OK)
		return false;
	do {
		size_t room = make_room(out, from, max);

		z.next_out = (Bytef *)(out->p + out->n);
		z.avail_out = (uInt)room;
		r = inflate(&z, Z_NO_FLUSH);
		out->n += room - z.avail_out;
	} while (r == Z_OK && out->n - from <= max);
	inflateEnd(&z);
	return r == Z_STREAM_END && out->n - from <= max;
}

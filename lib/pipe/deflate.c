/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe/deflate.h"

#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8 };

bool deflate_gzip(struct buf *out, sv s)
{
	z_stream z = {0};
	int end;

	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
			 MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	buf_reserve(out, deflateBound(&z, s.n));
	z.next_in = (unsigned char *)(uintptr_t)s.p;
	z.avail_in = (uInt)s.n;
	z.next_out = (unsigned char *)out->p + out->n;
	z.avail_out = (uInt)(out->cap - out->n);
	end = deflate(&z, Z_FINISH);
	out->n += z.total_out;
	deflateEnd(&z);
	return end == Z_STREAM_END;
}

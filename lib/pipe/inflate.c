/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe/inflate.h"

#include <zlib.h>
#include <zstd.h>

#include "base/mem.h"

#define ZSTD_WINDOW_LOG 23 /* 8 MiB: what zstd -19 uses at most */

struct inflate {
	enum inflate_kind kind;
	z_stream z;
	ZSTD_DStream *d;
	bool boundary; /* between members or frames */
};

enum inflate_kind inflate_probe(sv magic)
{
	if (sv_starts(magic, SV("\x1f\x8b\x08")))
		return INFLATE_GZIP;
	if (sv_starts(magic, SV("\x28\xb5\x2f\xfd")))
		return INFLATE_ZSTD;
	return INFLATE_NONE;
}

struct inflate *inflate_new(enum inflate_kind kind)
{
	struct inflate *z = mem_zalloc(sizeof(*z));

	z->kind = kind;
	z->boundary = true;
	if (kind == INFLATE_ZSTD) {
		z->d = ZSTD_createDStream();
		if (z->d)
			ZSTD_DCtx_setParameter(z->d, ZSTD_d_windowLogMax,
					       ZSTD_WINDOW_LOG);
	}
	if (kind == INFLATE_ZSTD ? !z->d
				 : inflateInit2(&z->z, 15 + 16) != Z_OK)
		mem_alloc(SIZE_MAX); /* no memory: ends as mem.h says */
	return z;
}

void inflate_free(struct inflate *z)
{
	if (!z)
		return;
	if (z->kind == INFLATE_GZIP)
		inflateEnd(&z->z);
	ZSTD_freeDStream(z->d);
	mem_free(z);
}

static enum inflate_status gzip_some(struct inflate *z, sv src, size_t *used,
				     char *dst, size_t cap, size_t *n)
{
	int r;

	z->z.next_in = (Bytef *)(uintptr_t)src.p;
	z->z.avail_in = (uInt)src.n;
	z->z.next_out = (Bytef *)dst;
	z->z.avail_out = (uInt)MIN(cap, (size_t)1 << 30);
	cap = z->z.avail_out;
	if (z->boundary && src.n)
		z->boundary = false;
	r = inflate(&z->z, Z_NO_FLUSH);
	*used = src.n - z->z.avail_in;
	*n = cap - z->z.avail_out;
	if (r == Z_STREAM_END) {
		z->boundary = true;
		return inflateReset(&z->z) == Z_OK ? INFLATE_OK : INFLATE_BAD;
	}
	return r == Z_OK || r == Z_BUF_ERROR ? INFLATE_OK : INFLATE_BAD;
}

static enum inflate_status zstd_some(struct inflate *z, sv src, size_t *used,
				     char *dst, size_t cap, size_t *n)
{
	ZSTD_inBuffer in = {src.p, src.n, 0};
	ZSTD_outBuffer out = {dst, cap, 0};
	size_t r = ZSTD_decompressStream(z->d, &out, &in);

	*used = in.pos;
	*n = out.pos;
	if (ZSTD_isError(r))
		return INFLATE_BAD;
	z->boundary = r == 0;
	return INFLATE_OK;
}

enum inflate_status inflate_some(struct inflate *z, sv src, size_t *used,
				 char *dst, size_t cap, size_t *n)
{
	if (z->boundary && !src.n) {
		*used = *n = 0;
		return INFLATE_OK;
	}
	return z->kind == INFLATE_GZIP ? gzip_some(z, src, used, dst, cap, n)
				       : zstd_some(z, src, used, dst, cap, n);
}

bool inflate_at_boundary(const struct inflate *z)
{
	return z->boundary;
}

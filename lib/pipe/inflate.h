/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inflate.h - streaming decompression of gzip (zlib) and zstd behind one
 * face. Memory is bounded by the formats' windows (zstd: 128 MiB refused,
 * 8 MiB at most).
 */
#ifndef RT_INFLATE_H
#define RT_INFLATE_H

#include "base/base.h"

struct inflate;

enum inflate_kind { INFLATE_NONE, INFLATE_GZIP, INFLATE_ZSTD };
enum inflate_status { INFLATE_OK, INFLATE_BAD };

/* What the first (up to 4) bytes of a stream say. */
enum inflate_kind inflate_probe(sv magic);

struct inflate *inflate_new(enum inflate_kind kind);
void inflate_free(struct inflate *z);

/* Takes *used bytes of src and writes *n bytes to dst; either may be 0. */
enum inflate_status inflate_some(struct inflate *z, sv src, size_t *used,
				 char *dst, size_t cap, size_t *n);

/* Could the stream end here? */
bool inflate_at_boundary(const struct inflate *z);

#endif

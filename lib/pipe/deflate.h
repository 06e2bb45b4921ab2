/* SPDX-License-Identifier: Apache-2.0 */
/* deflate.h - bytes as gzip (RFC 1952), the same for the same bytes. */
#ifndef RT_DEFLATE_H
#define RT_DEFLATE_H

#include "base/base.h"
#include "base/buf.h"

/* Appends one member with s in it; false: zlib has no memory. */
bool deflate_gzip(struct buf *out, sv s);

#endif

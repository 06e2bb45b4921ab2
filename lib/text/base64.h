/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64.h - RFC 4648. Encoding is standard and padded, as protojson writes;
 * decoding takes the standard and the URL alphabet, padded or not, as
 * protojson reads.
 */
#ifndef RT_BASE64_H
#define RT_BASE64_H

#include "base/base.h"

C_DECLS_BEGIN

static inline size_t base64_encoded_size(size_t n)
{
	return (n + 2) / 3 * 4;
}

/* Upper bound. */
static inline size_t base64_decoded_size(size_t n)
{
	return n / 4 * 3 + 3;
}

/* Writes base64_encoded_size(s.n) bytes; the end of what was written. */
char *base64_encode(char *dst, sv s);

/*
 * Decodes into dst (base64_decoded_size(s.n) bytes); the number of bytes
 * written, or SIZE_MAX where s is not base64 (wrong byte, wrong length, wrong
 * padding, or bits left over that are not zero).
 */
size_t base64_decode(char *dst, sv s);

C_DECLS_END

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jtext.h - pieces of JSON text (RFC 8259): strings, integers and whole
 * values that are checked and copied without being understood.
 */
#ifndef RT_JTEXT_H
#define RT_JTEXT_H

#include "base/base.h"

C_DECLS_BEGIN

/* Bytes that must be readable behind any text given to this module. */
#define JTEXT_PADDING 64

/* Nesting of values that are copied unread. */
#define JTEXT_MAX_DEPTH 100

/*
 * Unescapes the string whose contents start at src (behind the quote) into
 * dst; writes up to 16 bytes more than the result. The text must be valid
 * UTF-8 without raw control bytes up to the closing quote. Returns the byte
 * behind the closing quote and sets *dst_end; NULL for a bad escape (an
 * unpaired surrogate is one).
 */
const char *jtext_string(const char *src, char *dst, char **dst_end);

enum jtext_num { JTEXT_NUM_OK, JTEXT_NUM_BAD, JTEXT_NUM_RANGE };

/*
 * An integer as protojson reads one: digits, or a number with fraction or
 * exponent whose value is an integer. tok may have white space behind it.
 * Negative values are two's complement in *v.
 */
enum jtext_num jtext_int64(sv tok, int64_t *v);
enum jtext_num jtext_uint64(sv tok, uint64_t *v);

/* A number after RFC 8259; white space may follow. */
bool jtext_double(sv tok, double *v);

/*
 * Checks one value at p (white space before it allowed) and copies it without
 * insignificant white space. The text ends before `end`; dst has room for as
 * many bytes as are read. Returns the byte behind the value and sets
 * *dst_end; NULL where it is not JSON. UTF-8 is the caller's matter.
 */
const char *jtext_minify(const char *p, const char *end, char *dst,
			 char **dst_end);

C_DECLS_END

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Strings and numbers of the JSON writer. */
#include "codec/jwrite_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>

/* Copies 16 bytes; how many of them before the first that is not plain. */
static inline size_t copy_plain16(const char *src, char *dst)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)src);
	__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
				   _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
	/* Signed: bytes from 0x80 on count as less than 0x20, too. */
	unsigned int mask = (unsigned int)_mm_movemask_epi8(_mm_or_si128(
		hit, _mm_cmplt_epi8(v, _mm_set1_epi8(0x20))));

	_mm_storeu_si128((__m128i *)(void *)dst, v);
	return mask ? (size_t)__builtin_ctz(mask) : 16;
}
#endif

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Eight or four plain ASCII bytes in a row, as one number. */
static inline bool all_plain(uint64_t v)
{
	const uint64_t ones = UINT64_MAX / 255, tops = ones << 7;
	uint64_t quote = v ^ ones * '"', slash = v ^ ones * '\\';

	/* Exact only while no byte before is a hit: that is enough here. */
	return !(((v - ones * 0x20) | (quote - ones) | (slash - ones) | v) &
		 tops);
}

/* The same bytes at once where all are plain; they overlap in the middle. */
static inline bool copy_short(const char *p, size_t n, char *q)
{
	uint64_t a, b;

	if (n >= 8) {
		memcpy(&a, p, 8);
		memcpy(&b, p + n - 8, 8);
		if (!all_plain(a) || !all_plain(b))
			return false;
		memcpy(q, &a, 8);
		memcpy(q + n - 8, &b, 8);
		return true;
	}
	if (n >= 4) {
		uint32_t head, tail;

		memcpy(&head, p, 4);
		memcpy(&tail, p + n - 4, 4);
		if (!all_plain((uint64_t)tail << 32 | head))
			return false;
		memcpy(q, &head, 4);
		memcpy(q + n - 4, &tail, 4);
		return true;
	}
	return false;
}

/* Copies plain bytes; the byte where that ends. */
static const char *copy_plain(const char *p, const char *end, char **dst)
{
	char *q = *dst;

#ifdef __SSE2__
	while (end - p >= 16) {
		size_t k = copy_plain16(p, q);

		p += k;
		q += k;
		if (k < 16) {
			*dst = q;
			return p;
		}
	}
#endif
	if (end - p < 16 && copy_short(p, (size_t)(end - p), q)) {
		*dst = q + (end - p);
		return end;
	}
	while (p < end && is_plain((unsigned char)*p))
		*q++ = *p++;
	*dst = q;
	return p;
}

static char *put_escape(char *q, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char short_form[0x20] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r',
		['\t'] = 't'};

	*q++ = '\\';
	if (c >= 0x20) {
		*q++ = (char)c;
	} else if (short_form[c]) {
		*q++ = short_form[c];
	} else {
		memcpy(q, "u00", 3);
		q[3] = hex[c >> 4];
		q[4] = hex[c & 15];
		q += 5;
	}
	return q;
}

bool jwrite_text(struct buf *out, sv s)
{
	const char *p = s.p, *end = sv_end(s);
	char *q = buf_reserve(out, s.n + 48);
	bool valid = true;

	*q++ = '"';
	for (;;) {
		size_t k;

		p = copy_plain(p, end, &q);
		if (p == end)
			break;
		out->n = (size_t)(q - out->p);
		q = buf_reserve(out, (size_t)(end - p) + 48);
		if ((unsigned char)*p < 0x80) {
			q = put_escape(q, (unsigned char)*p++);
			continue;
		}
		k = utf8_seq(p, end);
		if (k) {
			memcpy(q, p, k);
			q += k;
			p += k;
			continue;
		}
		valid = false;
		while (p < end && !utf8_seq(p, end))
			p++;
		memcpy(q, "\xef\xbf\xbd", 3);
		q += 3;
	}
	*q++ = '"';
	out->n = (size_t)(q - out->p);
	return valid;
}

char *jwrite_digits(char *q, uint64_t v)
{
	char tmp[20];
	size_t n = 0;

	do
		tmp[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n)
		*q++ = tmp[--n];
	return q;
}

void jwrite_string(struct buf *out, sv s)
{
	jwrite_text(out, s);
}

void jwrite_uint(struct buf *out, uint64_t v)
{
	char *q = buf_reserve(out, 20);

	out->n += (size_t)(jwrite_digits(q, v) - q);
}

void jwrite_int(struct buf *out, int64_t v)
{
	if (v < 0)
		buf_ch(out, '-');
	jwrite_uint(out, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void jwrite_double(struct buf *out, double v)
{
	char text[32];
	int n = 0;

	if (!isfinite(v)) {
		buf_str(out, isnan(v) ? "\"NaN\""
				      : (v > 0 ? "\"Infinity\""
					       : "\"-Infinity\""));
		return;
	}
	for (int digits = 1; digits <= 17; digits++) {
		n = snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	buf_add(out, text, (size_t)n);
}

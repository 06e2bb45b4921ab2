/* SPDX-License-Identifier: Apache-2.0 */
#include "text/termsafe.h"

#include "base/utf8.h"

struct range {
	uint32_t first, last;
};

static const struct range hidden[] = {
	{0x80, 0xa0},	    {0xad, 0xad},	{0x34f, 0x34f},
	{0x600, 0x605},	    {0x61c, 0x61c},	{0x6dd, 0x6dd},
	{0x70f, 0x70f},	    {0x890, 0x891},	{0x8e2, 0x8e2},
	{0x115f, 0x1160},   {0x1680, 0x1680},	{0x17b4, 0x17b5},
	{0x180b, 0x180f},   {0x2000, 0x200f},	{0x2028, 0x202f},
	{0x205f, 0x206f},   {0x2800, 0x2800},	{0x3000, 0x3000},
	{0x3164, 0x3164},   {0xfdd0, 0xfdef},	{0xfe00, 0xfe0f},
	{0xfeff, 0xfeff},   {0xffa0, 0xffa0},	{0xfff0, 0xfffb},
	{0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f},
	{0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

/* Unicode 15.0, EastAsianWidth W and F, small gaps closed. */
static const struct range wide[] = {
	{0x1100, 0x115f},   {0x231a, 0x231b},	{0x2329, 0x232a},
	{0x23e9, 0x23f3},   {0x25fd, 0x25fe},	{0x2614, 0x2615},
	{0x2648, 0x2653},   {0x267f, 0x267f},	{0x2693, 0x26ce},
	{0x26d4, 0x26fd},   {0x2705, 0x2755},	{0x2757, 0x2757},
	{0x2795, 0x2797},   {0x27b0, 0x27bf},	{0x2b1b, 0x2b55},
	{0x2e80, 0xa4cf},   {0xa960, 0xa97c},	{0xac00, 0xd7a3},
	{0xf900, 0xfaff},   {0xfe10, 0xfe6f},	{0xff01, 0xff60},
	{0xffe0, 0xffe6},   {0x16fe0, 0x1b2ff}, {0x1f000, 0x1faff},
	{0x20000, 0x3fffd},
};

static bool is_in(const struct range *r, size_t n, uint32_t c)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (c > r[mid].last)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && c >= r[lo].first;
}

bool termsafe_is_hidden(uint32_t c)
{
	return is_in(hidden, ARRAY_LEN(hidden), c) || (c & 0xfffe) == 0xfffe;
}

unsigned int termsafe_columns(uint32_t c)
{
	return c >= wide[0].first && is_in(wide, ARRAY_LEN(wide), c) ? 2 : 1;
}

uint32_t termsafe_decode(const char *p, size_t k)
{
	static const uint8_t lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t c = (uint8_t)p[0] & lead[k];

	for (size_t i = 1; i < k; i++)
		c = c << 6 | ((uint8_t)p[i] & 0x3f);
	return c;
}

static bool is_plain(unsigned char c)
{
	return c - 0x20u < 0x5f && c != '\\' && c != '"';
}

static void put_ascii(struct buf *out, unsigned char c, bool quoted)
{
	switch (c) {
	case '\n':
		buf_add(out, "\\n", 2);
		break;
	case '\t':
		buf_add(out, "\\t", 2);
		break;
	case '\r':
		buf_add(out, "\\r", 2);
		break;
	case '\\':
		buf_add(out, "\\\\", 2);
		break;
	case '"':
		buf_add(out, quoted ? "\\\"" : "\"", quoted ? 2 : 1);
		break;
	default:
		buf_printf(out, "\\x%02x", c);
		break;
	}
}

/* One character that is no plain ASCII; the byte behind it. */
static const char *put_odd(struct buf *out, const char *p, const char *end,
			   bool quoted)
{
	size_t k = utf8_seq(p, end);
	uint32_t c;

	if (k < 2) {
		put_ascii(out, (unsigned char)*p, quoted);
		return p + 1;
	}
	c = termsafe_decode(p, k);
	if (termsafe_is_hidden(c))
		buf_printf(out, "\\u{%x}", c);
	else
		buf_add(out, p, k);
	return p + k;
}

void termsafe_put(struct buf *out, sv s, size_t max, bool quoted)
{
	const char *p = s.p, *end = sv_end(s), *stop = sv_end(sv_first(s, max));

	while (p < stop) {
		const char *run = p;

		while (p < stop && is_plain((unsigned char)*p))
			p++;
		buf_add(out, run, (size_t)(p - run));
		if (p < stop)
			p = put_odd(out, p, end, quoted);
	}
	if (p < end)
		buf_printf(out, "...+%zu", (size_t)(end - p));
}

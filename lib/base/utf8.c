/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

static bool is_cont(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t utf8_seq(const char *p, const char *end)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t left = (size_t)(end - p);

	if (u[0] < 0x80)
		return 1;
	if (u[0] < 0xc2)
		return 0;
	if (u[0] < 0xe0)
		return left >= 2 && is_cont(u[1]) ? 2 : 0;
	if (u[0] < 0xf0) {
		if (left < 3 || !is_cont(u[1]) || !is_cont(u[2]))
			return 0;
		if (u[0] == 0xe0 && u[1] < 0xa0)
			return 0; /* overlong */
		if (u[0] == 0xed && u[1] >= 0xa0)
			return 0; /* surrogate */
		return 3;
	}
	if (u[0] > 0xf4 || left < 4 || !is_cont(u[1]) || !is_cont(u[2]) ||
	    !is_cont(u[3]))
		return 0;
	if (u[0] == 0xf0 && u[1] < 0x90)
		return 0; /* overlong */
	if (u[0] == 0xf4 && u[1] >= 0x90)
		return 0; /* above U+10FFFF */
	return 4;
}

static const char *skip_ascii(const char *p, const char *end)
{
	uint64_t word;

	for (; end - p >= (ptrdiff_t)sizeof(word); p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		if (word & 0x8080808080808080u)
			break;
	}
	while (p < end && (unsigned char)*p < 0x80)
		p++;
	return p;
}

size_t utf8_valid_prefix(sv s)
{
	const char *p = s.p, *end = sv_end(s);

	while ((p = skip_ascii(p, end)) < end) {
		size_t k = utf8_seq(p, end);

		if (!k)
			break;
		p += k;
	}
	return (size_t)(p - s.p);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "text/base64.h"

static const char alphabet[64] = {
	'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M',
	'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
	'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
	'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
	'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '/'};

/* Value + 1 of each alphabet byte (both alphabets); 0: not in one. */
static const uint8_t value1[256] = {
	['A'] = 1,  ['B'] = 2,	['C'] = 3,  ['D'] = 4,	['E'] = 5,  ['F'] = 6,
	['G'] = 7,  ['H'] = 8,	['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12,
	['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
	['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
	['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30,
	['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
	['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
	['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54,
	['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60,
	['8'] = 61, ['9'] = 62, ['+'] = 63, ['-'] = 63, ['/'] = 64, ['_'] = 64};

char *base64_encode(char *dst, sv s)
{
	const unsigned char *u = (const unsigned char *)s.p;
	size_t n = s.n;

	for (; n >= 3; n -= 3, u += 3) {
		uint32_t w = (uint32_t)u[0] << 16 | (uint32_t)u[1] << 8 | u[2];

		*dst++ = alphabet[w >> 18];
		*dst++ = alphabet[w >> 12 & 63];
		*dst++ = alphabet[w >> 6 & 63];
		*dst++ = alphabet[w & 63];
	}
	if (n) {
		uint32_t w = (uint32_t)u[0] << 16;

		if (n == 2)
			w |= (uint32_t)u[1] << 8;
		*dst++ = alphabet[w >> 18];
		*dst++ = alphabet[w >> 12 & 63];
		*dst++ = n == 2 ? alphabet[w >> 6 & 63] : '=';
		*dst++ = '=';
	}
	return dst;
}

/* Drops correct padding; SIZE_MAX where it is wrong. */
static size_t without_padding(sv s)
{
	size_t n = s.n;

	if (n && s.p[n - 1] == '=') {
		if (n % 4)
			return SIZE_MAX;
		n--;
		if (s.p[n - 1] == '=')
			n--;
	}
	return n % 4 == 1 ? SIZE_MAX : n;
}

size_t base64_decode(char *dst, sv s)
{
	const unsigned char *u = (const unsigned char *)s.p;
	size_t n = without_padding(s);
	uint32_t w = 0;
	unsigned int bits = 0;
	char *start = dst;

	if (n == SIZE_MAX)
		return SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		if (!value1[u[i]])
			return SIZE_MAX;
		w = w << 6 | (uint32_t)(value1[u[i]] - 1);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			*dst++ = (char)(w >> bits);
			w &= (1u << bits) - 1;
		}
	}
	return w ? SIZE_MAX : (size_t)(dst - start);
}

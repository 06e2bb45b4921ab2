// SPDX-License-Identifier: Apache-2.0
//
// The primitives of the generator's JSON: numbers, escapes, base64, times.
#include <stdlib.h>

#include "gen.h"

void text_grow(struct text *t, size_t more)
{
	size_t cap = t->cap ? t->cap : 256;

	while (cap - t->n < more)
		cap *= 2;
	t->at = realloc(t->at, cap);
	if (!t->at)
		gen_die(3, "out of memory", NULL);
	t->cap = cap;
}

void text_release(struct text *t)
{
	free(t->at);
	memset(t, 0, sizeof(*t));
}

void text_u64(struct text *t, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + v % 10);
	while (v /= 10);
	text_put(t, digits + at, sizeof(digits) - at);
}

void text_i64(struct text *t, int64_t v)
{
	if (v < 0)
		text_str(t, "-");
	text_u64(t, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void text_hex(struct text *t, uint64_t bits, size_t digits)
{
	char c;

	for (size_t i = 0; i < digits; i++) {
		if (i > 0 && i % 16 == 0)
			bits = rng_mix(bits);
		c = "0123456789abcdef"[bits >> (i % 16 * 4) & 15];
		text_put(t, &c, 1);
	}
}

static void put_escape(struct text *t, unsigned char c)
{
	static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	char out[6] = {'\\', 'u', '0', '0', '0', '0'};

	for (const char *n = named; *n; n += 2) {
		if (*n == (char)c) {
			out[1] = n[1];
			text_put(t, out, 2);
			return;
		}
	}
	out[4] = (char)('0' + (c >> 4));
	out[5] = "0123456789abcdef"[c & 15];
	text_put(t, out, 6);
}

void text_json(struct text *t, const char *p, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		text_put(t, p + from, i - from);
		put_escape(t, c);
		from = i + 1;
	}
	text_put(t, p + from, n - from);
}

void text_base64(struct text *t, const void *p, size_t n)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *b = p;
	char out[4];

	for (; n > 0; b += 3) {
		uint32_t v = (uint32_t)b[0] << 16;

		v |= n > 1 ? (uint32_t)b[1] << 8 : 0;
		v |= n > 2 ? b[2] : 0;
		for (int i = 0; i < 4; i++)
			out[i] = letters[v >> (18 - 6 * i) & 63];
		if (n < 3)
			out[3] = '=';
		if (n < 2)
			out[2] = '=';
		text_put(t, out, 4);
		n -= n < 3 ? n : 3;
	}
}

static void put_digits(char *out, uint64_t v, size_t n)
{
	while (n-- > 0) {
		out[n] = (char)('0' + v % 10);
		v /= 10;
	}
}

// Days since 1970 to a date; Howard Hinnant's civil_from_days.
static void put_date(char *out, int64_t days)
{
	int64_t z = days + 719468, era = z / 146097, doe = z % 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;

	put_digits(out, (uint64_t)(yoe + era * 400 + (month <= 2)), 4);
	put_digits(out + 5, (uint64_t)month, 2);
	put_digits(out + 8, (uint64_t)(doy - (153 * mp + 2) / 5 + 1), 2);
}

void text_time(struct text *t, int64_t ns)
{
	char out[] = "0000-00-00T00:00:00.000000000Z";
	int64_t second = ns / 1000000000;
	uint64_t of_day = (uint64_t)(second % 86400);
	uint64_t fraction = (uint64_t)(ns % 1000000000);
	size_t n = 29;

	put_date(out, second / 86400);
	put_digits(out + 11, of_day / 3600, 2);
	put_digits(out + 14, of_day / 60 % 60, 2);
	put_digits(out + 17, of_day % 60, 2);
	put_digits(out + 20, fraction, 9);
	// protojson drops groups of three zeros, and the point with the last
	for (uint64_t unit = 1000; n > 20 && fraction % unit == 0; unit *= 1000)
		n -= n == 23 ? 4 : 3;
	out[n++] = 'Z';
	text_put(t, out, n);
}

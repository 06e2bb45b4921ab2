/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64 against RFC 4648's vectors and OpenSSL, timestamps against libc's
 * calendar, UTF-8 against the definition.
 */
#include <ctype.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "tap.h"
#include "text/base64.h"
#include "text/rfc3339.h"

static uint64_t seed = 7;

static uint64_t rnd(uint64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 24) % n;
}

/* --- base64 --------------------------------------------------------------- */

static void decodes(const char *text, const char *want)
{
	char out[64];
	size_t n = base64_decode(out, sv_str(text));

	if (!want)
		ok(n == SIZE_MAX, "'%s' is refused", text);
	else
		ok(n == strlen(want) && !memcmp(out, want, n), "'%s' -> '%s'",
		   text, want);
}

static void base64_vectors(void)
{
	static const char *const v[][2] = {
		{"", ""},	      {"f", "Zg=="},	  {"fo", "Zm8="},
		{"foo", "Zm9v"},      {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"}};
	char out[64];

	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		char *e = base64_encode(out, sv_str(v[i][0]));

		ok((size_t)(e - out) == strlen(v[i][1]) &&
			   !memcmp(out, v[i][1], strlen(v[i][1])),
		   "'%s' -> '%s'", v[i][0], v[i][1]);
		decodes(v[i][1], v[i][0]);
	}
	decodes("Zg", "f");
	decodes("Zm8", "fo");
	decodes("_-8", "\xff\xef");
	decodes("/+8=", "\xff\xef");
	decodes("_+8=", "\xff\xef");
	decodes("Z", NULL);
	decodes("Zg=", NULL);
	decodes("Zg===", NULL);
	decodes("Zm9v=", NULL);
	decodes("Zm9v====", NULL);
	decodes("=", NULL);
	decodes("====", NULL);
	decodes("Zg==Zg==", NULL);
	decodes("Z g=", NULL);
	decodes("Zh==", NULL); /* bits left over */
	decodes("Zm9v\t", NULL);
	decodes("Zm*v", NULL);
	decodes("\xc3\xa9\xc3\xa9", NULL);
}

static bool base64_agrees(void)
{
	unsigned char in[100], theirs[160], back[160];
	char ours[160];
	size_t n = rnd(sizeof(in)), k;
	char *e;

	for (size_t i = 0; i < n; i++)
		in[i] = (unsigned char)rnd(256);
	EVP_EncodeBlock(theirs, in, (int)n);
	e = base64_encode(ours, (sv){(char *)in, n});
	k = (size_t)(e - ours);
	if (k != strlen((char *)theirs) || memcmp(ours, theirs, k) ||
	    k != base64_encoded_size(n))
		return false;
	/* The other alphabet, with and without padding. */
	for (size_t i = 0; i < k; i++)
		ours[i] = ours[i] == '+' ? '-' : ours[i] == '/' ? '_' : ours[i];
	while (k && rnd(2) && ours[k - 1] == '=' &&
	       (k % 4 == 0 || ours[k - 1] == '='))
		for (k--; k && ours[k - 1] == '='; k--)
			;
	return base64_decode((char *)back, (sv){ours, k}) == n &&
	       n <= base64_decoded_size(k) && !memcmp(back, in, n);
}

/* --- times ---------------------------------------------------------------- */

static void reads(const char *text, int64_t sec, int32_t nsec)
{
	struct timestamp t = {0, 0};

	ok(rfc3339_parse(sv_str(text), &t) && t.sec == sec && t.nsec == nsec,
	   "%s is %lld.%09d", text, (long long)t.sec, t.nsec);
}

static void refuses(const char *text)
{
	struct timestamp t;

	ok(!rfc3339_parse(sv_str(text), &t), "'%s' is refused", text);
}

static void times(void)
{
	static const char *const bad[] = {
		"", "2026", "2026-01-02", "2026-01-02T03:04:05",
		"2026-01-02 03:04:05Z", "2026-01-02T03:04:05ZZ",
		"2026-00-02T03:04:05Z", "2026-13-02T03:04:05Z",
		"2026-02-29T03:04:05Z", "2026-04-31T03:04:05Z",
		"1900-02-29T00:00:00Z", "2026-01-00T03:04:05Z",
		"2026-01-02T24:00:00Z", "2026-01-02T03:60:00Z",
		"2026-01-02T03:04:61Z", "2026-01-02T03:04:05.Z",
		"2026-01-02T03:04:05.1234567890Z", "2026-01-02T03:04:05,5Z",
		"2026-01-02T03:04:05+0100", "2026-01-02T03:04:05+24:00",
		"0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
		"0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
		"2026-01-02T03:04:05 Z", " 2026-01-02T03:04:05Z",
		"-026-01-02T03:04:05Z", "2026-1-2T3:4:5Z"};

	reads("1970-01-01T00:00:00Z", 0, 0);
	reads("2026-01-02T03:04:05Z", 1767323045, 0);
	reads("2026-01-02T03:04:05.5Z", 1767323045, 500000000);
	reads("2026-01-02T03:04:05.000000001Z", 1767323045, 1);
	reads("2026-01-02T05:04:05+02:00", 1767323045, 0);
	reads("2026-01-01T22:34:05-04:30", 1767323045, 0);
	reads("2000-02-29T00:00:00Z", 951782400, 0);
	reads("0001-01-01T00:00:00Z", -62135596800, 0);
	reads("9999-12-31T23:59:59.999999999Z", 253402300799, 999999999);
	reads("1969-12-31T23:59:59.25Z", -1, 250000000);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		refuses(bad[i]);
}

/* strftime writes the calendar; we must write and read the same. */
static bool time_agrees(void)
{
	struct timestamp t = {(int64_t)rnd(315537897600u) - 62135596800,
			      (int32_t)rnd(1000000000)},
			 back;
	char want[64], got[RFC3339_MAX];
	time_t sec = (time_t)t.sec;
	struct tm tm;
	char *e;

	switch (rnd(4)) {
	case 0:
		t.nsec = 0;
		break;
	case 1:
		t.nsec = t.nsec / 1000000 * 1000000;
		break;
	case 2:
		t.nsec = t.nsec / 1000 * 1000;
		break;
	}
	gmtime_r(&sec, &tm);
	snprintf(want, sizeof(want), "%04d-%02d-%02dT%02d:%02d:%02d",
		 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		 tm.tm_min, tm.tm_sec);
	if (t.nsec % 1000000 == 0 && t.nsec)
		snprintf(want + 19, 40, ".%03dZ", t.nsec / 1000000);
	else if (t.nsec % 1000 == 0 && t.nsec)
		snprintf(want + 19, 40, ".%06dZ", t.nsec / 1000);
	else if (t.nsec)
		snprintf(want + 19, 40, ".%09dZ", t.nsec);
	else
		snprintf(want + 19, 40, "Z");
	e = rfc3339_format(got, t);
	return (size_t)(e - got) == strlen(want) &&
	       !memcmp(got, want, strlen(want)) &&
	       rfc3339_parse((sv){got, (size_t)(e - got)}, &back) &&
	       !timestamp_cmp(t, back);
}

static void time_order(void)
{
	struct timestamp a = {5, 7}, b = {5, 8}, c = {6, 0}, z = {0, 0};

	ok(timestamp_cmp(a, b) < 0 && timestamp_cmp(c, b) > 0 &&
		   timestamp_cmp(a, a) == 0,
	   "times are ordered");
	ok(!timestamp_is_set(z) && timestamp_is_set(a), "0 is not set");
	ok(!timestamp_valid((struct timestamp){0, -1}) &&
		   !timestamp_valid((struct timestamp){0, 1000000000}) &&
		   !timestamp_valid((struct timestamp){253402300800, 0}) &&
		   !timestamp_valid((struct timestamp){-62135596801, 0}),
	   "what protobuf forbids is not valid");
}

/* --- UTF-8 ----------------------------------------------------------------- */

static size_t encode(uint32_t c, unsigned char *p)
{
	if (c < 0x80)
		return p[0] = (unsigned char)c, 1;
	if (c < 0x800) {
		p[0] = (unsigned char)(0xc0 | c >> 6);
		p[1] = (unsigned char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (unsigned char)(0xe0 | c >> 12);
		p[1] = (unsigned char)(0x80 | (c >> 6 & 63));
		p[2] = (unsigned char)(0x80 | (c & 63));
		return 3;
	}
	p[0] = (unsigned char)(0xf0 | c >> 18);
	p[1] = (unsigned char)(0x80 | (c >> 12 & 63));
	p[2] = (unsigned char)(0x80 | (c >> 6 & 63));
	p[3] = (unsigned char)(0x80 | (c & 63));
	return 4;
}

/* By trying: which code point encodes to a prefix of these bytes? */
static size_t slow_seq(const unsigned char *p, size_t n)
{
	static const uint32_t masks[] = {0x7f, 0x1f, 0x0f, 0x07};

	for (size_t len = 1; len <= 4 && len <= n; len++) {
		unsigned char q[4];
		uint32_t c = p[0] & masks[len - 1];

		for (size_t i = 1; i < len; i++)
			c = c << 6 | (p[i] & 0x3f);
		if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			continue;
		if (encode(c, q) == len && !memcmp(p, q, len))
			return len;
	}
	return 0;
}

static void utf8(void)
{
	size_t bad = 0, all = 0;

	for (uint32_t c = 0; c < 0x110000; c++) {
		unsigned char p[4];
		size_t n = encode(c, p);
		bool sur = c >= 0xd800 && c < 0xe000;

		bad += utf8_seq((char *)p, (char *)p + n) != (sur ? 0 : n);
		for (size_t k = 1; k < n; k++)
			bad += utf8_seq((char *)p, (char *)p + k) != 0;
	}
	ok(bad == 0, "every code point, whole and cut");
	for (uint32_t v = 0; v < 1u << 24; v += 1 + (uint32_t)rnd(7)) {
		unsigned char p[4] = {(unsigned char)(v >> 16),
				      (unsigned char)(v >> 8),
				      (unsigned char)v, 0x80};

		all++;
		bad += utf8_seq((char *)p, (char *)p + 4) != slow_seq(p, 4);
	}
	ok(bad == 0, "%zu sequences of four bytes", all);
	ok(utf8_valid_prefix(SV("abc\xc3\xa9\xffz")) == 5 &&
		   utf8_valid_prefix(SV("")) == 0 &&
		   utf8_valid_prefix(SV("a\0b")) == 3 &&
		   utf8_valid_prefix(SV("\xe2\x82")) == 0,
	   "valid prefixes");
}

int main(void)
{
	size_t bad = 0;

	base64_vectors();
	for (int i = 0; i < 20000; i++)
		bad += !base64_agrees();
	ok(bad == 0, "base64 agrees with OpenSSL's");
	times();
	time_order();
	bad = 0;
	for (int i = 0; i < 100000; i++)
		bad += !time_agrees();
	ok(bad == 0, "the calendar is libc's");
	utf8();
	return tap_done();
}

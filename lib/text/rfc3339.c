/* SPDX-License-Identifier: Apache-2.0 */
#include "text/rfc3339.h"

/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z */
#define SEC_MIN (-62135596800LL)
#define SEC_MAX 253402300799LL

/*
 * Days since 1970-01-01 of a proleptic Gregorian date: years are counted from
 * March, so that the leap day is the last of its year.
 */
static int64_t days_from_civil(int64_t y, unsigned int m, unsigned int d)
{
	int64_t era;
	unsigned int yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = (unsigned int)(y - era * 400);
	doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + (int64_t)doe - 719468;
}

static void civil_from_days(int64_t z, int *y, unsigned int *m,
			    unsigned int *d)
{
	int64_t era;
	unsigned int doe, yoe, doy, mp;

	z += 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = (unsigned int)(z - era * 146097);
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp < 10 ? mp + 3 : mp - 9;
	*y = (int)((int64_t)yoe + era * 400) + (*m <= 2);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Value of n digits, or -1. */
static int digits(const char *p, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (!is_digit(p[i]))
			return -1;
		v = v * 10 + (p[i] - '0');
	}
	return v;
}

static unsigned int month_days(int y, int m)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30,
				       31, 31, 30, 31, 30, 31};
	bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

	return days[m - 1] + (m == 2 && leap);
}

/* ".ddd" behind the seconds; the bytes used, or SIZE_MAX. */
static size_t parse_fraction(sv s, int32_t *nsec)
{
	static const int32_t scale[] = {100000000, 10000000, 1000000, 100000,
					10000,	   1000,     100,     10,
					1};
	size_t k = 1;
	int32_t v = 0;

	while (k < s.n && is_digit(s.p[k])) {
		if (k > 9)
			return SIZE_MAX;
		v = v * 10 + (s.p[k] - '0');
		k++;
	}
	if (k == 1)
		return SIZE_MAX;
	*nsec = v * scale[k - 2];
	return k;
}

/* "Z" or "+hh:mm"; false where it is neither. */
static bool parse_zone(sv s, int64_t *offset)
{
	int h, m;

	*offset = 0;
	if (s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z'))
		return true;
	if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':')
		return false;
	h = digits(s.p + 1, 2);
	m = digits(s.p + 4, 2);
	if (h < 0 || h > 23 || m < 0 || m > 59)
		return false;
	*offset = (h * 60 + m) * 60;
	if (s.p[0] == '-')
		*offset = -*offset;
	return true;
}

bool rfc3339_parse(sv s, struct timestamp *t)
{
	int y, mo, d, h, mi, sec;
	int64_t offset;
	size_t at = 19;

	if (s.n < 20 || s.p[4] != '-' || s.p[7] != '-' ||
	    (s.p[10] != 'T' && s.p[10] != 't') || s.p[13] != ':' ||
	    s.p[16] != ':')
		return false;
	y = digits(s.p, 4);
	mo = digits(s.p + 5, 2);
	d = digits(s.p + 8, 2);
	h = digits(s.p + 11, 2);
	mi = digits(s.p + 14, 2);
	sec = digits(s.p + 17, 2);
	if (y < 1 || mo < 1 || mo > 12 || d < 1 || h < 0 || h > 23 || mi < 0 ||
	    mi > 59 || sec < 0 || sec > 59 || d > (int)month_days(y, mo))
		return false;
	t->nsec = 0;
	if (s.p[at] == '.') {
		size_t k = parse_fraction(sv_from(s, at), &t->nsec);

		if (k == SIZE_MAX)
			return false;
		at += k;
	}
	if (!parse_zone(sv_from(s, at), &offset))
		return false;
	t->sec = days_from_civil(y, (unsigned int)mo, (unsigned int)d) * 86400 +
		 h * 3600 + mi * 60 + sec - offset;
	return timestamp_valid(*t);
}

bool timestamp_valid(struct timestamp t)
{
	return t.sec >= SEC_MIN && t.sec <= SEC_MAX && t.nsec >= 0 &&
	       t.nsec <= 999999999;
}

static char *put_digits(char *p, uint32_t v, int n)
{
	for (int i = n - 1; i >= 0; i--) {
		p[i] = (char)('0' + v % 10);
		v /= 10;
	}
	return p + n;
}

char *rfc3339_format(char *dst, struct timestamp t)
{
	int64_t days = t.sec / 86400, rest = t.sec % 86400;
	unsigned int m, d, s;
	int y;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	s = (unsigned int)rest;
	civil_from_days(days, &y, &m, &d);
	dst = put_digits(dst, (uint32_t)y, 4);
	*dst++ = '-';
	dst = put_digits(dst, m, 2);
	*dst++ = '-';
	dst = put_digits(dst, d, 2);
	*dst++ = 'T';
	dst = put_digits(dst, s / 3600, 2);
	*dst++ = ':';
	dst = put_digits(dst, s / 60 % 60, 2);
	*dst++ = ':';
	dst = put_digits(dst, s % 60, 2);
	if (t.nsec) {
		uint32_t v = (uint32_t)t.nsec;

		*dst++ = '.';
		if (v % 1000000 == 0)
			dst = put_digits(dst, v / 1000000, 3);
		else if (v % 1000 == 0)
			dst = put_digits(dst, v / 1000, 6);
		else
			dst = put_digits(dst, v, 9);
	}
	*dst++ = 'Z';
	return dst;
}

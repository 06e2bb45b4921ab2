/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jcs_number.c - a double as ECMA-262's Number::toString prints it: the
 * fewest digits that read back as the same double, the closest of those,
 * plain between 1e-6 and 1e21, with an exponent elsewhere.
 */
#include "witness/jcs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	DIGITS_MAX = 17,
	PLAIN_MAX = 21,	 /* digits before the point */
	PLAIN_MIN = -6,	 /* zeros behind it are at most six */
	PRINTED_MAX = 32 /* of "%.16e" */
};

struct decimal {
	char digits[DIGITS_MAX + 1];
	int n;
	int point; /* digits before the decimal point; may be negative */
};

/* Takes "d.ddde+x" apart. */
static void decimal_read(struct decimal *d, const char *text)
{
	const char *e = strchr(text, 'e');

	d->n = 0;
	for (; text < e; text++)
		if (*text != '.')
			d->digits[d->n++] = *text;
	d->point = (int)strtol(e + 1, NULL, 10) + 1;
	while (d->n > 1 && d->digits[d->n - 1] == '0')
		d->n--;
}

/* Makes the last digit one more; false: it is a nine. */
static bool one_up(char *text)
{
	char *last = strchr(text, 'e') - 1;

	if (*last == '9')
		return false;
	++*last;
	return true;
}

/*
 * The doubles above a power of two lie twice as far apart as those below: the
 * closest decimal of some length may lie below it and miss, and the one next
 * above, farther away, still read back.
 */
static void shortest(struct decimal *d, double v)
{
	char text[PRINTED_MAX];

	for (int digits = 1; digits <= DIGITS_MAX; digits++) {
		snprintf(text, sizeof(text), "%.*e", digits - 1, v);
		if (strtod(text, NULL) == v)
			break;
		if (digits < DIGITS_MAX && one_up(text) &&
		    strtod(text, NULL) == v)
			break;
	}
	decimal_read(d, text);
}

static void zeros(struct buf *out, int n)
{
	while (n-- > 0)
		buf_ch(out, '0');
}

static void write_plain(struct buf *out, const struct decimal *d)
{
	if (d->point <= 0) {
		buf_str(out, "0.");
		zeros(out, -d->point);
		buf_add(out, d->digits, (size_t)d->n);
	} else if (d->n <= d->point) {
		buf_add(out, d->digits, (size_t)d->n);
		zeros(out, d->point - d->n);
	} else {
		buf_add(out, d->digits, (size_t)d->point);
		buf_ch(out, '.');
		buf_add(out, d->digits + d->point, (size_t)(d->n - d->point));
	}
}

static void write_exponent(struct buf *out, const struct decimal *d)
{
	buf_ch(out, d->digits[0]);
	if (d->n > 1) {
		buf_ch(out, '.');
		buf_add(out, d->digits + 1, (size_t)(d->n - 1));
	}
	buf_printf(out, "e%+d", d->point - 1);
}

bool jcs_number(struct buf *out, double v)
{
	struct decimal d;

	if (!isfinite(v))
		return false;
	if (v == 0) {
		buf_ch(out, '0');
		return true;
	}
	if (v < 0)
		buf_ch(out, '-');
	shortest(&d, fabs(v));
	if (d.point > PLAIN_MIN && d.point <= PLAIN_MAX)
		write_plain(out, &d);
	else
		write_exponent(out, &d);
	return true;
}

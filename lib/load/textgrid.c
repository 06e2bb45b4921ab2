/* SPDX-License-Identifier: Apache-2.0 */
#include "load/textgrid.h"

#define MAX_COLUMNS 16
#define MAX_WIDTH 60 /* a longer value pushes what follows to the right */

/* C0, DEL and C1, which in UTF-8 is C2 80 to C2 9F. */
static size_t control(const char *p)
{
	uint8_t a = (uint8_t)p[0], b = (uint8_t)p[1];

	if (a < 0x20 || a == 0x7f)
		return 1;
	return a == 0xc2 && b >= 0x80 && b < 0xa0 ? 2 : 0;
}

static size_t width_of(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((uint8_t)*s & 0xc0) != 0x80;
	return n;
}

static void put_cell(struct buf *out, const char *s, size_t width)
{
	size_t n = 0;

	while (*s) {
		size_t bad = control(s);

		buf_ch(out, bad ? '?' : *s);
		n += ((uint8_t)*s & 0xc0) != 0x80;
		s += bad ? bad : 1;
	}
	for (; n < width; n++)
		buf_ch(out, ' ');
}

static size_t column_width(const struct dbconn *db, size_t column)
{
	size_t width = width_of(dbconn_column(db, column));

	for (size_t i = 0; i < dbconn_rows(db); i++) {
		size_t n = width_of(dbconn_value(db, i, column));

		if (n > width && n <= MAX_WIDTH)
			width = n;
	}
	return width;
}

void textgrid_put(const struct dbconn *db, struct buf *out)
{
	size_t n = MIN(dbconn_columns(db), (size_t)MAX_COLUMNS);
	size_t width[MAX_COLUMNS] = {0};

	for (size_t c = 0; c + 1 < n; c++)
		width[c] = column_width(db, c) + 2;
	for (size_t c = 0; c < n; c++)
		put_cell(out, dbconn_column(db, c), width[c]);
	buf_ch(out, '\n');
	for (size_t i = 0; i < dbconn_rows(db); i++) {
		for (size_t c = 0; c < n; c++)
			put_cell(out, dbconn_value(db, i, c), width[c]);
		buf_ch(out, '\n');
	}
}

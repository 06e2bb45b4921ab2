/* SPDX-License-Identifier: Apache-2.0 */
#include "compact/compact_line.h"

#include "base/utf8.h"
#include "codec/jwrite_text.h"
#include "text/termsafe.h"

#define WORD_COLUMNS 10
#define NUMBER_COLUMNS 7
#define OFF "\033[0m"

static const char *const codes[PAINT_COUNT] = {
	[PAINT_TIME] = "\033[2m",    [PAINT_WORD] = "\033[1;34m",
	[PAINT_ALARM] = "\033[1;31m", [PAINT_NOTE] = "\033[1;35m",
	[PAINT_WHERE] = "\033[32m",  [PAINT_BINARY] = "\033[35m",
	[PAINT_DETAIL] = "\033[36m", [PAINT_RESULT] = "\033[33m",
	[PAINT_FRAME] = "\033[2m",
};

void compact_line_on(struct compact_line *l, enum compact_paint p)
{
	if (l->colour)
		buf_str(l->out, codes[p]);
}

void compact_line_off(struct compact_line *l)
{
	if (l->colour)
		buf_add(l->out, OFF, sizeof(OFF) - 1);
}

static void pad(struct compact_line *l, size_t have, size_t want)
{
	for (; have < want; have++)
		buf_ch(l->out, ' ');
}

void compact_line_time(struct compact_line *l, bool known, struct timestamp t)
{
	/* To the second, then always three digits: columns line up. */
	char text[RFC3339_MAX + 8] = "-";
	int ms = t.nsec / 1000000;
	char *end = text + 1;

	compact_line_on(l, PAINT_TIME);
	if (known) {
		end = rfc3339_format(text, (struct timestamp){t.sec, 0}) - 1;
		*end++ = '.';
		*end++ = (char)('0' + ms / 100);
		*end++ = (char)('0' + ms / 10 % 10);
		*end++ = (char)('0' + ms % 10);
		*end++ = 'Z';
	}
	buf_add(l->out, text, (size_t)(end - text));
	compact_line_off(l);
	pad(l, (size_t)(end - text), sizeof("2026-05-04T10:00:01.003Z"));
}

void compact_line_word(struct compact_line *l, enum compact_paint p,
		       const char *word)
{
	compact_line_on(l, p);
	buf_str(l->out, word);
	compact_line_off(l);
	pad(l, strlen(word), WORD_COLUMNS);
}

void compact_line_number(struct compact_line *l, bool known, uint64_t v)
{
	char text[20] = "-";
	size_t n = known ? (size_t)(jwrite_digits(text, v) - text) : 1;

	buf_ch(l->out, ' ');
	pad(l, n, NUMBER_COLUMNS);
	buf_add(l->out, text, n);
}

void compact_line_uint(struct compact_line *l, uint64_t v)
{
	char *p = buf_reserve(l->out, 20);

	l->out->n += (size_t)(jwrite_digits(p, v) - p);
}

void compact_line_int(struct compact_line *l, int64_t v)
{
	if (v < 0)
		buf_ch(l->out, '-');
	compact_line_uint(l, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void compact_line_hex(struct compact_line *l, uint64_t v)
{
	static const char digits[] = "0123456789abcdef";
	int shift = 60;

	buf_add(l->out, "0x", 2);
	while (shift && !(v >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		buf_ch(l->out, digits[v >> shift & 15]);
}

void compact_line_text(struct compact_line *l, sv s, size_t max)
{
	termsafe_put(l->out, s, max, false);
}

void compact_line_quoted(struct compact_line *l, sv s, size_t max)
{
	buf_ch(l->out, '"');
	termsafe_put(l->out, s, max, true);
	buf_ch(l->out, '"');
}

void compact_line_name(struct compact_line *l, sv s)
{
	if (s.n && sv_find(s, ' ') == SIZE_MAX && sv_find(s, '"') == SIZE_MAX)
		termsafe_put(l->out, s, COMPACT_LINE_STRING, false);
	else
		compact_line_quoted(l, s, COMPACT_LINE_STRING);
}

void compact_line_labelled(struct compact_line *l, const char *label, sv s)
{
	if (!s.n)
		return;
	buf_str(l->out, label);
	compact_line_name(l, s);
}

struct pb_field compact_line_get(sv wire, uint32_t num)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;

	while (pb_next(&c, &f) > 0)
		if (f.num == num)
			return f;
	return (struct pb_field){0};
}

sv compact_line_get_sv(sv wire, uint32_t num)
{
	return compact_line_get(wire, num).data;
}

/* --- width -------------------------------------------------------------- */

/* One character or colour code of our own output; the columns it takes. */
static size_t step(const char *p, const char *end, unsigned int *columns)
{
	const char *m;
	size_t k;

	*columns = 0;
	if (*p == '\033') {
		m = memchr(p, 'm', (size_t)(end - p));
		return m ? (size_t)(m - p) + 1 : 1;
	}
	k = utf8_seq(p, end);
	*columns = k > 1 ? termsafe_columns(termsafe_decode(p, k)) : 1;
	return k ? k : 1;
}

void compact_line_end(struct compact_line *l)
{
	unsigned int columns = l->columns, used = 0, w;
	const char *p, *end, *cut = NULL;

	if (!columns || l->out->n - l->start <= columns)
		return;
	p = l->out->p + l->start;
	end = l->out->p + l->out->n;
	while (p < end) {
		size_t k = step(p, end, &w);

		/* The last column is the mark's, should one be needed. */
		if (!cut && w && used + w > columns - 1)
			cut = p;
		used += w;
		p += k;
	}
	if (used <= columns)
		return;
	l->out->n = (size_t)(cut - l->out->p);
	compact_line_off(l);
	buf_ch(l->out, '>');
}

void compact_line_next(struct compact_line *l)
{
	compact_line_end(l);
	buf_ch(l->out, '\n');
	l->start = l->out->n;
}

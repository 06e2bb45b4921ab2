/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines for people out of any bytes: what reaches the terminal is valid UTF-8
 * without controls, bidi controls and zero widths, but for our own colours;
 * only stack frames begin a new line; no line is wider than the terminal.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "codec/pbwire.h"
#include "compact/compact.h"
#include "event/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *what, sv text)
{
	fprintf(stderr, "%s: %.*s\n", what, SV_ARG(text));
	abort();
}

/* Behind our own colour code, or p where there is none. */
static const char *behind_colour(const char *p, const char *end)
{
	const char *q = p;

	if (end - q < 4 || q[0] != '\033' || q[1] != '[')
		return p;
	for (q += 2; q < end && ((*q >= '0' && *q <= '9') || *q == ';');)
		q++;
	return q < end && *q == 'm' ? q + 1 : p;
}

static bool is_evil(const char *p, size_t k)
{
	uint32_t c = (uint8_t)*p;

	if (k == 1)
		return c < 0x20 || c == 0x7f;
	c &= 0xffu >> (k + 1);
	for (size_t i = 1; i < k; i++)
		c = c << 6 | ((uint8_t)p[i] & 0x3f);
	return c < 0xa0 || c == 0xad || c == 0x61c || c == 0xfeff ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || (c >= 0xe0000 && c < 0xe1000);
}

static void judge(sv text, const struct compact_style *style)
{
	const char *p = text.p, *end = sv_end(text);
	size_t used = 0;

	while (p < end) {
		const char *q = style->colour ? behind_colour(p, end) : p;
		size_t k;

		if (q != p) {
			p = q;
			continue;
		}
		if (*p == '\n') {
			if (end - p < 5 || memcmp(p, "\n    ", 5) != 0)
				fail("a line that is no frame", text);
			used = 0;
			p++;
			continue;
		}
		k = utf8_seq(p, end);
		if (!k || is_evil(p, k))
			fail("not safe", text);
		if (style->columns && ++used > style->columns)
			fail("too wide", text);
		p += k;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buf wire, text;
	struct compact_style style;
	struct rt_err err;

	if (size < 2)
		return 0;
	style.colour = data[0] & 1;
	style.columns = data[0] >> 1;
	/* So few that the indentation of a frame is cut prove nothing. */
	if (style.columns && style.columns < 6)
		style.columns = 6;
	wire.n = text.n = 0;
	pb_put_bytes(&wire, RECORD_TETRAGON + data[1] % 12u,
		     (sv){(const char *)data + 2, size - 2});
	if (!compact_record(&text, buf_view(&wire), &style, &err))
		fail("no line", buf_view(&wire));
	judge(buf_view(&text), &style);
	return 0;
}

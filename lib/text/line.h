/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line.h - texts that are made of lines.
 */
#ifndef RT_LINE_H
#define RT_LINE_H

#include "base/base.h"

/* Takes the next line, without its newline; an empty text has none. */
static inline sv line_next(sv *text)
{
	size_t n = sv_find(*text, '\n');
	sv line = sv_first(*text, n);

	*text = n == SIZE_MAX ? SV_NULL : sv_from(*text, n + 1);
	return line;
}

static inline bool line_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Without blanks at either end. */
static inline sv line_trim(sv s)
{
	while (s.n && line_is_blank(s.p[0]))
		s = sv_from(s, 1);
	while (s.n && line_is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

#endif

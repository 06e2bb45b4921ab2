/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/promtext.h"

#include <stdlib.h>

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == ':';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static sv skip_blanks(sv s)
{
	while (s.n && is_blank(*s.p))
		s = sv_from(s, 1);
	return s;
}

/* Behind `{...}`; values are quoted and may hold anything, escaped. */
static bool skip_labels(sv *s)
{
	bool quoted = false;

	if (!s->n || *s->p != '{')
		return true;
	for (size_t i = 1; i < s->n; i++) {
		char c = s->p[i];

		if (quoted && c == '\\') {
			i++;
		} else if (c == '"') {
			quoted = !quoted;
		} else if (!quoted && c == '}') {
			*s = sv_from(*s, i + 1);
			return true;
		}
	}
	return false;
}

/* strtod takes the format's numbers, its "+Inf" and "NaN" too. */
static bool number(sv s, double *v)
{
	char text[64], *end;
	size_t n = 0;

	while (n < s.n && !is_blank(s.p[n]))
		n++;
	if (!n || n >= sizeof(text))
		return false;
	memcpy(text, s.p, n);
	text[n] = '\0';
	*v = strtod(text, &end);
	return end == text + n;
}

static bool sample(sv line, struct promtext_sample *s)
{
	size_t n = 0;

	while (n < line.n && is_name(line.p[n]))
		n++;
	if (!n || (line.p[0] >= '0' && line.p[0] <= '9'))
		return false;
	s->name = sv_first(line, n);
	line = skip_blanks(sv_from(line, n));
	if (!skip_labels(&line))
		return false;
	return number(skip_blanks(line), &s->value);
}

bool promtext_next(struct promtext *p, struct promtext_sample *s)
{
	while (p->rest.n) {
		size_t end = sv_find(p->rest, '\n');
		sv line = sv_first(p->rest, MIN(end, p->rest.n));

		p->rest = sv_from(p->rest, MIN(line.n + 1, p->rest.n));
		line = skip_blanks(line);
		if (!line.n || *line.p == '#')
			continue;
		if (sample(line, s))
			return true;
		p->bad++;
	}
	return false;
}

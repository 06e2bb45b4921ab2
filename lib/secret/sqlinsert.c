/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/sqlinsert.h"

#include <ctype.h>

#include "secret/rules.h"
#include "secret/secret.h"
#include "secret/value.h"

#define MAX_COLUMNS 64 /* what is named behind them is not judged by names */
#define MAX_LIST 4096  /* bytes of the columns' names */

struct columns {
	enum secret_class class[MAX_COLUMNS];
	size_t n;
	bool any;
};

static size_t skip_blanks(sv t, size_t i)
{
	while (i < t.n && isspace((unsigned char)t.p[i]))
		i++;
	return i;
}

/* The names in front of VALUES at t.p[at], in parentheses. */
static struct columns columns_before(sv t, size_t at)
{
	struct columns c = {.n = 0};
	size_t end = at, start, from;

	while (end > 0 && isspace((unsigned char)t.p[end - 1]))
		end--;
	if (end == 0 || t.p[--end] != ')')
		return c;
	for (start = end; start > 0 && t.p[start - 1] != '('; start--)
		if (t.p[start - 1] == ')' || end - start > MAX_LIST)
			return c;
	from = start;
	for (size_t i = start; start > 0 && i <= end && c.n < MAX_COLUMNS;
	     i++) {
		if (i < end && t.p[i] != ',')
			continue;
		c.class[c.n] = secret_key((sv){t.p + from, i - from});
		c.any |= c.class[c.n++] != SECRET_NONE;
		from = i + 1;
	}
	return c;
}

/* Behind the quote at i that is opened there; two of them are one. */
static size_t skip_quoted(sv t, size_t i)
{
	char quote = t.p[i++];

	for (; i < t.n; i++) {
		if (t.p[i] == '\\')
			i++;
		else if (t.p[i] == quote && i + 1 < t.n && t.p[i + 1] == quote)
			i++;
		else if (t.p[i] == quote)
			return i + 1;
	}
	return t.n;
}

/* A value, or what a function is called with: MD5('x'). */
static void judge(enum secret_class class, sv value, bool script,
		  struct hits *h)
{
	size_t i = 0, end;
	sv inside;

	while (i < value.n && value.p[i] != '\'' && value.p[i] != '"')
		i++;
	if (i == value.n)
		return;
	end = skip_quoted(value, i);
	inside = (sv){value.p + i + 1, end - i - 1};
	if (inside.n && inside.p[inside.n - 1] == value.p[i])
		inside.n--;
	if (secret_keyed(class, inside, script))
		hits_add(h, inside, RULES_ASSIGNMENT);
}

/* ('bob', 'x') at t.p[i]; returns the byte behind it. */
static size_t one_row(sv t, size_t i, const struct columns *c, bool script,
		      struct hits *h)
{
	size_t from = ++i, column = 0, depth = 0;

	for (; i < t.n; i++) {
		bool end = t.p[i] == ')' && depth == 0;

		if (t.p[i] == '\'' || t.p[i] == '"') {
			i = skip_quoted(t, i) - 1;
			continue;
		}
		depth += t.p[i] == '(';
		if ((t.p[i] == ',' && depth == 0) || end) {
			if (column < c->n && c->class[column] != SECRET_NONE)
				judge(
					c->class [column],
					(sv) { t.p + from, i - from }, script,
					h);
			column++;
			from = i + 1;
		}
		if (end)
			return i + 1;
		depth -= t.p[i] == ')';
	}
	/* Cut off: what is there of the last one. */
	if (column < c->n && c->class[column] != SECRET_NONE && from < t.n)
		judge(c->class[column], sv_from(t, from), script, h);
	return t.n;
}

static size_t rows(sv t, size_t i, const struct columns *c, bool script,
		   struct hits *h)
{
	i = skip_blanks(t, i);
	while (i < t.n && t.p[i] == '(') {
		i = skip_blanks(t, one_row(t, i, c, script, h));
		if (i < t.n && t.p[i] == ',')
			i = skip_blanks(t, i + 1);
	}
	return i;
}

static bool is_values(const char *p)
{
	static const char word[] = "values";

	for (size_t i = 0; i < sizeof(word) - 1; i++)
		if ((p[i] | 32) != word[i])
			return false;
	return true;
}

void sqlinsert_find(sv text, bool script, struct hits *h)
{
	static const size_t length = sizeof("values") - 1;
	size_t i = 0;

	while (i + length < text.n) {
		struct columns c;

		if (!is_values(text.p + i)) {
			i++;
			continue;
		}
		c = columns_before(text, i);
		i += length;
		if (c.any)
			i = rows(text, i, &c, script, h);
	}
}

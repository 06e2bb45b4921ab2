/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments that somebody else than the agent joined, as a shell's user would
 * write them: --password='two words', -H 'Cookie: x', sh -c 'mysql -px'. In
 * the agent's own form such a word is one argument that begins with a quote
 * by accident, so both readings are walked.
 */
#include "secret/cmdline.h"

#include <ctype.h>

#include "secret/value.h"

/* Where a quotation opens that does not close in the word, or SIZE_MAX. */
static size_t opening(sv t)
{
	for (size_t i = 0; i < t.n; i++) {
		bool at = i == 0 || t.p[i - 1] == '=' || t.p[i - 1] == ':' ||
			  (i == 2 && t.p[0] == '-' &&
			   isalpha((unsigned char)t.p[1]));

		if (t.p[i] != '\'' && t.p[i] != '"')
			continue;
		if (!at || memchr(t.p + i + 1, t.p[i], t.n - i - 1))
			return SIZE_MAX;
		return i;
	}
	return SIZE_MAX;
}

/* The quote that closes, at a word's end behind `from`; SIZE_MAX: none. */
static size_t closing(sv text, size_t from, char quote)
{
	for (size_t i = from; i < text.n; i++)
		if (text.p[i] == quote &&
		    (i + 1 == text.n || text.p[i + 1] == ' ' ||
		     text.p[i + 1] == ';'))
			return i;
	return SIZE_MAX;
}

bool cmdline_requote(struct cmdline *c, size_t from, size_t to)
{
	sv text = c->hits->text;
	bool none['\'' + 1] = {false}, any = false;

	if (!memchr(text.p, '\'', text.n) && !memchr(text.p, '"', text.n))
		return false;
	for (size_t i = from; i < to; i++) {
		struct argv_token t = c->words[i];
		size_t at = t.flags & ARGV_QUOTED ? SIZE_MAX : opening(t.text);
		size_t end = SIZE_MAX;

		if (at != SIZE_MAX && !none[(unsigned char)t.text.p[at]]) {
			end = closing(text, t.end, t.text.p[at]);
			none[(unsigned char)t.text.p[at]] = end == SIZE_MAX;
		}
		if (end != SIZE_MAX) {
			any = true;
			t.text.n = end + 1 - (size_t)(t.text.p - text.p);
			t.text = value_unquote(t.text);
			t.end = t.longest = end + 1;
			while (i + 1 < to && c->words[i + 1].start <= end)
				i++;
		}
		cmdline_push(c, &t);
	}
	return any;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/jwalk.h"

#include "base/utf8.h"
#include "codec/jtext.h"

_Static_assert(JWALK_PADDING >= JTEXT_PADDING, "strings are read by jtext");

static bool fail(struct jwalk *w, const char *at, const char *msg)
{
	if (!w->err.msg)
		w->err = (struct rt_err){.pos = (size_t)(at - w->text),
					 .msg = msg};
	w->p = w->end;
	return false;
}

void jwalk_open(struct jwalk *w, sv text, struct arena *arena)
{
	size_t good = utf8_valid_prefix(text);

	*w = (struct jwalk){.p = text.p,
			    .text = text.p,
			    .end = text.p + text.n,
			    .arena = arena,
			    .first = true};
	if (sv_starts(text, SV("\xef\xbb\xbf")))
		w->p += 3;
	if (good < text.n)
		fail(w, text.p + good, "invalid UTF-8");
}

/* The next byte that counts; the end is a NUL, which no text has there. */
static char next(struct jwalk *w)
{
	while (w->p < w->end && (*w->p == ' ' || *w->p == '\n' ||
				 *w->p == '\r' || *w->p == '\t'))
		w->p++;
	return w->p < w->end ? *w->p : '\0';
}

/* A value begins: its first byte, '\0' after an error. */
static char value(struct jwalk *w)
{
	char c;

	if (w->err.msg)
		return '\0';
	c = next(w);
	w->first = false;
	if (c == '\0')
		fail(w, w->p,
		     w->p < w->end ? "a NUL byte" : "the text ends early");
	return c;
}

static bool enter(struct jwalk *w, char open)
{
	char c = value(w);

	if (c != open) {
		jwalk_skip(w);
		return false;
	}
	if (++w->depth > JWALK_MAX_DEPTH)
		return fail(w, w->p, "nested too deeply");
	w->p++;
	w->first = true;
	return true;
}

/* The next of a list: false at its end, which is passed. */
static bool another(struct jwalk *w, char close)
{
	char c;

	if (w->err.msg)
		return false;
	c = next(w);
	if (c == close) {
		w->p++;
		w->depth--;
		w->first = false;
		return false;
	}
	if (w->first) {
		w->first = false;
		return true;
	}
	if (c != ',')
		return fail(w, w->p, "expected a comma or the end of a list");
	w->p++;
	return true;
}

/* Behind the closing quote; *escapes: there are some. NULL after an error. */
static const char *string_end(struct jwalk *w, bool *escapes)
{
	const char *p = w->p + 1;

	*escapes = false;
	for (; p < w->end; p++) {
		if (*p == '"')
			return p + 1;
		if ((unsigned char)*p < ' ') {
			fail(w, p, "a control byte in a string");
			return NULL;
		}
		if (*p == '\\') {
			*escapes = true;
			p++;
		}
	}
	fail(w, w->p, "a string does not end");
	return NULL;
}

/* Bytes of the escape at p: two of \\u where they are a surrogate pair. */
static size_t escape_len(const char *p, const char *end)
{
	bool high =
		p[1] == 'u' && (p[2] | 0x20) == 'd' && strchr("89abAB", p[3]);

	if (p[1] != 'u')
		return 2;
	return high && end - p >= 12 && p[6] == '\\' && p[7] == 'u' ? 12 : 6;
}

/* Strings that nobody asked for need no place. */
static bool check_escapes(struct jwalk *w, const char *end)
{
	for (const char *p = w->p + 1; p < end - 1; p++) {
		char room[8 + JTEXT_PADDING], piece[16 + JTEXT_PADDING] = {0};
		char *room_end;
		size_t n;

		if (*p != '\\')
			continue;
		n = escape_len(p, end - 1);
		if ((size_t)(end - 1 - p) < n)
			return fail(w, p, "a bad escape");
		memcpy(piece, p, n);
		piece[n] = '"';
		if (!jtext_string(piece, room, &room_end))
			return fail(w, p, "a bad escape");
		p += n - 1;
	}
	return true;
}

static bool take_string(struct jwalk *w, sv *s)
{
	bool escapes;
	const char *end = string_end(w, &escapes);

	if (!end)
		return false;
	*s = (sv){w->p + 1, (size_t)(end - w->p) - 2};
	if (escapes) {
		char *dst = arena_alloc(w->arena, s->n + JTEXT_PADDING);
		char *dst_end;

		if (!jtext_string(w->p + 1, dst, &dst_end))
			return fail(w, w->p, "a bad escape");
		*s = (sv){dst, (size_t)(dst_end - dst)};
	}
	w->p = end;
	return true;
}

bool jwalk_object(struct jwalk *w)
{
	return enter(w, '{');
}

bool jwalk_array(struct jwalk *w)
{
	return enter(w, '[');
}

bool jwalk_member(struct jwalk *w, sv *key)
{
	if (!another(w, '}'))
		return false;
	if (next(w) != '"')
		return fail(w, w->p, "expected a key");
	if (!take_string(w, key))
		return false;
	if (next(w) != ':')
		return fail(w, w->p, "expected a colon");
	w->p++;
	return true;
}

bool jwalk_element(struct jwalk *w)
{
	return another(w, ']');
}

bool jwalk_string(struct jwalk *w, sv *s)
{
	if (value(w) == '"')
		return take_string(w, s);
	jwalk_skip(w);
	return false;
}

static bool is_delimiter(char c)
{
	return c == '\0' || c == ',' || c == '}' || c == ']' || c == ' ' ||
	       c == '\n' || c == '\r' || c == '\t';
}

static const char *digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

/* RFC 8259's, of any length: what nobody reads needs no value. */
static bool is_number(sv t)
{
	const char *p = t.p, *end = sv_end(t), *q;

	p += p < end && *p == '-';
	q = digits(p, end);
	if (q == p || (*p == '0' && q - p > 1))
		return false;
	p = q;
	if (p < end && *p == '.') {
		q = digits(++p, end);
		if (q == p)
			return false;
		p = q;
	}
	if (p < end && (*p | 0x20) == 'e') {
		p++;
		p += p < end && (*p == '+' || *p == '-');
		q = digits(p, end);
		if (q == p)
			return false;
		p = q;
	}
	return p == end;
}

/* A number, true, false or null. */
static void skip_word(struct jwalk *w)
{
	const char *p = w->p;
	sv word;

	while (p < w->end && !is_delimiter(*p))
		p++;
	word = (sv){w->p, (size_t)(p - w->p)};
	if (!sv_eq(word, SV("true")) && !sv_eq(word, SV("false")) &&
	    !sv_eq(word, SV("null")) && !is_number(word))
		fail(w, w->p, "no value");
	else
		w->p = p;
}

static void skip_string(struct jwalk *w)
{
	bool escapes;
	const char *end = string_end(w, &escapes);

	if (end && (!escapes || check_escapes(w, end)))
		w->p = end;
}

/* Strings and words here, lists and objects on the caller's own stack. */
static void skip_leaf(struct jwalk *w, char c)
{
	if (c == '"')
		skip_string(w);
	else if (c)
		skip_word(w);
}

static bool skip_key(struct jwalk *w)
{
	if (next(w) != '"')
		return fail(w, w->p, "expected a key");
	skip_string(w);
	if (w->err.msg)
		return false;
	if (next(w) != ':')
		return fail(w, w->p, "expected a colon");
	w->p++;
	return true;
}

void jwalk_skip(struct jwalk *w)
{
	char closes[JWALK_MAX_DEPTH + 1];
	unsigned n = 0;

	do {
		char c = value(w);

		if (c == '{' || c == '[') {
			if (!enter(w, c))
				return;
			closes[n++] = c == '{' ? '}' : ']';
		} else {
			skip_leaf(w, c);
		}
		while (n && !w->err.msg && !another(w, closes[n - 1]))
			n--;
		if (n && closes[n - 1] == '}' && !w->err.msg)
			skip_key(w);
	} while (n && !w->err.msg);
}

bool jwalk_end(struct jwalk *w)
{
	if (!w->err.msg && next(w) != '\0')
		fail(w, w->p, "something follows the document");
	if (!w->err.msg && w->p < w->end)
		fail(w, w->p, "a NUL byte");
	return !w->err.msg;
}

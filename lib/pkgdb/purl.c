/* SPDX-License-Identifier: Apache-2.0 */
#include "pkgdb/purl.h"

#include "base/utf8.h"
#include "pkgdb/purltype.h"

/* A purl being made: where decoded bytes go, and what to say of an error. */
struct making {
	struct purl *p;
	char *room;
	struct rt_err *err;
	/* Where the components begin in the text, 0 where there is none. */
	size_t space, name, version;
};

static bool fail(struct rt_err *err, size_t pos, const char *msg)
{
	*err = (struct rt_err){.pos = pos, .msg = msg};
	return false;
}

static bool is_alpha(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_alnum(char c)
{
	return is_alpha(c) || (c >= '0' && c <= '9');
}

static char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* --- into components --- */

static bool whole_text(sv s)
{
	return utf8_valid_prefix(s) == s.n && sv_find(s, '\0') == SIZE_MAX;
}

/* Decodes raw into the room; pos is where it begins in the text. */
static bool decode(struct making *m, sv raw, size_t pos, sv *out)
{
	char *q = m->room;

	for (size_t i = 0; i < raw.n; i++) {
		int a, b;

		if (raw.p[i] != '%') {
			*q++ = raw.p[i];
			continue;
		}
		a = i + 2 < raw.n ? hex(raw.p[i + 1]) : -1;
		b = i + 2 < raw.n ? hex(raw.p[i + 2]) : -1;
		if (a < 0 || b < 0)
			return fail(m->err, pos + i,
				    "a percent sign without two hex digits");
		*q++ = (char)(a << 4 | b);
		i += 2;
	}
	*out = (sv){m->room, (size_t)(q - m->room)};
	if (!whole_text(*out))
		return fail(m->err, pos, "decodes to invalid UTF-8 or a NUL");
	m->room = q;
	return true;
}

static bool is_dots(sv s)
{
	return sv_eq(s, SV(".")) || sv_eq(s, SV(".."));
}

/* Segments joined by '/', empty ones left out; in a subpath dots as well. */
static bool segments(struct making *m, sv raw, size_t pos, bool subpath,
		     sv *out)
{
	char *start = m->room;

	for (size_t i = 0, end; i < raw.n; i = end + 1) {
		sv one;
		char *before = m->room;

		end = MIN(sv_find(sv_from(raw, i), '/'), raw.n - i) + i;
		if (end == i)
			continue;
		if (before > start)
			*m->room++ = '/';
		if (!decode(m, sv_first(sv_from(raw, i), end - i), pos + i,
			    &one))
			return false;
		if (sv_find(one, '/') != SIZE_MAX)
			return fail(m->err, pos + i,
				    "an encoded slash in a segment");
		if (subpath && is_dots(one))
			m->room = before;
	}
	*out = (sv){start, (size_t)(m->room - start)};
	return true;
}

static sv strip_slashes(sv s)
{
	while (s.n && s.p[0] == '/')
		s = sv_from(s, 1);
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

static bool type_ok(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '.' && s.p[i] != '-')
			return false;
	return s.n && is_alpha(s.p[0]);
}

static bool key_ok(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && !strchr("._-", s.p[i]))
			return false;
	return s.n && is_alpha(s.p[0]);
}

static sv lowered(struct making *m, sv s)
{
	sv out = {m->room, s.n};

	for (size_t i = 0; i < s.n; i++)
		*m->room++ = to_lower(s.p[i]);
	return out;
}

/* Keeps qualifiers sorted by key. */
static bool add_qualifier(struct making *m, sv key, sv value, size_t pos)
{
	struct purl *p = m->p;
	size_t i = p->n_qualifiers;

	if (i == PURL_MAX_QUALIFIERS)
		return fail(m->err, pos, "too many qualifiers");
	while (i > 0 && sv_cmp(p->qualifier[i - 1].key, key) >= 0) {
		if (sv_eq(p->qualifier[i - 1].key, key))
			return fail(m->err, pos, "a qualifier twice");
		p->qualifier[i] = p->qualifier[i - 1];
		i--;
	}
	p->qualifier[i] = (struct purl_qualifier){key, value};
	p->n_qualifiers++;
	return true;
}

static bool qualifiers(struct making *m, sv raw, size_t pos)
{
	for (size_t i = 0, end; i < raw.n; i = end + 1) {
		sv pair, key, value;
		size_t eq;

		end = MIN(sv_find(sv_from(raw, i), '&'), raw.n - i) + i;
		pair = sv_first(sv_from(raw, i), end - i);
		eq = sv_find(pair, '=');
		if (eq == SIZE_MAX || !key_ok(sv_first(pair, eq)))
			return fail(m->err, pos + i,
				    "a qualifier is no key=value");
		key = lowered(m, sv_first(pair, eq));
		if (!decode(m, sv_from(pair, eq + 1), pos + i + eq + 1, &value))
			return false;
		if (value.n && !add_qualifier(m, key, value, pos + i))
			return false;
	}
	return true;
}

static bool apply_type(struct making *m)
{
	struct purl *p = m->p;
	const sv *at = NULL;
	const char *wrong;

	if (!p->name.n)
		return fail(m->err, m->name, "there is no name");
	wrong = purltype_apply(p, &at);
	if (!wrong)
		return true;
	return fail(m->err,
		    at == &p->space && p->space.n	? m->space
		    : at == &p->version && p->version.n ? m->version
							: m->name,
		    wrong);
}

/* A URL has printable ASCII alone; everything else is percent-encoded. */
static bool printable(sv text, struct rt_err *err)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] >= 0x7f)
			return fail(err, i, "a character that URLs encode");
	return true;
}

/* What is before the version: [namespace/]name. */
static bool path(struct making *m, sv raw, size_t pos)
{
	size_t slash;

	while (raw.n && raw.p[raw.n - 1] == '/')
		raw.n--;
	slash = sv_rfind(raw, '/');
	m->space = pos;
	m->name = pos + (slash == SIZE_MAX ? 0 : slash + 1);
	if (slash != SIZE_MAX &&
	    !segments(m, sv_first(raw, slash), pos, false, &m->p->space))
		return false;
	if (!decode(m, slash == SIZE_MAX ? raw : sv_from(raw, slash + 1),
		    m->name, &m->p->name))
		return false;
	m->p->name = strip_slashes(m->p->name);
	return true;
}

static bool scheme(sv *rest, struct rt_err *err)
{
	static const char pkg[] = "pkg:";

	for (size_t i = 0; i < 4; i++)
		if (i >= rest->n || to_lower(rest->p[i]) != pkg[i])
			return fail(err, 0, "does not begin with pkg:");
	*rest = sv_from(*rest, 4);
	while (rest->n && rest->p[0] == '/')
		*rest = sv_from(*rest, 1);
	return true;
}

bool purl_parse(struct purl *p, sv text, char *room, struct rt_err *err)
{
	struct making m = {.p = p, .room = room, .err = err};
	sv rest = text;
	size_t i;

	p->type = p->space = p->name = p->version = p->subpath = SV_NULL;
	p->n_qualifiers = 0;
	if (!printable(text, err) || !scheme(&rest, err))
		return false;
	i = sv_rfind(rest, '#');
	if (i != SIZE_MAX &&
	    !segments(&m, sv_from(rest, i + 1),
		      (size_t)(rest.p - text.p) + i + 1, true, &p->subpath))
		return false;
	rest = sv_first(rest, i);
	i = sv_rfind(rest, '?');
	if (i != SIZE_MAX && !qualifiers(&m, sv_from(rest, i + 1),
					 (size_t)(rest.p - text.p) + i + 1))
		return false;
	rest = sv_first(rest, i);
	i = sv_find(rest, '/');
	if (!type_ok(sv_first(rest, i)))
		return fail(err, (size_t)(rest.p - text.p), "no valid type");
	p->type = lowered(&m, sv_first(rest, i));
	rest = sv_from(rest, i == SIZE_MAX ? rest.n : i + 1);
	i = sv_rfind(rest, '@');
	m.version = (size_t)(rest.p - text.p) + i + 1;
	if (i != SIZE_MAX &&
	    !decode(&m, sv_from(rest, i + 1), m.version, &p->version))
		return false;
	return path(&m, sv_first(rest, i), (size_t)(rest.p - text.p)) &&
	       apply_type(&m);
}

/* --- into a text --- */

/* Written as they are: letters, digits, these, and the colon. */
static bool is_plain(char c)
{
	return is_alnum(c) || c == '.' || c == '-' || c == '_' || c == '~' ||
	       c == ':';
}

/* `between`: '/' stands between segments. */
static void encode(struct buf *out, sv s, bool between)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (is_plain((char)c) || (between && c == '/')) {
			buf_ch(out, (char)c);
			continue;
		}
		buf_ch(out, '%');
		buf_ch(out, digits[c >> 4]);
		buf_ch(out, digits[c & 15]);
	}
}

static void write_purl(const struct purl *p, struct buf *out)
{
	buf_sv(out, SV("pkg:"));
	buf_sv(out, p->type);
	buf_ch(out, '/');
	if (p->space.n) {
		encode(out, p->space, true);
		buf_ch(out, '/');
	}
	encode(out, p->name, false);
	if (p->version.n) {
		buf_ch(out, '@');
		encode(out, p->version, false);
	}
	for (size_t i = 0; i < p->n_qualifiers; i++) {
		buf_ch(out, i ? '&' : '?');
		buf_sv(out, p->qualifier[i].key);
		buf_ch(out, '=');
		encode(out, p->qualifier[i].value, false);
	}
	if (p->subpath.n) {
		buf_ch(out, '#');
		encode(out, p->subpath, true);
	}
}

/* Room for a purl of n decoded bytes, and behind it for these bytes. */
static char *room_behind(struct buf *out, size_t n)
{
	size_t text = 3 * n + 2 * PURL_MAX_QUALIFIERS + 16;

	return buf_reserve(out, text + n) + text;
}

bool purl_canonical(sv text, struct buf *out, struct rt_err *err)
{
	struct purl p;

	if (!purl_parse(&p, text, room_behind(out, text.n), err))
		return false;
	write_purl(&p, out);
	return true;
}

/* Copies what is not encoded, by the rules of what is. */
static bool copy(struct making *m, sv raw, sv *out)
{
	if (!whole_text(raw))
		return fail(m->err, 0, "invalid UTF-8 or a NUL");
	*out = (sv){m->room, raw.n};
	if (raw.n)
		memcpy(m->room, raw.p, raw.n);
	m->room += raw.n;
	return true;
}

static bool copy_segments(struct making *m, sv raw, bool subpath, sv *out)
{
	char *start = m->room;

	for (size_t i = 0, end; i < raw.n; i = end + 1) {
		sv one, dup;

		end = MIN(sv_find(sv_from(raw, i), '/'), raw.n - i) + i;
		one = sv_first(sv_from(raw, i), end - i);
		if (!one.n || (subpath && is_dots(one)))
			continue;
		if (m->room > start)
			*m->room++ = '/';
		if (!copy(m, one, &dup))
			return false;
	}
	*out = (sv){start, (size_t)(m->room - start)};
	return true;
}

static bool copy_all(struct making *m, const struct purl *from)
{
	if (!type_ok(from->type))
		return fail(m->err, 0, "no valid type");
	m->p->type = lowered(m, from->type);
	if (!copy_segments(m, from->space, false, &m->p->space) ||
	    !copy(m, strip_slashes(from->name), &m->p->name) ||
	    !copy(m, from->version, &m->p->version) ||
	    !copy_segments(m, from->subpath, true, &m->p->subpath))
		return false;
	for (size_t i = 0; i < from->n_qualifiers; i++) {
		const struct purl_qualifier *q = &from->qualifier[i];
		sv value;

		if (!key_ok(q->key))
			return fail(m->err, 0, "no valid qualifier key");
		if (!copy(m, q->value, &value))
			return false;
		if (value.n && !add_qualifier(m, lowered(m, q->key), value, 0))
			return false;
	}
	return true;
}

bool purl_build(const struct purl *p, struct buf *out, struct rt_err *err)
{
	struct purl canonical = {.n_qualifiers = 0};
	struct making m = {.p = &canonical, .err = err};
	size_t n = p->type.n + p->space.n + p->name.n + p->version.n +
		   p->subpath.n;

	for (size_t i = 0; i < p->n_qualifiers; i++)
		n += p->qualifier[i].key.n + p->qualifier[i].value.n;
	m.room = room_behind(out, n);
	if (!copy_all(&m, p) || !apply_type(&m))
		return false;
	write_purl(&canonical, out);
	return true;
}

sv purl_qualifier(const struct purl *p, sv key)
{
	for (size_t i = 0; i < p->n_qualifiers; i++)
		if (sv_eq(p->qualifier[i].key, key))
			return p->qualifier[i].value;
	return SV_NULL;
}

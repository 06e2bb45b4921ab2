/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/jcs.h"

#include "base/utf8.h"

#include <stdlib.h>

/* One member of the object in work: where its name and value stand. */
struct member {
	sv name;	/* into parser.names, once the object is whole */
	size_t name_at; /* offset there */
	size_t name_n;
	size_t value_at; /* offset in the output */
	size_t value_n;
};

struct parser {
	const char *start, *p, *end;
	struct buf *out;
	struct buf names;   /* of all open objects, unescaped */
	struct buf members; /* of all open objects */
	struct buf scratch; /* one object in its new order; a string */
	int depth;
	struct rt_err *err;
};

static bool value(struct parser *j);

static bool fail(struct parser *j, const char *msg)
{
	*j->err = (struct rt_err){.pos = (size_t)(j->p - j->start), .msg = msg};
	return false;
}

static void skip_space(struct parser *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\t' ||
				 *j->p == '\n' || *j->p == '\r'))
		j->p++;
}

/* The next byte behind white space is c: takes it. */
static bool take(struct parser *j, char c)
{
	skip_space(j);
	if (j->p == j->end || *j->p != c)
		return false;
	j->p++;
	return true;
}

/* --- strings ------------------------------------------------------------- */

static void utf8_put(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_ch(b, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_ch(b, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_ch(b, (char)(0xe0 | c >> 12));
		} else {
			buf_ch(b, (char)(0xf0 | c >> 18));
			buf_ch(b, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_ch(b, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_ch(b, (char)(0x80 | (c & 0x3f)));
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex4(struct parser *j, uint32_t *unit)
{
	*unit = 0;
	if (j->end - j->p < 4)
		return fail(j, "escape cut short");
	for (int i = 0; i < 4; i++, j->p++) {
		int v = hex_value(*j->p);

		if (v < 0)
			return fail(j, "not a hexadecimal digit");
		*unit = *unit << 4 | (uint32_t)v;
	}
	return true;
}

/* Behind "\u". */
static bool unicode_escape(struct parser *j, struct buf *b)
{
	uint32_t c, low;

	if (!hex4(j, &c))
		return false;
	if (c >= 0xdc00 && c <= 0xdfff)
		return fail(j, "lone surrogate");
	if (c >= 0xd800 && c <= 0xdbff) {
		if (j->end - j->p < 2 || j->p[0] != '\\' || j->p[1] != 'u')
			return fail(j, "lone surrogate");
		j->p += 2;
		if (!hex4(j, &low))
			return false;
		if (low < 0xdc00 || low > 0xdfff)
			return fail(j, "lone surrogate");
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	utf8_put(b, c);
	return true;
}

static bool escape(struct parser *j, struct buf *b)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;
	char c;

	if (j->p == j->end)
		return fail(j, "string without an end");
	c = *j->p++;
	if (c == 'u')
		return unicode_escape(j, b);
	at = memchr(from, c, sizeof(from) - 1);
	if (!at)
		return fail(j, "unknown escape");
	buf_ch(b, to[at - from]);
	return true;
}

/* Behind the opening quote; appends the text to b. */
static bool string(struct parser *j, struct buf *b)
{
	while (j->p < j->end) {
		size_t n;

		if (*j->p == '"') {
			j->p++;
			return true;
		}
		if (*j->p == '\\') {
			j->p++;
			if (!escape(j, b))
				return false;
			continue;
		}
		n = utf8_seq(j->p, j->end);
		if (!n || (unsigned char)*j->p < 0x20)
			return fail(j, "byte that no string may hold");
		buf_add(b, j->p, n);
		j->p += n;
	}
	return fail(j, "string without an end");
}

void jcs_string(struct buf *out, sv s)
{
	static const char named[] = "\b\t\n\f\r\"\\", letter[] = "btnfr\"\\";

	buf_ch(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		const char *at = memchr(named, s.p[i], sizeof(named) - 1);

		if (at) {
			buf_ch(out, '\\');
			buf_ch(out, letter[at - named]);
		} else if ((unsigned char)s.p[i] < 0x20) {
			buf_printf(out, "\\u%04x", (unsigned)s.p[i]);
		} else {
			buf_ch(out, s.p[i]);
		}
	}
	buf_ch(out, '"');
}

static bool string_value(struct parser *j)
{
	j->scratch.n = 0;
	if (!string(j, &j->scratch))
		return false;
	jcs_string(j->out, buf_view(&j->scratch));
	return true;
}

/* --- numbers and words --------------------------------------------------- */

static bool digits(struct parser *j)
{
	const char *from = j->p;

	while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
		j->p++;
	return j->p > from;
}

static bool number_shape(struct parser *j)
{
	if (*j->p == '-')
		j->p++;
	if (j->p < j->end && *j->p == '0')
		j->p++;
	else if (!digits(j))
		return false;
	if (j->p < j->end && *j->p == '.') {
		j->p++;
		if (!digits(j))
			return false;
	}
	if (j->p < j->end && (*j->p | 0x20) == 'e') {
		j->p++;
		if (j->p < j->end && (*j->p == '+' || *j->p == '-'))
			j->p++;
		return digits(j);
	}
	return true;
}

static bool number(struct parser *j)
{
	const char *from = j->p;

	if (!number_shape(j))
		return fail(j, "not a JSON value");
	/* strtod wants a NUL, the input has none. */
	j->scratch.n = 0;
	buf_add(&j->scratch, from, (size_t)(j->p - from));
	if (!jcs_number(j->out, strtod(buf_cstr(&j->scratch), NULL)))
		return fail(j, "number beyond a double");
	return true;
}

static bool word(struct parser *j)
{
	static const sv words[] = {{"true", 4}, {"false", 5}, {"null", 4}};
	sv rest = {j->p, (size_t)(j->end - j->p)};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (sv_starts(rest, words[i])) {
			buf_sv(j->out, words[i]);
			j->p += words[i].n;
			return true;
		}
	return number(j);
}

/* --- objects and arrays -------------------------------------------------- */

/*
 * UTF-8 sorts as code points do, UTF-16 as well but for one thing: what is
 * beyond U+FFFF has a surrogate first and so comes before U+E000 to U+FFFF.
 */
int jcs_name_cmp(sv a, sv b)
{
	size_t n = MIN(a.n, b.n), i = 0;
	unsigned char x, y;

	while (i < n && a.p[i] == b.p[i])
		i++;
	if (i == n)
		return (a.n > n) - (b.n > n);
	x = (unsigned char)a.p[i];
	y = (unsigned char)b.p[i];
	if (x >= 0xf0 && (y == 0xee || y == 0xef))
		return -1;
	if (y >= 0xf0 && (x == 0xee || x == 0xef))
		return 1;
	return x < y ? -1 : 1;
}

static int member_cmp(const void *a, const void *b)
{
	return jcs_name_cmp(((const struct member *)a)->name,
			    ((const struct member *)b)->name);
}

static bool read_member(struct parser *j)
{
	struct member m = {.name_at = j->names.n};

	if (!take(j, '"'))
		return fail(j, "no name of a member");
	if (!string(j, &j->names))
		return false;
	m.name_n = j->names.n - m.name_at;
	if (!take(j, ':'))
		return fail(j, "no colon behind a name");
	m.value_at = j->out->n;
	if (!value(j))
		return false;
	m.value_n = j->out->n - m.value_at;
	buf_add(&j->members, &m, sizeof(m));
	return true;
}

/* The n members' values stand in out from byte at; puts them in order. */
static bool write_sorted(struct parser *j, struct member *m, size_t n,
			 size_t at)
{
	for (size_t i = 0; i < n; i++)
		m[i].name = (sv){j->names.p + m[i].name_at, m[i].name_n};
	if (n)
		qsort(m, n, sizeof(*m), member_cmp);
	j->scratch.n = 0;
	for (size_t i = 0; i < n; i++) {
		if (i && sv_eq(m[i].name, m[i - 1].name))
			return fail(j, "a name twice in one object");
		buf_ch(&j->scratch, i ? ',' : '{');
		jcs_string(&j->scratch, m[i].name);
		buf_ch(&j->scratch, ':');
		buf_add(&j->scratch, j->out->p + m[i].value_at, m[i].value_n);
	}
	j->out->n = at;
	buf_sv(j->out, n ? buf_view(&j->scratch) : SV("{"));
	buf_ch(j->out, '}');
	return true;
}

static bool object(struct parser *j)
{
	size_t at = j->out->n, names = j->names.n, members = j->members.n, n;
	bool ok;

	if (!take(j, '}')) {
		do {
			if (!read_member(j))
				return false;
		} while (take(j, ','));
		if (!take(j, '}'))
			return fail(j, "object without an end");
	}
	n = (j->members.n - members) / sizeof(struct member);
	ok = write_sorted(j, n ? (void *)(j->members.p + members) : NULL, n,
			  at);
	j->names.n = names;
	j->members.n = members;
	return ok;
}

static bool array(struct parser *j)
{
	buf_ch(j->out, '[');
	if (!take(j, ']')) {
		if (!value(j))
			return false;
		while (take(j, ',')) {
			buf_ch(j->out, ',');
			if (!value(j))
				return false;
		}
		if (!take(j, ']'))
			return fail(j, "array without an end");
	}
	buf_ch(j->out, ']');
	return true;
}

static bool value(struct parser *j)
{
	bool ok;

	skip_space(j);
	if (j->p == j->end)
		return fail(j, "no value");
	if (*j->p == '"') {
		j->p++;
		return string_value(j);
	}
	if (*j->p != '{' && *j->p != '[')
		return word(j);
	if (j->depth == JCS_DEPTH_MAX)
		return fail(j, "nested too deep");
	j->depth++;
	ok = *j->p++ == '{' ? object(j) : array(j);
	j->depth--;
	return ok;
}

bool jcs_canon(sv json, struct buf *out, struct rt_err *err)
{
	size_t before = out->n;
	struct parser j = {.start = json.p,
			   .p = json.p,
			   .end = sv_end(json),
			   .out = out,
			   .err = err};
	bool ok = value(&j);

	if (ok) {
		skip_space(&j);
		ok = j.p == j.end || fail(&j, "bytes behind the value");
	}
	if (!ok)
		out->n = before;
	buf_release(&j.names);
	buf_release(&j.members);
	buf_release(&j.scratch);
	return ok;
}

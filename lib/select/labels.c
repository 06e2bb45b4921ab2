/* SPDX-License-Identifier: Apache-2.0 */
#include "select/labels.h"

#include "base/mem.h"
#include "codec/pbwire.h"

enum op { EXISTS, NOT_EXISTS, IN, NOT_IN, ABOVE, BELOW };

struct requirement {
	enum op op;
	sv key;
	sv *values;
	size_t n;
	int64_t bound; /* of ABOVE and BELOW */
};

struct labels {
	struct requirement *r;
	size_t n;
};

struct scan {
	sv text;
	size_t at;
	const char *wrong;
};

/* --- words --------------------------------------------------------------- */

/* Ends a word; the rest is for the rules of names to judge. */
static bool is_special(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '=' ||
	       c == '!' || c == '(' || c == ')' || c == ',' || c == '<' ||
	       c == '>';
}

static char peek(struct scan *s)
{
	while (s->at < s->text.n &&
	       strchr(" \t\r\n", s->text.p[s->at]) && s->text.p[s->at])
		s->at++;
	return s->at < s->text.n ? s->text.p[s->at] : '\0';
}

static bool take(struct scan *s, char c)
{
	if (peek(s) != c)
		return false;
	s->at++;
	return true;
}

static sv word(struct scan *s)
{
	size_t start;

	peek(s);
	start = s->at;
	while (s->at < s->text.n && !is_special(s->text.p[s->at]))
		s->at++;
	return (sv){s->text.p + start, s->at - start};
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* A name or a value that is not empty. */
static bool is_name(sv s)
{
	if (!s.n || s.n > 63 || !is_alnum(s.p[0]) || !is_alnum(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_' &&
		    s.p[i] != '.')
			return false;
	return true;
}

/* A DNS subdomain: words of small letters, digits and dashes, dots between. */
static bool is_domain(sv s)
{
	bool edge = true; /* nothing but a letter or a digit may come */

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool alnum = is_alnum(c) && !(c >= 'A' && c <= 'Z');

		if (!alnum && ((c != '-' && c != '.') || edge))
			return false;
		if (c == '.' && s.p[i - 1] == '-')
			return false;
		edge = c == '.';
	}
	return s.n && s.n <= 253 && is_alnum(s.p[s.n - 1]);
}

static bool is_key(sv s)
{
	size_t slash = sv_find(s, '/');

	if (slash == SIZE_MAX)
		return is_name(s);
	return is_domain(sv_first(s, slash)) && is_name(sv_from(s, slash + 1));
}

static bool to_number(sv s, int64_t *v)
{
	bool minus = s.n && s.p[0] == '-';
	int64_t n = 0;

	s = sv_from(s, minus || (s.n && s.p[0] == '+') ? 1 : 0);
	for (size_t i = 0; i < s.n; i++) {
		int digit = s.p[i] - '0';

		if (digit < 0 || digit > 9 ||
		    __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_sub_overflow(n, digit, &n))
			return false;
	}
	*v = n;
	return s.n && (minus || !__builtin_sub_overflow(0, n, v));
}

/* --- requirements -------------------------------------------------------- */

static void add_value(struct scan *s, struct requirement *r, sv v)
{
	if (v.n && !is_name(v))
		s->wrong = "not a label's value";
	r->values = mem_realloc(r->values, (r->n + 1) * sizeof(*r->values));
	r->values[r->n++] = v;
}

static void value_list(struct scan *s, struct requirement *r)
{
	if (!take(s, '(')) {
		s->wrong = "no '(' behind in or notin";
		return;
	}
	if (peek(s) == ')')
		s->wrong = "no values";
	do {
		add_value(s, r, word(s));
	} while (take(s, ','));
	if (!s->wrong && !take(s, ')'))
		s->wrong = "no ')'";
}

static void compare(struct scan *s, struct requirement *r, enum op op)
{
	r->op = op;
	if (!to_number(word(s), &r->bound))
		s->wrong = "no integer behind '<' or '>'";
}

static void operation(struct scan *s, struct requirement *r)
{
	sv name;

	if (take(s, '>')) {
		compare(s, r, ABOVE);
		return;
	}
	if (take(s, '<')) {
		compare(s, r, BELOW);
		return;
	}
	if (take(s, '=')) {
		take(s, '=');
		r->op = IN;
		add_value(s, r, word(s));
		return;
	}
	if (take(s, '!')) {
		if (!take(s, '='))
			s->wrong = "'!' without '='";
		r->op = NOT_IN;
		add_value(s, r, word(s));
		return;
	}
	name = word(s);
	if (sv_eq(name, SV("in")))
		r->op = IN;
	else if (sv_eq(name, SV("notin")))
		r->op = NOT_IN;
	else if (name.n)
		s->wrong = "neither in nor notin";
	if (name.n && !s->wrong)
		value_list(s, r);
}

static struct requirement requirement(struct scan *s)
{
	struct requirement r = {.op = EXISTS};
	bool not = take(s, '!');

	r.key = word(s);
	if (!is_key(r.key))
		s->wrong = "not a label's key";
	else if (not)
		r.op = NOT_EXISTS;
	else
		operation(s, &r);
	return r;
}

struct labels *labels_new(sv text, struct rt_err *err)
{
	struct labels *l = mem_zalloc(sizeof(*l));
	struct scan s = {.text = text};
	bool more;

	/* An empty selector selects everything. */
	peek(&s);
	more = s.at < text.n;
	while (more && !s.wrong) {
		l->r = mem_realloc(l->r, (l->n + 1) * sizeof(*l->r));
		l->r[l->n++] = requirement(&s);
		more = take(&s, ',');
		if (!s.wrong && !more && s.at < text.n)
			s.wrong = "no ',' between two requirements";
	}
	if (!s.wrong)
		return l;
	*err = (struct rt_err){.msg = s.wrong, .pos = s.at};
	labels_free(l);
	return NULL;
}

void labels_free(struct labels *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++)
		mem_free(l->r[i].values);
	mem_free(l->r);
	mem_free(l);
}

/* --- matching ------------------------------------------------------------ */

static bool entry_of(sv entry, sv key, sv *value)
{
	struct pb_cur c = pb_walk(entry);
	struct pb_field f;
	sv k = SV_NULL;

	*value = SV_NULL;
	while (pb_next(&c, &f) > 0) {
		if (f.num == 1)
			k = f.data;
		else if (f.num == 2)
			*value = f.data;
	}
	return sv_eq(k, key);
}

static bool lookup(sv message, uint32_t num, sv key, sv *value)
{
	struct pb_cur c = pb_walk(message);
	struct pb_field f;

	while (pb_next(&c, &f) > 0)
		if (f.num == num && f.wt == PB_LEN &&
		    entry_of(f.data, key, value))
			return true;
	return false;
}

static bool among(const struct requirement *r, sv value)
{
	for (size_t i = 0; i < r->n; i++)
		if (sv_eq(r->values[i], value))
			return true;
	return false;
}

static bool holds(const struct requirement *r, bool has, sv value)
{
	int64_t n;

	switch (r->op) {
	case EXISTS:
		return has;
	case NOT_EXISTS:
		return !has;
	case IN:
		return has && among(r, value);
	case ABOVE:
		return has && to_number(value, &n) && n > r->bound;
	case BELOW:
		return has && to_number(value, &n) && n < r->bound;
	case NOT_IN:
		break;
	}
	return !has || !among(r, value);
}

bool labels_match(const struct labels *l, sv message, uint32_t num)
{
	for (size_t i = 0; i < l->n; i++) {
		sv value;
		bool has = lookup(message, num, l->r[i].key, &value);

		if (!holds(&l->r[i], has, value))
			return false;
	}
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/labels.h"

#include "base/mem.h"
#include "codec/pbwire.h"

enum op { EXISTS, NOT_EXISTS, IN, NOT_IN };

struct requirement {
	enum op op;
	sv key;
	sv *values;
	size_t n;
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

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
	       c == '/';
}

static char peek(struct scan *s)
{
	while (s->at < s->text.n &&
	       (s->text.p[s->at] == ' ' || s->text.p[s->at] == '\t'))
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
	while (s->at < s->text.n && is_word(s->text.p[s->at]))
		s->at++;
	return (sv){s->text.p + start, s->at - start};
}

/* --- requirements -------------------------------------------------------- */

static void add_value(struct requirement *r, sv v)
{
	r->values = mem_realloc(r->values, (r->n + 1) * sizeof(*r->values));
	r->values[r->n++] = v;
}

static void value_list(struct scan *s, struct requirement *r)
{
	if (!take(s, '(')) {
		s->wrong = "no '(' behind in or notin";
		return;
	}
	do {
		add_value(r, word(s));
	} while (take(s, ','));
	if (!take(s, ')'))
		s->wrong = "no ')'";
}

static void operation(struct scan *s, struct requirement *r)
{
	sv name;

	if (take(s, '=')) {
		take(s, '=');
		r->op = IN;
		add_value(r, word(s));
		return;
	}
	if (take(s, '!')) {
		if (!take(s, '='))
			s->wrong = "'!' without '='";
		r->op = NOT_IN;
		add_value(r, word(s));
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
	if (!r.key.n)
		s->wrong = "no label";
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

	/* An empty selector selects everything. */
	while (peek(&s) && !s.wrong) {
		l->r = mem_realloc(l->r, (l->n + 1) * sizeof(*l->r));
		l->r[l->n++] = requirement(&s);
		if (!s.wrong && peek(&s) && !take(&s, ','))
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

static bool holds(const struct requirement *r, bool has, sv value)
{
	bool among = false;

	for (size_t i = 0; has && i < r->n; i++)
		among |= sv_eq(r->values[i], value);
	switch (r->op) {
	case EXISTS:
		return has;
	case NOT_EXISTS:
		return !has;
	case IN:
		return among;
	case NOT_IN:
		break;
	}
	return !among;
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/policy.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"
#include "secret/prefilter.h"
#include "secret/value.h"

#define MAX_SPANS 16
#define LONGEST_LITERAL 255
#define MAX_MARKER 80 /* bytes of "[REDACTED:rule:hex]" */

struct list {
	sv *v;
	size_t n;
};

struct rule {
	sv name;
	struct regex *re;
	enum hits_how how;
	struct list fields, namespaces, probe_types;
	struct regex **binaries;
	size_t nbinaries;
};

struct policy {
	struct arena mem;
	struct rule rule[POLICY_MAX_RULES];
	size_t n;
	uint64_t always; /* rules without literals */
	uint64_t stars;
	uint64_t everywhere; /* rules without binaries */
	struct prefilter *filter;
	struct list values, namespaces;
	struct regex **allowed;
	size_t nallowed;
	/* The answer for the last binary. */
	struct buf binary;
	uint64_t for_binary;
	bool has_binary;
};

struct policy *policy_new(void)
{
	struct policy *p = mem_zalloc(sizeof(*p));

	p->filter = prefilter_new();
	return p;
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++) {
		regex_free(p->rule[i].re);
		for (size_t k = 0; k < p->rule[i].nbinaries; k++)
			regex_free(p->rule[i].binaries[k]);
		mem_free(p->rule[i].binaries);
	}
	for (size_t i = 0; i < p->nallowed; i++)
		regex_free(p->allowed[i]);
	mem_free(p->allowed);
	mem_free(p->values.v);
	mem_free(p->namespaces.v);
	prefilter_free(p->filter);
	buf_release(&p->binary);
	arena_release(&p->mem);
	mem_free(p);
}

static struct list copy(struct policy *p, const sv *v, size_t n)
{
	struct list l = {NULL, n};

	if (n)
		l.v = arena_alloc(&p->mem, n * sizeof(*l.v));
	for (size_t i = 0; i < n; i++)
		l.v[i] = arena_dup(&p->mem, v[i]);
	return l;
}

static void append(struct policy *p, struct list *l, sv s)
{
	l->v = mem_realloc(l->v, (l->n + 1) * sizeof(*l->v));
	l->v[l->n++] = arena_dup(&p->mem, s);
}

static bool fail(struct regex_err *err, const char *msg)
{
	err->pos = 0;
	snprintf(err->msg, sizeof(err->msg), "%s", msg);
	return false;
}

static bool add_binaries(struct rule *r, const struct policy_spec *s,
			 struct regex_err *err)
{
	r->binaries = mem_zalloc((s->nbinaries + 1) * sizeof(struct regex *));
	for (size_t i = 0; i < s->nbinaries; i++) {
		struct regex *re = regex_new(s->binaries[i], NULL, err);

		if (!re)
			return false;
		r->binaries[r->nbinaries++] = re;
	}
	return true;
}

struct adder {
	struct policy *p;
	int rule;
};

static void add_literal(void *arg, sv literal)
{
	struct adder *a = arg;

	prefilter_add(a->p->filter, sv_first(literal, LONGEST_LITERAL),
		      a->rule);
}

bool policy_add(struct policy *p, const struct policy_spec *s,
		struct regex_err *err)
{
	struct adder a = {p, (int)p->n};
	uint64_t bit = UINT64_C(1) << (p->n & 63);
	struct rule *r = &p->rule[p->n];

	if (p->n == POLICY_MAX_RULES)
		return fail(err, "more than 64 rules");
	r->re = regex_new(s->pattern, NULL, err);
	if (!r->re)
		return false;
	p->n++;
	if (regex_groups(r->re) >= MAX_SPANS)
		return fail(err, "more than 15 groups");
	if (!add_binaries(r, s, err))
		return false;
	r->name = (sv){arena_str(&p->mem, s->name), s->name.n};
	r->how = s->how;
	r->fields = copy(p, s->fields, s->nfields);
	r->namespaces = copy(p, s->namespaces, s->nnamespaces);
	r->probe_types = copy(p, s->probe_types, s->nprobe_types);
	if (s->how == HITS_STARS)
		p->stars |= bit;
	if (!s->nbinaries)
		p->everywhere |= bit;
	if (!regex_literals(s->pattern, add_literal, &a))
		p->always |= bit;
	return true;
}

void policy_allow(struct policy *p, sv value)
{
	append(p, &p->values, value);
}

bool policy_allow_pattern(struct policy *p, sv pattern, struct regex_err *err)
{
	struct buf b = {0};
	struct regex *re = regex_new(pattern, NULL, err);

	if (!re)
		return false;
	regex_free(re);
	buf_printf(&b, "^(?:%.*s)$", SV_ARG(pattern));
	re = regex_new(buf_view(&b), NULL, err);
	buf_release(&b);
	if (!re)
		return false;
	p->allowed = mem_realloc(p->allowed,
				 (p->nallowed + 1) * sizeof(struct regex *));
	p->allowed[p->nallowed++] = re;
	return true;
}

void policy_allow_namespace(struct policy *p, sv name)
{
	append(p, &p->namespaces, name);
}

void policy_compile(struct policy *p)
{
	prefilter_compile(p->filter);
}

size_t policy_rules(const struct policy *p)
{
	return p->n;
}

const char *policy_name(const struct policy *p, size_t i)
{
	return p->rule[i].name.p;
}

enum hits_how policy_how(const struct policy *p, size_t i)
{
	return p->rule[i].how;
}

static bool holds(const struct list *l, sv s)
{
	for (size_t i = 0; i < l->n; i++)
		if (sv_eq(l->v[i], s))
			return true;
	return false;
}

bool policy_allows(const struct policy *p, sv value)
{
	value = value_unquote(value);
	if (holds(&p->values, value))
		return true;
	for (size_t i = 0; i < p->nallowed; i++)
		if (regex_match(p->allowed[i], value, 0, NULL, 0))
			return true;
	return false;
}

bool policy_may_leave(const struct policy *p, sv name_space)
{
	return p->namespaces.n == 0 || holds(&p->namespaces, name_space);
}

/* "cwd", "Process.cwd" */
static bool field_is(sv want, sv message, sv field)
{
	size_t dot = sv_find(want, '.');

	if (dot == SIZE_MAX)
		return sv_eq(want, field);
	return sv_eq(sv_first(want, dot), message) &&
	       sv_eq(sv_from(want, dot + 1), field);
}

uint64_t policy_for_field(const struct policy *p, sv message, sv field)
{
	size_t dot = sv_rfind(message, '.');
	uint64_t mask = 0;

	if (dot != SIZE_MAX)
		message = sv_from(message, dot + 1);
	for (size_t i = 0; i < p->n; i++) {
		const struct list *l = &p->rule[i].fields;
		bool in = l->n == 0;

		for (size_t k = 0; k < l->n && !in; k++)
			in = field_is(l->v[k], message, field);
		mask |= (uint64_t)in << i;
	}
	return mask;
}

uint64_t policy_for_record(const struct policy *p, sv name_space, sv probe_type)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct rule *r = &p->rule[i];
		bool in = (!r->namespaces.n ||
			   holds(&r->namespaces, name_space)) &&
			  (!r->probe_types.n ||
			   holds(&r->probe_types, probe_type));

		mask |= (uint64_t)in << i;
	}
	return mask;
}

static bool any_matches(const struct rule *r, sv binary)
{
	for (size_t i = 0; i < r->nbinaries; i++)
		if (regex_match(r->binaries[i], binary, 0, NULL, 0))
			return true;
	return false;
}

uint64_t policy_for_binary(struct policy *p, sv binary)
{
	uint64_t mask = p->everywhere;

	if (p->n == 0 || mask == UINT64_MAX >> (64 - p->n))
		return mask;
	if (p->has_binary && sv_eq(buf_view(&p->binary), binary))
		return p->for_binary;
	for (size_t i = 0; i < p->n; i++)
		if (p->rule[i].nbinaries && any_matches(&p->rule[i], binary))
			mask |= UINT64_C(1) << i;
	p->binary.n = 0;
	buf_sv(&p->binary, binary);
	p->has_binary = true;
	p->for_binary = mask;
	return mask;
}

/* Beyond ASCII a letter has more than two forms: the patterns decide. */
static bool is_ascii(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

uint64_t policy_scan(const struct policy *p, sv text, uint64_t mask)
{
	if (!mask || !is_ascii(text))
		return mask;
	return mask & (p->always | prefilter_scan(p->filter, text));
}

/* What a marker of ours says is no secret. */
static bool in_marker(sv text, const struct regex_span *s)
{
	size_t from = s->start > MAX_MARKER ? s->start - MAX_MARKER : 0;
	sv before = {text.p + from, s->start + 1 - from};
	size_t at = s->start < text.n ? sv_rfind(before, '[') : SIZE_MAX;

	return at != SIZE_MAX &&
	       from + at + value_marker(sv_from(text, from + at)) >= s->end &&
	       value_marker(sv_from(text, from + at));
}

static void find_one(const struct rule *r, sv text, int id, struct hits *h)
{
	int groups = regex_groups(r->re);
	struct regex_span s[MAX_SPANS];
	size_t from = 0;

	while (from <= text.n &&
	       regex_match(r->re, text, from, s, groups + 1)) {
		for (int g = groups ? 1 : 0; g <= groups; g++)
			if (s[g].set && !in_marker(text, &s[g]))
				hits_add(h,
					 (sv){text.p + s[g].start,
					      s[g].end - s[g].start},
					 id);
		from = s[0].end > from ? s[0].end : from + 1;
	}
}

void policy_find(const struct policy *p, sv text, uint64_t mask, int first,
		 struct hits *h)
{
	for (mask &= ~p->stars; mask; mask &= mask - 1) {
		int i = __builtin_ctzll(mask);

		find_one(&p->rule[i], text, first + i, h);
	}
}

/* One match, matched again by itself. Returns how many groups went. */
static size_t star_match(const struct rule *r, sv part, struct buf *out)
{
	struct regex_span s[MAX_SPANS];
	int groups = regex_groups(r->re);
	size_t at = 0, n = 0;

	if (!regex_match(r->re, part, 0, s, groups + 1)) {
		buf_sv(out, part);
		return 0;
	}
	for (int g = 1; g <= groups; g++) {
		if (!s[g].set || s[g].start < at)
			continue;
		buf_add(out, part.p + at, s[g].start - at);
		buf_str(out, "*****");
		at = s[g].end;
		n++;
	}
	buf_sv(out, sv_from(part, at));
	return n;
}

/* Appends the text with one rule applied; how many groups went. */
static size_t star_one(const struct rule *r, sv text, struct buf *out)
{
	struct regex_span s[1];
	size_t from = 0, at = 0, n = 0;

	while (from <= text.n && regex_match(r->re, text, from, s, 1)) {
		buf_add(out, text.p + at, s[0].start - at);
		n += star_match(
			r, (sv){text.p + s[0].start, s[0].end - s[0].start},
			out);
		at = s[0].end;
		from = s[0].end > from ? s[0].end : from + 1;
	}
	if (at < text.n)
		buf_sv(out, sv_from(text, at));
	return n;
}

bool policy_stars(const struct policy *p, sv text, uint64_t mask, int first,
		  struct buf *out, struct buf *taken)
{
	struct buf b = {0};
	bool any = false;

	for (mask &= p->stars; mask; mask &= mask - 1) {
		int i = __builtin_ctzll(mask);
		uint16_t id = (uint16_t)(first + i);
		struct buf next = {0};
		size_t n =
			star_one(&p->rule[i], any ? buf_view(&b) : text, &next);

		for (size_t k = 0; k < n; k++)
			buf_add(taken, &id, sizeof(id));
		if (n) {
			struct buf swap = b;

			b = next;
			next = swap;
			any = true;
		}
		buf_release(&next);
	}
	if (any)
		buf_sv(out, buf_view(&b));
	buf_release(&b);
	return any;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/policyfile.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <yaml.h>

#include "base/mem.h"
#include "redact/userfile.h"

#define MAX_NAME 40
#define MAX_ITEMS 1024
#define MAX_TEXT MIB

struct reader {
	struct policy *p;
	yaml_document_t doc;
	struct policyfile_err *err;
};

static bool wrong(struct reader *r, const yaml_node_t *at, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

static bool wrong(struct reader *r, const yaml_node_t *at, const char *fmt, ...)
{
	va_list ap;

	r->err->line = at ? at->start_mark.line + 1 : 1;
	va_start(ap, fmt);
	vsnprintf(r->err->msg, sizeof(r->err->msg), fmt, ap);
	va_end(ap);
	return false;
}

static sv scalar(const yaml_node_t *n)
{
	return (sv){(const char *)n->data.scalar.value, n->data.scalar.length};
}

static bool pattern_error(struct reader *r, const yaml_node_t *at,
			  const struct regex_err *e)
{
	return wrong(r, at, "bad pattern, at byte %zu: %s", e->pos, e->msg);
}

/* A list of texts, or one. */
struct items {
	const yaml_node_t *node[MAX_ITEMS];
	sv text[MAX_ITEMS];
	size_t n;
};

static bool add_item(struct reader *r, const yaml_node_t *n, struct items *out)
{
	if (n->type != YAML_SCALAR_NODE)
		return wrong(r, n, "text is expected here");
	if (out->n == MAX_ITEMS)
		return wrong(r, n, "more than %d entries", MAX_ITEMS);
	out->node[out->n] = n;
	out->text[out->n++] = scalar(n);
	return true;
}

static bool items(struct reader *r, const yaml_node_t *n, struct items *out)
{
	out->n = 0;
	if (n->type == YAML_SCALAR_NODE)
		return add_item(r, n, out);
	if (n->type != YAML_SEQUENCE_NODE)
		return wrong(r, n, "a list is expected here");
	for (yaml_node_item_t *i = n->data.sequence.items.start;
	     i < n->data.sequence.items.top; i++)
		if (!add_item(r, yaml_document_get_node(&r->doc, *i), out))
			return false;
	return true;
}

enum { MAX_KEYS = 12 };

/* What a mapping has under each of the names, NULL: nothing. */
static bool take(struct reader *r, const yaml_node_t *map,
		 const char *const *names, const yaml_node_t **found)
{
	if (map->type != YAML_MAPPING_NODE)
		return wrong(r, map, "a mapping is expected here");
	for (size_t i = 0; names[i]; i++)
		found[i] = NULL;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start;
	     p < map->data.mapping.pairs.top; p++) {
		const yaml_node_t *k = yaml_document_get_node(&r->doc, p->key);
		size_t i = 0;

		if (k->type != YAML_SCALAR_NODE)
			return wrong(r, k, "a key that is no text");
		while (names[i] && !sv_eq(scalar(k), sv_str(names[i])))
			i++;
		if (!names[i])
			return wrong(r, k, "unknown key '%.*s'",
				     SV_ARG(sv_first(scalar(k), 60)));
		if (found[i])
			return wrong(r, k, "'%s' is here twice", names[i]);
		found[i] = yaml_document_get_node(&r->doc, p->value);
	}
	return true;
}

/* --- one rule ----------------------------------------------------------- */

enum rule_key {
	RULE_NAME,
	RULE_PATTERN,
	RULE_FIELDS,
	RULE_BINARIES,
	RULE_NAMESPACES,
	RULE_PROBE_TYPES,
	RULE_REPLACEMENT,
	RULE_REDACT,
	RULE_BINARY_REGEX,
	RULE_KEYS,
};

static const char *const rule_keys[] = {
	"name",	       "pattern",     "fields", "binaries",	"namespaces",
	"probe_types", "replacement", "redact", "binary_regex", NULL,
};

/* Scratch of one rule; big, so not on the stack. */
struct draft {
	const yaml_node_t *key[RULE_KEYS + 1];
	struct items fields, binaries, namespaces, probe_types, redact;
};

static bool good_name(sv s)
{
	if (!s.n || s.n > MAX_NAME)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!islower((unsigned char)s.p[i]) &&
		    !isdigit((unsigned char)s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

static bool replacement(struct reader *r, const yaml_node_t *n,
			enum hits_how *how)
{
	sv s;

	if (!n)
		return true;
	s = n->type == YAML_SCALAR_NODE ? scalar(n) : SV_NULL;
	if (sv_eq(s, SV("marker")))
		*how = HITS_MARKER;
	else if (sv_eq(s, SV("token")))
		*how = HITS_TOKEN;
	else if (sv_eq(s, SV("stars")))
		*how = HITS_STARS;
	else
		return wrong(r, n, "replacement is marker, token or stars");
	return true;
}

static bool list(struct reader *r, const yaml_node_t *n, struct items *out)
{
	out->n = 0;
	return !n || items(r, n, out);
}

/* Which of the places an error is in, the pattern or a binary's. */
static bool add_rule(struct reader *r, struct policy_spec *s,
		     const yaml_node_t *at, const struct draft *d)
{
	struct regex_err e;

	for (size_t i = 0; i < d->binaries.n; i++) {
		struct regex *re = regex_new(d->binaries.text[i], NULL, &e);

		if (!re)
			return pattern_error(r, d->binaries.node[i], &e);
		regex_free(re);
	}
	if (!policy_add(r->p, s, &e))
		return pattern_error(r, at, &e);
	return true;
}

static bool name_is_new(struct reader *r, const yaml_node_t *at, sv name)
{
	for (size_t i = 0; i < policy_rules(r->p); i++)
		if (sv_eq(sv_str(policy_name(r->p, i)), name))
			return wrong(r, at, "a second rule '%.*s'",
				     SV_ARG(name));
	return true;
}

/* {"redact": [...], "binary_regex": [...]}, as the agent is told. */
static bool agent_rule(struct reader *r, const yaml_node_t *n, struct draft *d,
		       struct policy_spec *s)
{
	s->how = HITS_STARS;
	if (d->key[RULE_PATTERN] || d->key[RULE_REPLACEMENT])
		return wrong(r, n, "redact comes without pattern, replacement");
	if (!items(r, d->key[RULE_REDACT], &d->redact))
		return false;
	for (size_t i = 0; i < d->redact.n; i++) {
		s->pattern = d->redact.text[i];
		if (!add_rule(r, s, d->redact.node[i], d))
			return false;
	}
	return true;
}

static bool own_rule(struct reader *r, const yaml_node_t *n, struct draft *d,
		     struct policy_spec *s)
{
	const yaml_node_t *pattern = d->key[RULE_PATTERN];

	if (!pattern)
		return wrong(r, n, "a rule without a pattern");
	if (!d->key[RULE_NAME])
		return wrong(r, n, "a rule without a name");
	if (pattern->type != YAML_SCALAR_NODE || !scalar(pattern).n)
		return wrong(r, pattern, "a pattern is text");
	s->pattern = scalar(pattern);
	return replacement(r, d->key[RULE_REPLACEMENT], &s->how) &&
	       add_rule(r, s, pattern, d);
}

static bool fill(struct reader *r, const yaml_node_t *n, struct draft *d,
		 struct policy_spec *s)
{
	const yaml_node_t *name;

	if (!take(r, n, rule_keys, d->key))
		return false;
	if (d->key[RULE_BINARIES] && d->key[RULE_BINARY_REGEX])
		return wrong(r, n, "both binaries and binary_regex");
	if (!list(r, d->key[RULE_FIELDS], &d->fields) ||
	    !list(r,
		  d->key[RULE_BINARIES] ? d->key[RULE_BINARIES]
					: d->key[RULE_BINARY_REGEX],
		  &d->binaries) ||
	    !list(r, d->key[RULE_NAMESPACES], &d->namespaces) ||
	    !list(r, d->key[RULE_PROBE_TYPES], &d->probe_types))
		return false;
	name = d->key[RULE_NAME];
	s->name = SV("agent-filter");
	if (name) {
		s->name =
			name->type == YAML_SCALAR_NODE ? scalar(name) : SV_NULL;
		if (!good_name(s->name))
			return wrong(r, name,
				     "a name is 1 to 40 of a-z, 0-9 and -");
		if (!name_is_new(r, name, s->name))
			return false;
	}
	s->fields = d->fields.text;
	s->nfields = d->fields.n;
	s->binaries = d->binaries.text;
	s->nbinaries = d->binaries.n;
	s->namespaces = d->namespaces.text;
	s->nnamespaces = d->namespaces.n;
	s->probe_types = d->probe_types.text;
	s->nprobe_types = d->probe_types.n;
	return d->key[RULE_REDACT] ? agent_rule(r, n, d, s)
				   : own_rule(r, n, d, s);
}

static bool rules(struct reader *r, const yaml_node_t *n)
{
	struct draft *d;
	bool ok = true;

	if (!n)
		return true;
	if (n->type != YAML_SEQUENCE_NODE)
		return wrong(r, n, "rules is a list");
	d = mem_alloc(sizeof(*d));
	for (yaml_node_item_t *i = n->data.sequence.items.start;
	     ok && i < n->data.sequence.items.top; i++) {
		struct policy_spec s = {.how = HITS_MARKER};

		ok = fill(r, yaml_document_get_node(&r->doc, *i), d, &s);
	}
	mem_free(d);
	return ok;
}

/* --- the rest ----------------------------------------------------------- */

static bool allowed(struct reader *r, const yaml_node_t *n, struct items *list_)
{
	static const char *const keys[] = {"values", "patterns", NULL};
	const yaml_node_t *found[3];
	struct regex_err e;

	if (!n)
		return true;
	if (!take(r, n, keys, found) || !list(r, found[0], list_))
		return false;
	for (size_t i = 0; i < list_->n; i++)
		policy_allow(r->p, list_->text[i]);
	if (!list(r, found[1], list_))
		return false;
	for (size_t i = 0; i < list_->n; i++)
		if (!policy_allow_pattern(r->p, list_->text[i], &e))
			return pattern_error(r, list_->node[i], &e);
	return true;
}

static bool root(struct reader *r)
{
	static const char *const keys[] = {"rules", "allow", "namespaces",
					   NULL};
	const yaml_node_t *n = yaml_document_get_root_node(&r->doc);
	const yaml_node_t *found[4];
	struct items *scratch;
	bool ok;

	if (!n)
		return wrong(r, NULL, "nothing is in it");
	if (!take(r, n, keys, found) || !rules(r, found[0]))
		return false;
	scratch = mem_alloc(sizeof(*scratch));
	ok = allowed(r, found[1], scratch) && list(r, found[2], scratch);
	for (size_t i = 0; ok && found[2] && i < scratch->n; i++)
		policy_allow_namespace(r->p, scratch->text[i]);
	mem_free(scratch);
	return ok;
}

bool policyfile_parse(struct policy *p, sv text, struct policyfile_err *err)
{
	struct reader r = {.p = p, .err = err};
	yaml_parser_t parser;
	bool ok;

	if (text.n > MAX_TEXT)
		return wrong(&r, NULL, "more than 1 MiB");
	if (!yaml_parser_initialize(&parser))
		return wrong(&r, NULL, "out of memory");
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p,
				     text.n);
	if (yaml_parser_load(&parser, &r.doc)) {
		ok = root(&r);
		yaml_document_delete(&r.doc);
	} else {
		ok = wrong(&r, NULL, "%s",
			   parser.problem ? parser.problem : "no YAML");
		err->line = parser.problem_mark.line + 1;
	}
	yaml_parser_delete(&parser);
	return ok;
}

bool policyfile_read(struct policy *p, const char *file, bool has_key,
		     struct policyfile_err *err)
{
	struct reader r = {.p = p, .err = err};
	struct buf text = {0};
	int e = userfile_read(file, MAX_TEXT, &text);
	bool ok = e ? wrong(&r, NULL, "cannot be read: %s", strerror(e))
		    : policyfile_parse(p, buf_view(&text), err);

	buf_release(&text);
	for (size_t i = 0; ok && !has_key && i < policy_rules(p); i++)
		if (policy_how(p, i) == HITS_TOKEN)
			ok = wrong(&r, NULL,
				   "rule '%s' makes tokens: --token-key is "
				   "missing",
				   policy_name(p, i));
	return ok;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/buf.h"
#include "pipe/diag.h"

#define EXIT_CONFIG 2
#define MAX_NODES 10000
#define MAX_DEPTH 32

/* Options keep views of their values for the process's life. */
static struct arena values;

struct reader {
	const struct opt_spec *spec;
	const char *file;
	size_t first_line; /* of the text in the file, from 0 */
	yaml_document_t doc;
	size_t visited, depth; /* aliases make much of little */
};

static NORETURN void wrong(const char *file, size_t line, const char *what,
			   const char *key)
{
	diag_error("%s:%zu: %s%s%s%s", file, line, what, key ? " '" : "",
		   key ? key : "", key ? "'" : "");
	exit(EXIT_CONFIG);
}

static size_t line_of(const struct reader *r, const yaml_node_t *n)
{
	return r->first_line + n->start_mark.line + 1;
}

static struct opt *option_for(const struct opt_spec *s, const char *path)
{
	sv p = sv_str(path), prog = sv_str(s->prog);

	for (size_t i = 0; i < s->n; i++) {
		struct opt *o = &s->opts[i];

		if (!o->name)
			continue;
		if (o->config && !strcmp(o->config, path))
			return o;
		if (sv_starts(p, prog) && p.n > prog.n && p.p[prog.n] == '.' &&
		    !strcmp(p.p + prog.n + 1, o->name))
			return o;
	}
	return NULL;
}

static void apply_scalar(struct reader *r, const char *path, yaml_node_t *n)
{
	struct opt *o = option_for(r->spec, path);
	sv prog = sv_str(r->spec->prog), p = sv_str(path);
	const char *bad;

	if (!o) {
		if (sv_starts(p, prog) && p.n > prog.n && p.p[prog.n] == '.')
			wrong(r->file, line_of(r, n), "unknown key",
			      path);
		return;
	}
	bad = opt_set(o, arena_str(&values, sv_str((const char *)
						   n->data.scalar.value)));
	if (bad)
		wrong(r->file, line_of(r, n), bad, path);
}

static void apply_node(struct reader *r, const char *path, yaml_node_t *n);

static void apply_mapping(struct reader *r, const char *path, yaml_node_t *n)
{
	yaml_node_pair_t *p = n->data.mapping.pairs.start;

	for (; p < n->data.mapping.pairs.top; p++) {
		yaml_node_t *key = yaml_document_get_node(&r->doc, p->key);
		yaml_node_t *val = yaml_document_get_node(&r->doc, p->value);
		struct buf b = {0};

		if (key->type != YAML_SCALAR_NODE)
			wrong(r->file, line_of(r, key),
			      "a key that is no text", NULL);
		buf_printf(&b, "%s%s%s", path, *path ? "." : "",
			   (const char *)key->data.scalar.value);
		apply_node(r, buf_cstr(&b), val);
		buf_release(&b);
	}
}

static void apply_node(struct reader *r, const char *path, yaml_node_t *n)
{
	if (++r->visited > MAX_NODES || ++r->depth > MAX_DEPTH)
		wrong(r->file, line_of(r, n), "too much, or in a circle", NULL);
	switch (n->type) {
	case YAML_MAPPING_NODE:
		apply_mapping(r, path, n);
		break;
	case YAML_SEQUENCE_NODE:
		for (yaml_node_item_t *i = n->data.sequence.items.start;
		     i < n->data.sequence.items.top; i++)
			apply_node(r, path, yaml_document_get_node(&r->doc, *i));
		break;
	case YAML_SCALAR_NODE:
		apply_scalar(r, path, n);
		break;
	case YAML_NO_NODE:
		break;
	}
	r->depth--;
}

/* `data: {config.yaml: |...}` of a ConfigMap, or NULL. */
static const yaml_node_t *wrapped(yaml_document_t *doc, yaml_node_t *root)
{
	static const char *const path[] = {"data", "config.yaml"};
	yaml_node_t *n = root;

	for (size_t i = 0; i < ARRAY_LEN(path); i++) {
		yaml_node_pair_t *p;

		if (!n || n->type != YAML_MAPPING_NODE)
			return NULL;
		for (p = n->data.mapping.pairs.start;
		     p < n->data.mapping.pairs.top; p++) {
			yaml_node_t *k = yaml_document_get_node(doc, p->key);

			if (k->type == YAML_SCALAR_NODE &&
			    !strcmp((char *)k->data.scalar.value, path[i]))
				break;
		}
		if (p == n->data.mapping.pairs.top)
			return NULL;
		n = yaml_document_get_node(doc, p->value);
	}
	return n && n->type == YAML_SCALAR_NODE ? n : NULL;
}

static void apply_text(const struct opt_spec *spec, const char *file, sv text,
		       size_t first_line)
{
	struct reader r = {.spec = spec, .file = file,
			   .first_line = first_line};
	const yaml_node_t *inner;
	yaml_parser_t parser;
	yaml_node_t *root;

	if (!yaml_parser_initialize(&parser))
		wrong(file, 1, "out of memory", NULL);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p,
				     text.n);
	if (!yaml_parser_load(&parser, &r.doc))
		wrong(file, first_line + parser.problem_mark.line + 1,
		      parser.problem ? parser.problem : "not YAML", NULL);
	root = yaml_document_get_root_node(&r.doc);
	inner = !first_line && root ? wrapped(&r.doc, root) : NULL;
	if (inner) /* a block's text begins behind its `|` */
		apply_text(spec, file,
			   sv_str((const char *)inner->data.scalar.value),
			   inner->start_mark.line + 1);
	else if (root)
		apply_node(&r, "", root);
	yaml_document_delete(&r.doc);
	yaml_parser_delete(&parser);
}

void config_apply(const struct opt_spec *spec, const char *file)
{
	struct buf b = {0};
	FILE *f = fopen(file, "re");
	size_t n;

	if (!f) {
		diag_error("cannot open '%s': %s", file, strerror(errno));
		exit(EXIT_CONFIG);
	}
	do {
		n = fread(buf_reserve(&b, 4096), 1, 4096, f);
		b.n += n;
	} while (n);
	if (ferror(f)) {
		diag_error("cannot read '%s': %s", file, strerror(errno));
		exit(EXIT_CONFIG);
	}
	fclose(f);
	apply_text(spec, file, buf_view(&b), 0);
	buf_release(&b);
}

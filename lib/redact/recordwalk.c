/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/recordwalk.h"

#include "base/mem.h"
#include "codec/pbwire.h"
#include "redact/field.h"
#include "redact/keptjson.h"

#define MAX_DEPTH 16

/* Per message type: how its fields are treated, looked up once. */
struct plan {
	bool ready;
	bool is_env; /* EnvVar: Key decides about Value */
	bool has_cmdline;
	uint8_t class[64]; /* enum field_class, by field index */
	bool nested[64];   /* is a message that holds strings */
};

struct recordwalk {
	struct redact *redact;
	bool strict_paths;
	uint64_t unknown;
	struct plan plans[SCHEMA_MAX_MSGS];
	struct buf level[MAX_DEPTH]; /* a changed message at each depth */
	struct buf text;	     /* one changed string */
	bool bad;
};

/* Whose command line this is: redaction knows programs by name. */
struct scope {
	sv binary;
	bool truncated;
};

struct recordwalk *recordwalk_new(struct redact *r, bool strict_paths)
{
	struct recordwalk *w = mem_zalloc(sizeof(*w));

	w->redact = r;
	w->strict_paths = strict_paths;
	return w;
}

void recordwalk_free(struct recordwalk *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < MAX_DEPTH; i++)
		buf_release(&w->level[i]);
	buf_release(&w->text);
	mem_free(w);
}

uint64_t recordwalk_unknown(const struct recordwalk *w)
{
	return w->unknown;
}

static const struct plan *plan_of(struct recordwalk *w,
				  const struct schema_msg *m)
{
	struct plan *p = &w->plans[m->id];

	if (p->ready)
		return p;
	p->ready = true;
	p->is_env = sv_ends(sv_str(m->name), SV(".EnvVar"));
	for (size_t i = 0; i < m->n; i++) {
		const struct schema_field *f = &m->fields[i];
		enum field_class c = field_classify(sv_str(m->name), f->name);

		if (c == FIELD_RESOLVE_PATH)
			c = w->strict_paths ? FIELD_PATH : FIELD_KEEP;
		p->class[i] = (uint8_t)c;
		p->has_cmdline |= c == FIELD_CMDLINE && f->kind == SCHEMA_STRING;
		p->nested[i] = f->kind == SCHEMA_MESSAGE;
	}
	return p;
}

/* The string fields that a command line is read with. */
static struct scope scope_of(const struct schema_msg *m, sv wire)
{
	const struct schema_field *binary = schema_by_name(m, SV("binary"));
	const struct schema_field *flags = schema_by_name(m, SV("flags"));
	struct pb_cur c = pb_walk(wire);
	struct scope s = {SV_NULL, false};
	struct pb_field f;

	while (pb_next(&c, &f) > 0) {
		if (binary && f.num == binary->num)
			s.binary = f.data;
		else if (flags && f.num == flags->num)
			s.truncated = f.data.n &&
				      memmem(f.data.p, f.data.n, "truncArgs", 9);
	}
	return s;
}

/* One string or bytes value; true: the new one is in w->text. */
static bool change_value(struct recordwalk *w, const struct schema_field *f,
			 enum field_class class, const struct scope *scope,
			 sv v)
{
	w->text.n = 0;
	if (class == FIELD_KEEP || !v.n ||
	    (class == FIELD_NAME && field_is_name(v)))
		return false;
	if (f->kind == SCHEMA_BYTES)
		return redact_bytes(w->redact, v, &w->text);
	switch (class) {
	case FIELD_CMDLINE:
		return redact_cmdline(w->redact, scope->binary, v,
				      scope->truncated, &w->text);
	case FIELD_PATH:
		return redact_path(w->redact, v, &w->text);
	case FIELD_TEXT:
	case FIELD_KEEP:
	case FIELD_NAME:
	case FIELD_RESOLVE_PATH:
		break;
	}
	return redact_text(w->redact, v, &w->text);
}

/* A message being rewritten: unchanged bytes are copied in runs. */
struct rewrite {
	struct buf *out;
	const char *from; /* first byte not copied yet */
	bool changed;
};

static void replace(struct rewrite *rw, const struct pb_field *f, sv with)
{
	if (!rw->changed)
		rw->out->n = 0;
	rw->changed = true;
	buf_add(rw->out, rw->from, (size_t)(f->raw.p - rw->from));
	pb_put_bytes(rw->out, f->num, with);
	rw->from = f->raw.p + f->raw.n;
}

static void drop(struct rewrite *rw, const struct pb_field *f)
{
	if (!rw->changed)
		rw->out->n = 0;
	rw->changed = true;
	buf_add(rw->out, rw->from, (size_t)(f->raw.p - rw->from));
	rw->from = f->raw.p + f->raw.n;
}

static bool walk_message(struct recordwalk *w, const struct schema_msg *m,
			 sv wire, unsigned int depth, sv *out);

/* Key and value of a label, an annotation or an environment variable. */
static bool walk_pair(struct recordwalk *w, sv wire, bool is_env,
		      unsigned int depth, sv *out)
{
	struct rewrite rw = {&w->level[depth], wire.p, false};
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	sv key = SV_NULL;
	bool hit;
	int r;

	while ((r = pb_next(&c, &f)) > 0)
		if (f.num == 1)
			key = f.data;
	w->bad |= r < 0;
	c = pb_walk(wire);
	while (pb_next(&c, &f) > 0) {
		w->text.n = 0;
		if (f.wt != PB_LEN)
			continue;
		if (f.num != 2)
			hit = redact_text(w->redact, f.data, &w->text);
		else if (is_env)
			hit = redact_env(w->redact, key, f.data, &w->text);
		else
			hit = redact_pair(w->redact, key, f.data, &w->text);
		if (hit)
			replace(&rw, &f, buf_view(&w->text));
	}
	if (rw.changed) {
		buf_add(rw.out, rw.from, (size_t)(wire.p + wire.n - rw.from));
		*out = buf_view(rw.out);
	}
	return rw.changed;
}

static void unknown_field(struct recordwalk *w, struct rewrite *rw,
			  const struct pb_field *f, unsigned int depth)
{
	w->text.n = 0;
	if (f->num == SCHEMA_UNKNOWN_JSON && f->wt == PB_LEN) {
		switch (keptjson_redact(w->redact, f->data, &w->text)) {
		case KEPTJSON_SAME:
			return;
		case KEPTJSON_CHANGED:
			replace(rw, f, buf_view(&w->text));
			return;
		case KEPTJSON_BAD:
			break;
		}
	}
	/* Without the kind's own field nothing is left of a record. */
	w->bad |= depth == 0;
	w->unknown++;
	drop(rw, f);
}

static void known_field(struct recordwalk *w, const struct plan *p,
			const struct schema_field *sf, const struct pb_field *f,
			const struct scope *scope, struct rewrite *rw,
			unsigned int depth)
{
	sv changed;

	if (sf->kind == SCHEMA_STRING || sf->kind == SCHEMA_BYTES) {
		if (change_value(w, sf, (enum field_class)p->class[sf->index],
				 scope, f->data))
			replace(rw, f, buf_view(&w->text));
	} else if (p->nested[sf->index]) {
		if (walk_message(w, sf->msg, f->data, depth + 1, &changed))
			replace(rw, f, changed);
	} else if (sf->kind == SCHEMA_MAP && sf->wrapped == SCHEMA_STRING) {
		if (walk_pair(w, f->data, false, depth + 1, &changed))
			replace(rw, f, changed);
	}
}

static bool walk_message(struct recordwalk *w, const struct schema_msg *m,
			 sv wire, unsigned int depth, sv *out)
{
	const struct plan *p = plan_of(w, m);
	struct rewrite rw = {NULL, wire.p, false};
	struct pb_cur c = pb_walk(wire);
	struct scope scope = {SV_NULL, false};
	struct pb_field f;
	int r;

	if (depth + 1 >= MAX_DEPTH) {
		w->bad = true;
		return false;
	}
	if (p->is_env)
		return walk_pair(w, wire, true, depth, out);
	rw.out = &w->level[depth];
	if (p->has_cmdline)
		scope = scope_of(m, wire);
	while ((r = pb_next(&c, &f)) > 0) {
		const struct schema_field *sf = schema_by_num(m, f.num);

		if (!sf || !schema_accepts(sf, f.wt))
			unknown_field(w, &rw, &f, depth);
		else if (f.wt == PB_LEN)
			known_field(w, p, sf, &f, &scope, &rw, depth);
	}
	w->bad |= r < 0;
	if (!rw.changed)
		return false;
	buf_add(rw.out, rw.from, (size_t)(wire.p + wire.n - rw.from));
	*out = buf_view(rw.out);
	return true;
}

enum recordwalk_result recordwalk_run(struct recordwalk *w,
				      const struct record *in, sv *out)
{
	bool changed;

	w->bad = false;
	changed = walk_message(w, record_schema(), in->wire, 0, out);
	if (w->bad)
		return RECORDWALK_BAD;
	return changed ? RECORDWALK_CHANGED : RECORDWALK_SAME;
}

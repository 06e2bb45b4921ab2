/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/withhold.h"

#include "base/mem.h"
#include "redact/walkwire.h"

#define MAX_DEPTH 16

enum part {
	PART_NONE,
	PART_NAME,	  /* all of it */
	PART_MODULE,	  /* likewise, but not "[kernel]" */
	PART_FUNCTION_ID, /* between the first : and the last +0x */
};

struct rule {
	const char *message, *field; /* field NULL: any */
	enum part part;
};

/* The first that fits counts. Of frames and processes what is not said to be
 * an id goes, be it new. */
static const struct rule rules[] = {
	/* Frames */
	{"CanonicalStackFrame", "build_id", PART_NONE},
	{"CanonicalStackFrame", "build_id_kind", PART_NONE},
	{"CanonicalStackFrame", "purl", PART_NONE},
	{"CanonicalStackFrame", "purl_source", PART_NONE},
	{"CanonicalStackFrame", "module", PART_MODULE},
	{"CanonicalStackFrame", "function_id", PART_FUNCTION_ID},
	{"CanonicalStackFrame", NULL, PART_NAME},
	{"StackTraceEntry", "module", PART_MODULE},
	{"StackTraceEntry", NULL, PART_NAME},
	/* What is counted and claimed of them */
	{"HotSymbol", "function_name", PART_NAME},
	{"HotSymbol", "module", PART_MODULE},
	{"HotSymbol", "function_id", PART_FUNCTION_ID},
	{"HotSymbol", "callers", PART_FUNCTION_ID},
	{"Evidence", "function_name", PART_NAME},
	{"Evidence", "function_id", PART_FUNCTION_ID},
	{"Witness", "function_name", PART_NAME},
	{"PackageSeen", "module", PART_MODULE},
	{"LoadedModule", "path", PART_MODULE},
	{"ProcessLoader", "path", PART_MODULE},
	{"ProcessUprobe", "path", PART_MODULE},
	{"ProcessUsdt", "path", PART_MODULE},
	/* Processes */
	{"Process", "exec_id", PART_NONE},
	{"Process", "parent_exec_id", PART_NONE},
	{"Process", "flags", PART_NONE},
	{"Process", "docker", PART_NONE},
	{"Process", NULL, PART_NAME},
	{"ProcessInfo", "exec_id", PART_NONE},
	{"ProcessInfo", "parent_exec_id", PART_NONE},
	{"ProcessInfo", "flags", PART_NONE},
	{"ProcessInfo", NULL, PART_NAME},
	{"EnvVar", NULL, PART_NAME},
	{"UserRecord", NULL, PART_NAME},
	{"FileProperties", NULL, PART_NAME},
};

/* What becomes of each field of a message type. */
struct plan {
	bool ready;
	uint8_t part[64]; /* enum part, by field index */
};

struct withhold {
	struct namebundle *bundle;
	enum withhold_way way;
	struct plan plans[SCHEMA_MAX_MSGS];
	struct buf level[MAX_DEPTH], text;
	uint64_t count, unknown;
	bool bad;
};

struct withhold *withhold_new(struct namebundle *b, enum withhold_way way)
{
	struct withhold *w = mem_zalloc(sizeof(*w));

	w->bundle = b;
	w->way = way;
	return w;
}

void withhold_free(struct withhold *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < MAX_DEPTH; i++)
		buf_release(&w->level[i]);
	buf_release(&w->text);
	mem_free(w);
}

uint64_t withhold_count(const struct withhold *w)
{
	return w->count;
}

uint64_t withhold_unknown(const struct withhold *w)
{
	return w->unknown;
}

static enum part part_of(sv message, sv field)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (sv_eq(message, sv_str(rules[i].message)) &&
		    (!rules[i].field || sv_eq(field, sv_str(rules[i].field))))
			return rules[i].part;
	return PART_NONE;
}

static const struct plan *plan_of(struct withhold *w,
				  const struct schema_msg *m)
{
	struct plan *p = &w->plans[m->id];
	sv name = sv_str(m->name);
	size_t dot = sv_rfind(name, '.');

	if (LIKELY(p->ready))
		return p;
	p->ready = true;
	name = sv_from(name, dot == SIZE_MAX ? 0 : dot + 1);
	for (size_t i = 0; i < m->n; i++)
		if (m->fields[i].kind == SCHEMA_STRING)
			p->part[i] = (uint8_t)part_of(name, m->fields[i].name);
	return p;
}

/* The name in the value; false: there is none. */
static bool find_name(enum part part, sv v, sv *name)
{
	size_t colon = sv_find(v, ':');
	const char *plus = NULL;

	*name = v;
	switch (part) {
	case PART_NONE:
		return false;
	case PART_NAME:
		break;
	case PART_MODULE:
		return v.n && v.p[0] != '[';
	case PART_FUNCTION_ID:
		for (size_t i = v.n; i-- > 0 && !plus;)
			if (sv_starts(sv_from(v, i), SV("+0x")))
				plus = v.p + i;
		if (colon != SIZE_MAX && plus && plus > v.p + colon)
			*name = (sv){v.p + colon + 1,
				     (size_t)(plus - v.p) - colon - 1};
		break;
	}
	return name->n > 0;
}

/* True: the new value is in w->text. */
static bool change(struct withhold *w, enum part part, sv v)
{
	const char *id;
	sv name, with;

	if (!find_name(part, v, &name))
		return false;
	if (w->way == WITHHOLD_NAMES) {
		if (namebundle_is_id(name))
			return false;
		id = namebundle_id(w->bundle, name);
		w->bad |= !id;
		with = id ? sv_str(id) : SV_NULL;
	} else if (!namebundle_name(w->bundle, name, &with)) {
		w->unknown += namebundle_is_id(name);
		return false;
	}
	w->count++;
	w->text.n = 0;
	buf_add(&w->text, v.p, (size_t)(name.p - v.p));
	buf_sv(&w->text, with);
	buf_sv(&w->text, sv_from(v, (size_t)(name.p - v.p) + name.n));
	return true;
}

static bool walk(struct withhold *w, const struct schema_msg *m, sv wire,
		 unsigned int depth, sv *out)
{
	const struct plan *p = plan_of(w, m);
	struct walkwire rw = {&w->level[depth], wire.p, false};
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	sv inner;
	int r;

	while ((r = pb_step(&c, &f)) > 0) {
		const struct schema_field *sf;

		if (f.wt != PB_LEN)
			continue;
		sf = schema_by_num(m, f.num);
		if (!sf)
			continue;
		if (p->part[sf->index] &&
		    change(w, (enum part)p->part[sf->index], f.data)) {
			walkwire_replace(&rw, &f, buf_view(&w->text));
		} else if (sf->kind == SCHEMA_MESSAGE) {
			if (depth + 1 == MAX_DEPTH)
				w->bad = true;
			else if (walk(w, sf->msg, f.data, depth + 1, &inner))
				walkwire_replace(&rw, &f, inner);
		}
	}
	w->bad |= r < 0;
	return walkwire_finish(&rw, wire, out);
}

enum withhold_result withhold_run(struct withhold *w,
				  const struct schema_msg *m, sv wire, sv *out)
{
	bool changed;

	w->bad = false;
	changed = walk(w, m, wire, 0, out);
	if (w->bad)
		return WITHHOLD_BAD;
	return changed ? WITHHOLD_CHANGED : WITHHOLD_SAME;
}

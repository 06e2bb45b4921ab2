/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/recordwalk.h"

#include "base/mem.h"
#include "redact/keptjson.h"
#include "redact/memo.h"
#include "redact/origin.h"
#include "redact/walkplan.h"
#include "redact/walkwire.h"

#define MAX_DEPTH 16
#define MEMO_SLOTS 4096 /* nested messages; 4 MiB */
#define MEMO_FROM 24	/* what is shorter is judged faster than found */
#define RUN_FROM 3	/* strings; likewise */
#define USE_PERIOD 2048 /* look-ups of a field between two judgements, */
#define USE_SAMPLE 128	/* of which so many are made in any case */
#define RUN_CONTEXT (UINT64_C(1) << 32)

struct recordwalk {
	struct redact *redact;
	struct recordwalk_opts opts;
	uint64_t unknown;
	struct walkplan plans[SCHEMA_MAX_MSGS];
	struct buf level[MAX_DEPTH]; /* a changed message at each depth */
	struct buf text;	     /* one changed string */
	struct buf taken;	     /* struct recordwalk_taken, this record */
	struct memo *memo;	     /* of nested messages */
	struct {
		uint64_t record; /* rules for this record, */
		uint64_t here;	 /* and for the binary at hand */
	} rules;
	bool bad;
};

/* Whose command line this is: redaction knows programs by name. */
struct scope {
	sv binary;
	bool truncated;
};

/* The message at hand. */
struct spot {
	const struct schema_msg *m;
	struct walkplan *p;
	sv wire;
	unsigned int depth;
	struct scope scope;
	bool scoped; /* scope is known */
};

struct recordwalk *recordwalk_new(struct redact *r,
				  const struct recordwalk_opts *o)
{
	struct recordwalk *w = mem_zalloc(sizeof(*w));

	w->redact = r;
	w->opts = *o;
	w->memo = memo_new(MEMO_SLOTS);
	return w;
}

void recordwalk_free(struct recordwalk *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < MAX_DEPTH; i++)
		buf_release(&w->level[i]);
	buf_release(&w->text);
	buf_release(&w->taken);
	memo_free(w->memo);
	mem_free(w);
}

uint64_t recordwalk_unknown(const struct recordwalk *w)
{
	return w->unknown;
}

const struct recordwalk_taken *recordwalk_taken(const struct recordwalk *w,
						size_t *n)
{
	*n = w->taken.n / sizeof(struct recordwalk_taken);
	return (const struct recordwalk_taken *)(const void *)w->taken.p;
}

static struct walkplan *plan_of(struct recordwalk *w,
				const struct schema_msg *m)
{
	struct walkplan *p = &w->plans[m->id];

	if (UNLIKELY(!p->ready))
		walkplan_make(p, m, w->opts.strict_paths, w->opts.policy);
	return p;
}

/* The string fields that a command line is read with. */
static struct scope scope_of(const struct walkplan *p, sv wire)
{
	struct pb_cur c = pb_walk(wire);
	struct scope s = {SV_NULL, false};
	struct pb_field f;

	while (pb_next(&c, &f) > 0) {
		if (f.wt != PB_LEN)
			continue;
		if (f.num == p->binary)
			s.binary = f.data;
		else if (f.num == p->flags)
			s.truncated = f.data.n && memmem(f.data.p, f.data.n,
							 "truncArgs", 9);
	}
	return s;
}

/* One string or bytes value; true: the new one is in w->text. */
static bool change_value(struct recordwalk *w, const struct schema_field *f,
			 enum field_class class, const struct scope *scope,
			 sv v)
{
	if (f->kind == SCHEMA_BYTES)
		return class == FIELD_KEEP
			       ? redact_id_bytes(w->redact, v, &w->text)
			       : redact_bytes(w->redact, v, &w->text);
	switch (class) {
	case FIELD_CMDLINE:
		return redact_cmdline(w->redact, scope->binary, v,
				      scope->truncated, &w->text);
	case FIELD_PATH:
		return redact_path(w->redact, v, &w->text);
	case FIELD_KEEP:
		if (field_is_id(v))
			return redact_id(w->redact, v, &w->text);
		break;
	case FIELD_NAME:
		if (field_is_name(v))
			return redact_id(w->redact, v, &w->text);
		break;
	case FIELD_RESOLVE_PATH:
		return redact_needed_path(w->redact, v, &w->text);
	case FIELD_TEXT:
		break;
	}
	return redact_text(w->redact, v, &w->text);
}

static void unknown_field(struct recordwalk *w, struct walkwire *rw,
			  const struct pb_field *f, unsigned int depth)
{
	w->text.n = 0;
	if (f->num == SCHEMA_UNKNOWN_JSON && f->wt == PB_LEN) {
		switch (keptjson_redact(w->redact, f->data, &w->text)) {
		case KEPTJSON_SAME:
			return;
		case KEPTJSON_CHANGED:
			walkwire_replace(rw, f, buf_view(&w->text));
			return;
		case KEPTJSON_BAD:
			break;
		}
	}
	/* Without the kind's own field nothing is left of a record. */
	w->bad |= depth == 0;
	w->unknown++;
	walkwire_drop(rw, f);
}

/* Which rules were at work in this field. */
static void note(struct recordwalk *w, const struct spot *at,
		 const struct schema_field *sf)
{
	size_t n;
	const uint16_t *rules = redact_taken(w->redact, &n);

	for (size_t i = 0; i < n; i++) {
		struct recordwalk_taken t = {at->m, sf->index,
					     rules[i]};

		buf_add(&w->taken, &t, sizeof(t));
	}
}

/* The same once more, for a message that came before. */
static void repeat(struct recordwalk *w, sv notes)
{
	const struct recordwalk_taken *t = (const void *)notes.p;

	buf_sv(&w->taken, notes);
	for (size_t i = 0; i < notes.n / sizeof(*t); i++)
		redact_count(w->redact, &t[i].rule, 1);
}

static void value_field(struct recordwalk *w, struct spot *at,
			const struct schema_field *sf, const struct pb_field *f,
			struct walkwire *rw)
{
	enum field_class class = (enum field_class)at->p->class[sf->index];

	if (!f->data.n || (class == FIELD_KEEP && field_is_plain_id(f->data)))
		return;
	if (class == FIELD_CMDLINE && w->opts.keep_arguments)
		return;
	if (class == FIELD_CMDLINE && !at->scoped) {
		at->scope = scope_of(at->p, at->wire);
		at->scoped = true;
	}
	if (w->rules.record)
		redact_choose(w->redact,
			      w->rules.here & at->p->rules[sf->index]);
	w->text.n = 0;
	if (!change_value(w, sf, class, &at->scope, f->data))
		return;
	note(w, at, sf);
	walkwire_replace(rw, f, buf_view(&w->text));
}

/* Field 1 is the key, field 2 the value; no more is known of an entry. */
static sv key_of(struct recordwalk *w, sv wire)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	sv key = SV_NULL;
	int r;

	while ((r = pb_next(&c, &f)) > 0)
		if (f.num == 1)
			key = f.data;
	w->bad |= r < 0;
	return key;
}

/* A label, an annotation, an environment variable, a counter. */
static bool walk_entry(struct recordwalk *w, const struct spot *at,
		       const struct schema_field *sf, sv wire, sv *out)
{
	unsigned int depth = at->depth + 1;
	struct walkwire rw = {&w->level[depth], wire.p, false};
	bool is_env = sf->kind == SCHEMA_MESSAGE;
	bool text = is_env || sf->wrapped == SCHEMA_STRING;
	struct pb_cur c = pb_walk(wire);
	sv key = key_of(w, wire);
	struct pb_field f;
	bool hit;

	if (w->rules.record)
		redact_choose(w->redact,
			      w->rules.here & at->p->rules[sf->index]);
	while (pb_next(&c, &f) > 0) {
		w->text.n = 0;
		if (f.num == 1 && f.wt == PB_LEN)
			hit = redact_text(w->redact, f.data, &w->text);
		else if (f.num == 2 && f.wt == PB_LEN && is_env)
			hit = redact_env(w->redact, key, f.data, &w->text);
		else if (f.num == 2 && f.wt == PB_LEN && text)
			hit = redact_pair(w->redact, key, f.data, &w->text);
		else if (f.num == 2 && f.wt != PB_LEN && !text)
			continue;
		else {
			unknown_field(w, &rw, &f, depth);
			continue;
		}
		if (!hit)
			continue;
		note(w, at, sf);
		walkwire_replace(&rw, &f, buf_view(&w->text));
	}
	return walkwire_finish(&rw, wire, out);
}

/* A time, or a wrapped number: whatever else is in it goes. */
static bool walk_plain(struct recordwalk *w, const struct spot *at,
		       const struct schema_field *sf, sv wire, sv *out)
{
	unsigned int depth = at->depth + 1;
	struct walkwire rw = {&w->level[depth], wire.p, false};
	bool text =
		sf->kind == SCHEMA_WRAPPER &&
		(sf->wrapped == SCHEMA_STRING || sf->wrapped == SCHEMA_BYTES);
	uint32_t last = sf->kind == SCHEMA_TIMESTAMP ? 2 : 1;
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	if (LIKELY(walkwire_is_numbers(wire, last)))
		return false;
	while ((r = pb_next(&c, &f)) > 0) {
		w->text.n = 0;
		if (f.num > last || (f.wt == PB_LEN) != text) {
			unknown_field(w, &rw, &f, depth);
		} else if (text && redact_bytes(w->redact, f.data, &w->text)) {
			note(w, at, sf);
			walkwire_replace(&rw, &f, buf_view(&w->text));
		}
	}
	w->bad |= r < 0;
	return walkwire_finish(&rw, wire, out);
}

static bool nested(struct recordwalk *w, const struct spot *at,
		   const struct schema_field *sf, sv wire, sv *out);

static void known_field(struct recordwalk *w, struct spot *at,
			const struct schema_field *sf, const struct pb_field *f,
			struct walkwire *rw)
{
	bool changed = false;
	sv out = SV_NULL;

	switch ((enum walkplan_act)at->p->act[sf->index]) {
	case WALKPLAN_PASS:
		return;
	case WALKPLAN_VALUE:
		value_field(w, at, sf, f, rw);
		return;
	case WALKPLAN_NESTED:
	case WALKPLAN_ENTRY:
		changed = nested(w, at, sf, f->data, &out);
		break;
	case WALKPLAN_PACKED:
		if (!walkwire_is_enums(sf, f->data))
			unknown_field(w, rw, f, at->depth);
		return;
	case WALKPLAN_PLAIN:
		changed = walk_plain(w, at, sf, f->data, &out);
		break;
	}
	if (changed)
		walkwire_replace(rw, f, out);
}

/* Most fields: numbers and ids as they should be. */
static inline bool passes(const struct walkplan *p, const struct pb_field *f)
{
	if (UNLIKELY(f->num >= WALKPLAN_QUICK))
		return false;
	switch ((enum walkplan_quick)p->quick[f->num]) {
	case WALKPLAN_ASK:
		break;
	case WALKPLAN_SKIP:
		return f->wt == PB_LEN;
	case WALKPLAN_INT:
		return f->wt == PB_VARINT;
	case WALKPLAN_TIME:
		return f->wt == PB_LEN && walkwire_is_numbers(f->data, 2);
	case WALKPLAN_NUMBER:
		return f->wt == PB_LEN && walkwire_is_numbers(f->data, 1);
	}
	return false;
}

static void one_field(struct recordwalk *w, struct spot *at,
		      const struct pb_field *f, struct walkwire *rw)
{
	const struct schema_field *sf = schema_by_num(at->m, f->num);

	if (UNLIKELY(!sf || !schema_accepts(sf, f->wt)))
		unknown_field(w, rw, f, at->depth);
	else if (f->wt == PB_LEN)
		known_field(w, at, sf, f, rw);
}

/*
 * Strings of a record's own that stand side by side: names of the pod, the
 * image and the node repeat together, so they are looked up together.
 */
struct run {
	const char *from, *to;
	unsigned int values;
};

/* Is the field's verdict its own affair? */
static bool joins(const struct spot *at, const struct pb_field *f,
		  struct run *run)
{
	const struct schema_field *sf;

	if (f->wt != PB_LEN)
		return false;
	if (f->num < WALKPLAN_QUICK && at->p->quick[f->num])
		return at->p->quick[f->num] == WALKPLAN_SKIP;
	sf = schema_by_num(at->m, f->num);
	if (!sf || !schema_accepts(sf, PB_LEN))
		return false;
	switch ((enum walkplan_act)at->p->act[sf->index]) {
	case WALKPLAN_PASS:
		return true;
	case WALKPLAN_VALUE:
		run->values++;
		return at->p->class[sf->index] != FIELD_CMDLINE &&
		       sf->kind == SCHEMA_STRING;
	case WALKPLAN_ENTRY:
		run->values++;
		return true;
	case WALKPLAN_NESTED:
	case WALKPLAN_PLAIN:
	case WALKPLAN_PACKED:
		break;
	}
	return false;
}

static void walk_run(struct recordwalk *w, struct spot *at,
		     const struct run *run, struct walkwire *rw)
{
	sv bytes = {run->from, (size_t)(run->to - run->from)};
	struct memo_probe probe = {.context = at->m->id | RUN_CONTEXT,
				   .mask = w->rules.here,
				   .text = bytes};
	struct memo_hit same = {.changed = false};
	const char *mark = rw->from;
	struct pb_cur c = pb_walk(bytes);
	bool keep = run->values >= RUN_FROM && bytes.n <= MEMO_ROOM;
	struct pb_field f;

	if (run->values == 0 || (keep && memo_get(w->memo, &probe, &same)))
		return;
	while (walkwire_next(&c, &f) > 0)
		if (!passes(at->p, &f))
			one_field(w, at, &f, rw);
	if (keep && rw->from == mark && !w->bad)
		memo_put(w->memo, &probe, &same);
}

/* The body of a record: mostly new, but for its runs. */
static bool walk_body(struct recordwalk *w, const struct schema_msg *m, sv wire,
		      sv *out)
{
	struct spot at = {.m = m, .p = plan_of(w, m), .wire = wire, .depth = 1};
	struct walkwire rw = {&w->level[1], wire.p, false};
	struct run run = {wire.p, wire.p, 0};
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	while ((r = walkwire_next(&c, &f)) > 0) {
		struct run longer = run;

		if (joins(&at, &f, &longer)) {
			run = longer;
			run.to = c.p;
			continue;
		}
		walk_run(w, &at, &run, &rw);
		run = (struct run){c.p, c.p, 0};
		if (!passes(at.p, &f))
			one_field(w, &at, &f, &rw);
	}
	walk_run(w, &at, &run, &rw);
	w->bad |= r < 0;
	return walkwire_finish(&rw, wire, out);
}

static bool walk_message(struct recordwalk *w, const struct schema_msg *m,
			 sv wire, unsigned int depth, sv *out)
{
	struct spot at = {
		.m = m, .p = plan_of(w, m), .wire = wire, .depth = depth};
	struct walkwire rw = {&w->level[depth], wire.p, false};
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	while ((r = walkwire_next(&c, &f)) > 0)
		if (!passes(at.p, &f))
			one_field(w, &at, &f, &rw);
	w->bad |= r < 0;
	return walkwire_finish(&rw, wire, out);
}

static bool walk_nested(struct recordwalk *w, const struct spot *at,
			const struct schema_field *sf, bool entry, sv wire,
			sv *out)
{
	if (entry)
		return walk_entry(w, at, sf, wire, out);
	return walk_message(w, sf->msg, wire, at->depth + 1, out);
}

/* What never comes again, as a process in its own exec, is not looked up. */
static bool pays(struct walkplan_use *use)
{
	if (++use->tries % USE_PERIOD == 0) {
		use->rare = use->hits * 8 < USE_SAMPLE;
		use->hits = 0;
	}
	return !use->rare || use->tries % USE_PERIOD >= USE_PERIOD - USE_SAMPLE;
}

/* What came before is not walked again. */
static bool look_up(struct recordwalk *w, const struct spot *at,
		    const struct schema_field *sf, bool entry, sv wire, sv *out)
{
	struct walkplan_use *use = &at->p->use[sf->index];
	struct memo_probe probe = {.mask = w->rules.here, .text = wire};
	struct memo_hit hit = {.changed = false};
	uint64_t unknown = w->unknown;
	size_t mark = w->taken.n;

	if (wire.n < MEMO_FROM || wire.n > MEMO_ROOM || !pays(use))
		return walk_nested(w, at, sf, entry, wire, out);
	/* A message is the same wherever it stands; notes of an entry name the
	 * field that it is of. */
	probe.context =
		entry ? (at->m->id + 1u) << 16 | sf->index : sf->msg->id;
	if (memo_get(w->memo, &probe, &hit)) {
		use->hits++;
		if (hit.changed)
			repeat(w, hit.notes);
		*out = hit.out;
		return hit.changed;
	}
	hit.changed = walk_nested(w, at, sf, entry, wire, out);
	if (hit.changed) {
		hit.out = *out;
		hit.notes = sv_from(buf_view(&w->taken), mark);
	}
	if (!w->bad && w->unknown == unknown)
		memo_put(w->memo, &probe, &hit);
	return hit.changed;
}

/* A process has a binary of its own, which the policy's rules may ask. */
static bool process(struct recordwalk *w, const struct spot *at,
		    const struct schema_field *sf, sv wire, sv *out)
{
	uint64_t here = w->rules.here;
	bool changed;

	w->rules.here =
		w->rules.record &
		policy_for_binary(w->opts.policy,
				  scope_of(plan_of(w, sf->msg), wire).binary);
	changed = look_up(w, at, sf, false, wire, out);
	w->rules.here = here;
	return changed;
}

/* A message inside of another. */
static bool nested(struct recordwalk *w, const struct spot *at,
		   const struct schema_field *sf, sv wire, sv *out)
{
	bool entry = sf->kind == SCHEMA_MAP || plan_of(w, sf->msg)->is_env;

	if (at->depth + 3 >= MAX_DEPTH) {
		w->bad = true;
		return false;
	}
	if (at->depth == 0)
		return walk_body(w, sf->msg, wire, out);
	if (!entry && w->rules.record && plan_of(w, sf->msg)->has_cmdline)
		return process(w, at, sf, wire, out);
	return look_up(w, at, sf, entry, wire, out);
}

/* False: it must not leave. */
static bool choose_rules(struct recordwalk *w, const struct record *in)
{
	struct policy *p = w->opts.policy;
	struct origin o;

	if (!p)
		return true;
	origin_of(in, &o);
	if (o.process && !policy_may_leave(p, o.name_space))
		return false;
	w->rules.record = policy_for_record(p, o.name_space, o.probe_type);
	w->rules.here = w->rules.record & policy_for_binary(p, o.binary);
	return true;
}

enum recordwalk_result recordwalk_run(struct recordwalk *w,
				      const struct record *in, sv *out)
{
	bool changed;

	w->bad = false;
	w->taken.n = 0;
	if (!choose_rules(w, in))
		return RECORDWALK_NAMESPACE;
	changed = walk_message(w, record_schema(), in->wire, 0, out);
	if (w->bad)
		return RECORDWALK_BAD;
	return changed ? RECORDWALK_CHANGED : RECORDWALK_SAME;
}

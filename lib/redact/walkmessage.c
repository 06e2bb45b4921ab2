/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages: field by field, unless what stands there came before. What came
 * before is known by its bytes: a message inside of another, or a run of
 * fields that stand side by side, such as the names of pod, image and node.
 */
#include "redact/walk.h"

#define SEEN_FROM 24 /* bytes; what is shorter is judged faster than found */
#define RUN_FROM 3   /* strings; likewise */
#define ENTRY_CONTEXT (1u << 16)
#define RUN_CONTEXT (1u << 17)
#define RUN_CMDLINE (1u << 18)
#define RUN_TRUNCATED (1u << 19)
#define WARM_MAX 255
#define WARM_STEP 4    /* a score moves by a 16th of the way to either end */
#define COLD_BELOW 32  /* one in eight: of such fields only */
#define COLD_SAMPLE 16 /* one in so many is looked up, to see */

/* The same once more, for a message that came before. */
static void repeat(struct recordwalk *w, sv notes)
{
	const struct recordwalk_taken *t = (const void *)notes.p;

	buf_sv(&w->taken, notes);
	for (size_t i = 0; i < notes.n / sizeof(*t); i++)
		redact_count(w->redact, &t[i].rule, 1);
}

static bool walk_nested(struct recordwalk *w, const struct spot *at,
			const struct schema_field *sf, bool entry, sv wire,
			sv *out)
{
	if (entry)
		return walkvalue_entry(w, at, sf, wire, out);
	return walkmessage_run(w, sf->msg, wire, at->depth + 1, out);
}

/* A message is the same wherever it stands; notes of an entry name its field.
 */
static uint32_t context_of(const struct spot *at, const struct schema_field *sf,
			   bool entry)
{
	if (entry)
		return ENTRY_CONTEXT | (uint32_t)at->m->id << 6 | sf->index;
	return sf->msg->id + 1u;
}

/* How often what a field holds came before, of late. */
static void warm(uint8_t *score, bool before)
{
	if (before)
		*score += (uint8_t)((WARM_MAX - *score) >> WARM_STEP);
	else
		*score -= (uint8_t)(*score >> WARM_STEP);
}

/* What never comes again, as a process in its own exec, is not looked up. */
static bool pays(struct walkplan *p, uint8_t field)
{
	return p->warm[field] >= COLD_BELOW ||
	       ++p->skipped[field] % COLD_SAMPLE == 0;
}

/* What came before is not walked again. */
static bool look_up(struct recordwalk *w, const struct spot *at,
		    const struct schema_field *sf, bool entry, sv wire, sv *out)
{
	struct memo_probe probe = {.text = wire};
	uint64_t unknown = w->unknown;
	size_t mark = w->taken.n;
	struct memo_hit hit;
	bool before;

	if (wire.n < SEEN_FROM || wire.n > SEEN_MAX || !pays(at->p, sf->index))
		return walk_nested(w, at, sf, entry, wire, out);
	probe.key = seen_key(w->seen, context_of(at, sf, entry), w->rules.here,
			     SV_NULL, wire);
	before = seen_has(w->seen, &probe.key);
	warm(&at->p->warm[sf->index], before);
	if (before)
		return false;
	if (memo_get(w->memo, &probe, &hit)) {
		repeat(w, hit.notes);
		*out = hit.out;
		return true;
	}
	if (!walk_nested(w, at, sf, entry, wire, out)) {
		if (!w->bad && w->unknown == unknown)
			seen_put(w->seen, &probe.key);
		return false;
	}
	hit.out = *out;
	hit.notes = sv_from(buf_view(&w->taken), mark);
	if (!w->bad && w->unknown == unknown)
		memo_put(w->memo, &probe, &hit);
	return true;
}

/* A process has a binary of its own, which the policy's rules may ask. */
static bool process(struct recordwalk *w, const struct spot *at,
		    const struct schema_field *sf, sv wire, sv *out)
{
	uint64_t here = w->rules.here;
	sv binary = walkvalue_scope(walk_plan(w, sf->msg), wire).binary;
	bool changed;

	w->rules.here =
		w->rules.record & policy_for_binary(w->opts.policy, binary);
	changed = look_up(w, at, sf, false, wire, out);
	w->rules.here = here;
	return changed;
}

/* A message inside of another. */
static bool nested(struct recordwalk *w, const struct spot *at,
		   const struct schema_field *sf, sv wire, sv *out)
{
	bool entry = sf->kind == SCHEMA_MAP || walk_plan(w, sf->msg)->is_env;

	if (at->depth + 3 >= WALK_DEPTH) {
		w->bad = true;
		return false;
	}
	/* A record's body never comes again. */
	if (at->depth == 0)
		return walkmessage_run(w, sf->msg, wire, 1, out);
	if (!entry && w->rules.record && walk_plan(w, sf->msg)->has_cmdline)
		return process(w, at, sf, wire, out);
	return look_up(w, at, sf, entry, wire, out);
}

/* A field that the plan has no shorter way for. */
static void any_field(struct recordwalk *w, const struct spot *at,
		      const struct pb_field *f, struct walkwire *rw)
{
	const struct schema_field *sf = schema_by_num(at->m, f->num);
	bool changed = false;
	sv out = SV_NULL;

	if (UNLIKELY(!sf || !schema_accepts(sf, f->wt))) {
		walkvalue_unknown(w, rw, f, at->depth);
		return;
	}
	if (f->wt != PB_LEN)
		return;
	switch ((enum walkplan_act)at->p->act[sf->index]) {
	case WALKPLAN_PASS:
		return;
	case WALKPLAN_VALUE:
		walkvalue_field(w, at, sf, f, rw);
		return;
	case WALKPLAN_NESTED:
	case WALKPLAN_ENTRY:
		changed = nested(w, at, sf, f->data, &out);
		break;
	case WALKPLAN_PACKED:
		if (!walkwire_is_enums(sf, f->data))
			walkvalue_unknown(w, rw, f, at->depth);
		return;
	case WALKPLAN_PLAIN:
		changed = walkvalue_plain(w, at, sf, f->data, &out);
		break;
	}
	if (changed)
		walkwire_replace(rw, f, out);
}

/* Most fields: numbers and ids as they should be. */
static inline bool passes(enum walkplan_quick quick, const struct pb_field *f)
{
	switch (quick) {
	case WALKPLAN_SKIP:
		return f->wt == PB_LEN;
	case WALKPLAN_INT:
		return f->wt == PB_VARINT;
	case WALKPLAN_TIME:
		return f->wt == PB_LEN && walkwire_is_numbers(f->data, 2);
	case WALKPLAN_NUMBER:
		return f->wt == PB_LEN && walkwire_is_numbers(f->data, 1);
	case WALKPLAN_THREAD:
		return f->wt == PB_LEN && walkwire_is_thread(f->data);
	case WALKPLAN_ID:
		return f->wt == PB_LEN && field_is_plain_id(f->data);
	case WALKPLAN_JOINS:
	case WALKPLAN_CMDLINE:
	case WALKPLAN_ASK:
		break;
	}
	return false;
}

static inline void one_field(struct recordwalk *w, const struct spot *at,
			     const struct pb_field *f, struct walkwire *rw)
{
	enum walkplan_quick quick =
		f->num < WALKPLAN_QUICK
			? (enum walkplan_quick)at->p->quick[f->num]
			: WALKPLAN_ASK;

	if (!passes(quick, f))
		any_field(w, at, f, rw);
}

/*
 * Fields that stand side by side and whose verdicts hang on nothing outside
 * of them, so that they are looked up together.
 */
struct run {
	const char *from, *to;
	unsigned int fields, values;
	bool cmdline;
	struct walk_ahead *ahead; /* where its length is kept, or NULL */
	uint32_t start;		  /* what it is kept by */
};

/* Does the field belong to the run that it stands behind? */
static inline bool joins(const struct spot *at, const struct pb_field *f,
			 const struct run *run)
{
	enum walkplan_quick quick;

	if (f->num >= WALKPLAN_QUICK || f->wt != PB_LEN)
		return false;
	quick = (enum walkplan_quick)at->p->quick[f->num];
	switch (quick) {
	case WALKPLAN_SKIP:
	case WALKPLAN_JOINS:
	case WALKPLAN_CMDLINE:
		return true;
	case WALKPLAN_TIME:
		/* A container's start comes again, a process's does not. */
		return run->fields && !at->p->has_cmdline && passes(quick, f);
	case WALKPLAN_INT:
	case WALKPLAN_NUMBER:
	case WALKPLAN_THREAD:
	case WALKPLAN_ASK:
	case WALKPLAN_ID:
		break;
	}
	return false;
}

static inline void join(const struct spot *at, const struct pb_field *f,
			struct run *run)
{
	uint8_t quick = at->p->quick[f->num];

	if (!run->fields)
		run->from = f->raw.p;
	run->fields++;
	run->values += quick == WALKPLAN_JOINS || quick == WALKPLAN_CMDLINE;
	run->cmdline |= quick == WALKPLAN_CMDLINE;
	run->to = f->raw.p + f->raw.n;
}

/* The key of a run: a command line is judged with what the process says. */
static struct seen_key run_key(const struct recordwalk *w,
			       const struct spot *at, bool cmdline, sv bytes)
{
	uint32_t context = at->m->id | RUN_CONTEXT;
	sv name = SV_NULL;

	if (cmdline) {
		name = at->scope.binary;
		context |= at->scope.truncated ? RUN_TRUNCATED : RUN_CMDLINE;
	}
	return seen_key(w->seen, context, w->rules.here, name, bytes);
}

/* Enough to tell one container's id from the next. */
static uint64_t start_of(sv first)
{
	uint64_t head = 0, tail = 0;

	if (first.n >= 8) {
		memcpy(&head, first.p, 8);
		memcpy(&tail, first.p + first.n - 8, 8);
	}
	return head + (tail << 17 | tail >> 47) + first.n;
}

/*
 * A run of a record's body that begins like one before, behind the same
 * things, goes on like it, mostly: what was clean then is passed over without
 * a look at its fields. first: its first field; returns where to go on, or
 * NULL.
 */
static const char *leap(struct recordwalk *w, const struct spot *at, sv first,
			struct run *run)
{
	size_t room = (size_t)(at->wire.p + at->wire.n - first.p);
	uint64_t start = start_of(first) ^ w->trail;
	struct seen_key key;
	sv bytes;

	start *= UINT64_C(0x9e3779b97f4a7c15);
	run->start = (uint32_t)(start >> 32) ^ (uint32_t)start;
	run->ahead = &w->ahead[start >> 32 & (WALK_AHEAD - 1)];
	if (run->ahead->start != run->start || run->ahead->n > room)
		return NULL;
	bytes = (sv){first.p, run->ahead->n};
	key = run_key(w, at, false, bytes);
	if (!seen_has(w->seen, &key))
		return NULL;
	w->trail += key.hi;
	return first.p + bytes.n;
}

static void walk_run(struct recordwalk *w, const struct spot *at,
		     const struct run *run, struct walkwire *rw)
{
	sv bytes = {run->from, (size_t)(run->to - run->from)};
	bool keep = run->fields > 1 && run->values >= RUN_FROM &&
		    seen_fits(at->scope.binary, bytes);
	struct pb_cur c = pb_walk(bytes);
	const char *mark = rw->from;
	uint64_t unknown = w->unknown;
	struct seen_key key;
	struct pb_field f;
	bool clean;

	if (keep) {
		key = run_key(w, at, run->cmdline, bytes);
		clean = seen_has(w->seen, &key);
	} else {
		clean = false;
	}
	while (!clean && pb_step(&c, &f) > 0)
		one_field(w, at, &f, rw);
	if (!keep)
		return;
	if (!clean && rw->from == mark && !w->bad && w->unknown == unknown) {
		seen_put(w->seen, &key);
		clean = true;
	}
	if (clean && run->ahead) {
		*run->ahead =
			(struct walk_ahead){run->start, (uint32_t)bytes.n};
		w->trail += key.hi;
	}
}

/* What pb_next says at the end. */
static int walk_runs(struct recordwalk *w, const struct spot *at,
		     struct walkwire *rw)
{
	struct pb_cur c = pb_walk(at->wire);
	struct run run = {.fields = 0};
	struct pb_field f;
	const char *to;
	int r;

	while ((r = pb_step(&c, &f)) > 0) {
		if (joins(at, &f, &run)) {
			to = run.fields || at->depth != 1
				     ? NULL
				     : leap(w, at, f.raw, &run);
			if (to)
				c.p = to;
			else
				join(at, &f, &run);
			continue;
		}
		if (run.fields) {
			walk_run(w, at, &run, rw);
			run = (struct run){.fields = 0};
		}
		if (f.wt == PB_VARINT)
			w->trail += f.v;
		one_field(w, at, &f, rw);
	}
	if (run.fields)
		walk_run(w, at, &run, rw);
	return r;
}

static int walk_fields(struct recordwalk *w, const struct spot *at,
		       struct walkwire *rw)
{
	struct pb_cur c = pb_walk(at->wire);
	struct pb_field f;
	int r;

	while ((r = pb_step(&c, &f)) > 0)
		one_field(w, at, &f, rw);
	return r;
}

bool walkmessage_run(struct recordwalk *w, const struct schema_msg *m, sv wire,
		     unsigned int depth, sv *out)
{
	struct spot at = {
		.m = m, .p = walk_plan(w, m), .wire = wire, .depth = depth};
	struct walkwire rw = {&w->level[depth], wire.p, false};
	int end;

	if (at.p->has_cmdline)
		at.scope = walkvalue_scope(at.p, wire);
	if (depth == 1 || at.p->has_cmdline)
		end = walk_runs(w, &at, &rw);
	else
		end = walk_fields(w, &at, &rw);
	w->bad |= end < 0;
	return walkwire_finish(&rw, wire, out);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is judged on its own: strings, entries of maps, plain messages. */
#include "redact/keptjson.h"
#include "redact/walk.h"

struct scope walkvalue_scope(const struct walkplan *p, sv wire)
{
	struct pb_cur c = pb_walk(wire);
	struct scope s = {SV_NULL, false};
	struct pb_field f;

	while (pb_step(&c, &f) > 0) {
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

void walkvalue_unknown(struct recordwalk *w, struct walkwire *rw,
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
		struct recordwalk_taken t = {at->m, sf->index, rules[i]};

		buf_add(&w->taken, &t, sizeof(t));
	}
}

void walkvalue_field(struct recordwalk *w, const struct spot *at,
		     const struct schema_field *sf, const struct pb_field *f,
		     struct walkwire *rw)
{
	enum field_class class = (enum field_class)at->p->class[sf->index];

	if (!f->data.n || (class == FIELD_KEEP && field_is_plain_id(f->data)))
		return;
	if (class == FIELD_CMDLINE && w->opts.keep_arguments)
		return;
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

bool walkvalue_entry(struct recordwalk *w, const struct spot *at,
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
			walkvalue_unknown(w, &rw, &f, depth);
			continue;
		}
		if (!hit)
			continue;
		note(w, at, sf);
		walkwire_replace(&rw, &f, buf_view(&w->text));
	}
	return walkwire_finish(&rw, wire, out);
}

/* Whatever is no number in it goes. */
bool walkvalue_plain(struct recordwalk *w, const struct spot *at,
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
			walkvalue_unknown(w, &rw, &f, depth);
		} else if (text && redact_bytes(w->redact, f.data, &w->text)) {
			note(w, at, sf);
			walkwire_replace(&rw, &f, buf_view(&w->text));
		}
	}
	w->bad |= r < 0;
	return walkwire_finish(&rw, wire, out);
}

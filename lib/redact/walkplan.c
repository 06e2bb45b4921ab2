/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/walkplan.h"

static enum walkplan_act act_of(const struct schema_field *f)
{
	switch ((enum schema_kind)f->kind) {
	case SCHEMA_STRING:
	case SCHEMA_BYTES:
		return WALKPLAN_VALUE;
	case SCHEMA_MESSAGE:
		return WALKPLAN_NESTED;
	case SCHEMA_MAP:
		return WALKPLAN_ENTRY;
	case SCHEMA_TIMESTAMP:
	case SCHEMA_WRAPPER:
		return WALKPLAN_PLAIN;
	case SCHEMA_INT32:
	case SCHEMA_INT64:
	case SCHEMA_UINT32:
	case SCHEMA_UINT64:
	case SCHEMA_BOOL:
	case SCHEMA_DOUBLE:
	case SCHEMA_ENUM:
		break;
	}
	return f->packed ? WALKPLAN_PACKED : WALKPLAN_PASS;
}

static uint32_t number_of(const struct schema_msg *m, sv name)
{
	const struct schema_field *f = schema_by_name(m, name);

	return f && f->kind == SCHEMA_STRING ? f->num : 0;
}

/* Of the process or the event itself: it seldom comes again. */
static bool is_unique(sv name)
{
	return sv_eq(name, SV("event_id")) || sv_ends(name, SV("exec_id"));
}

static enum walkplan_quick quick_value(const struct schema_field *f,
				       enum field_class c)
{
	if (f->kind != SCHEMA_STRING)
		return WALKPLAN_ASK;
	if (c == FIELD_CMDLINE)
		return WALKPLAN_CMDLINE;
	return c == FIELD_KEEP && is_unique(f->name) ? WALKPLAN_ID
						     : WALKPLAN_JOINS;
}

/* Nothing but a number in a message of its own, as rt.v1.ThreadInfo is. */
static bool is_thread(const struct schema_msg *m)
{
	const struct schema_field *f = &m->fields[0];

	return m->n == 1 && f->num == 1 && f->kind == SCHEMA_WRAPPER &&
	       !f->repeated && f->wrapped != SCHEMA_STRING &&
	       f->wrapped != SCHEMA_BYTES;
}

static enum walkplan_quick quick_of(const struct schema_field *f,
				    enum walkplan_act act, enum field_class c)
{
	switch (act) {
	case WALKPLAN_NESTED:
		return is_thread(f->msg) ? WALKPLAN_THREAD : WALKPLAN_ASK;
	case WALKPLAN_PACKED:
		break;
	case WALKPLAN_VALUE:
		return quick_value(f, c);
	case WALKPLAN_ENTRY:
		return WALKPLAN_JOINS;
	case WALKPLAN_PASS:
		if (schema_wire_type(f->kind) == 2)
			return WALKPLAN_SKIP;
		return schema_wire_type(f->kind) == 0 ? WALKPLAN_INT
						      : WALKPLAN_ASK;
	case WALKPLAN_PLAIN:
		if (f->wrapped == SCHEMA_STRING || f->wrapped == SCHEMA_BYTES)
			break;
		return f->kind == SCHEMA_TIMESTAMP ? WALKPLAN_TIME
						   : WALKPLAN_NUMBER;
	}
	return WALKPLAN_ASK;
}

void walkplan_make(struct walkplan *p, const struct schema_msg *m,
		   bool strict_paths, const struct policy *policy)
{
	sv name = sv_str(m->name);

	*p = (struct walkplan){.ready = true};
	p->is_env = sv_ends(name, SV(".EnvVar"));
	p->binary = number_of(m, SV("binary"));
	p->flags = number_of(m, SV("flags"));
	for (size_t i = 0; i < m->n; i++) {
		const struct schema_field *f = &m->fields[i];
		enum field_class c = field_classify(name, f->name);

		if (c == FIELD_RESOLVE_PATH && strict_paths)
			c = FIELD_PATH;
		if (policy)
			p->rules[i] = policy_for_field(policy, name, f->name);
		p->warm[i] = WALKPLAN_LUKEWARM;
		p->class[i] = (uint8_t)c;
		p->act[i] = (uint8_t)act_of(f);
		if (f->num < WALKPLAN_QUICK)
			p->quick[f->num] = (uint8_t)quick_of(
				f, (enum walkplan_act)p->act[i], c);
		p->has_cmdline |=
			c == FIELD_CMDLINE && f->kind == SCHEMA_STRING;
	}
}

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

static enum walkplan_quick quick_of(const struct schema_field *f,
				    enum walkplan_act act)
{
	if (act == WALKPLAN_PACKED)
		return WALKPLAN_ASK;
	if (act == WALKPLAN_PASS)
		return schema_wire_type(f->kind) == 2	? WALKPLAN_SKIP
		       : schema_wire_type(f->kind) == 0 ? WALKPLAN_INT
							: WALKPLAN_ASK;
	if (act != WALKPLAN_PLAIN || f->wrapped == SCHEMA_STRING ||
	    f->wrapped == SCHEMA_BYTES)
		return WALKPLAN_ASK;
	return f->kind == SCHEMA_TIMESTAMP ? WALKPLAN_TIME : WALKPLAN_NUMBER;
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
		p->class[i] = (uint8_t)c;
		p->act[i] = (uint8_t)act_of(f);
		if (f->num < WALKPLAN_QUICK)
			p->quick[f->num] = (uint8_t)quick_of(
				f, (enum walkplan_act)p->act[i]);
		p->has_cmdline |=
			c == FIELD_CMDLINE && f->kind == SCHEMA_STRING;
	}
}

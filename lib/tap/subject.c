/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/subject.h"

#include "codec/pbwire.h"
#include "codec/schema.h"

enum {
	P_PID = 2,
	P_ARGUMENTS = 6,
	P_CAP = 14,
	P_IN_INIT_TREE = 20,
};

bool subject_process(sv wire, struct subject_process *p)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	uint64_t v;
	int r;

	*p = (struct subject_process){.is = true};
	while ((r = pb_next(&c, &f)) > 0) {
		switch (f.num) {
		case P_PID:
			p->pid = pb_get_wrapper(f.data, &v) ? (uint32_t)v : 0;
			break;
		case PROCESS_BINARY:
			p->binary = f.data;
			break;
		case P_ARGUMENTS:
			p->arguments = f.data;
			break;
		case PROCESS_POD:
			p->pod = f.data;
			p->has_pod = true;
			break;
		case PROCESS_DOCKER:
			p->docker = f.data;
			break;
		case P_CAP:
			p->cap = f.data;
			p->has_cap = true;
			break;
		case P_IN_INIT_TREE:
			p->in_init_tree = pb_get_wrapper(f.data, &v) && v;
			break;
		default:
			break;
		}
	}
	return r == 0;
}

/* Members that only JSON has (schema.h) may stand before the event. */
static uint32_t type_of(sv event)
{
	struct pb_cur c = pb_walk(event);
	struct pb_field f;

	while (pb_next(&c, &f) > 0)
		if (f.wt == PB_LEN &&
		    (f.num < 1000 ||
		     (f.num >= TETRAGON_TEST && f.num < SCHEMA_UNKNOWN_JSON)))
			return f.num;
	return 0;
}

bool subject_parse(sv event, struct subject *s)
{
	const struct tetragon_value *v;
	struct tetragon_pod pod;

	s->type = type_of(event);
	s->process.is = s->parent.is = false;
	s->pod = (struct tetragon_pod){0};
	s->parent_health = false;
	if (!tetragon_parse(event, &s->e))
		return false;
	v = &s->e.part[PART_PROCESS];
	if (v->set && !subject_process(v->data, &s->process))
		return false;
	v = &s->e.part[PART_PARENT];
	if (v->set && !subject_process(v->data, &s->parent))
		return false;
	if (s->process.is && !tetragon_pod(s->process.pod, &s->pod))
		return false;
	if (s->parent.is && s->parent.has_pod) {
		if (!tetragon_pod(s->parent.pod, &pod))
			return false;
		s->parent_health = pod.maybe_exec_probe != 0;
	}
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "select/subject.h"

#include "codec/pbwire.h"
#include "codec/schema.h"

enum {
	P_PID = 2,
	P_ARGUMENTS = 6,
	P_CAP = 14,
	P_IN_INIT_TREE = 20,
};

enum { EVENT = 1, OWN = 2, PARENT = 4, POD = 8, PARENT_POD = 16 };

bool subject_process(sv wire, struct subject_process *p)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	uint64_t v;
	int r;

	*p = (struct subject_process){0};
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

void subject_start(struct subject *s, sv event)
{
	s->event = event;
	s->type = type_of(event);
	s->malformed = false;
	s->asked = s->there = 0;
}

/* What was found when it was asked for the first time: there, and well? */
static void settle(struct subject *s, uint8_t what, bool there, bool well)
{
	s->asked |= what;
	if (!well)
		s->malformed = true;
	else if (there)
		s->there |= what;
}

const struct tetragon_event *subject_event(struct subject *s)
{
	if (!(s->asked & EVENT))
		settle(s, EVENT, true, tetragon_parse(s->event, &s->e));
	return s->there & EVENT ? &s->e : NULL;
}

static const struct subject_process *process_of(struct subject *s,
						uint8_t what,
						enum tetragon_part part,
						struct subject_process *p)
{
	const struct tetragon_event *e;
	bool there;

	if (!(s->asked & what)) {
		e = subject_event(s);
		there = e && e->part[part].set;
		settle(s, what, there,
		       !there || subject_process(e->part[part].data, p));
	}
	return s->there & what ? p : NULL;
}

const struct subject_process *subject_own(struct subject *s)
{
	return process_of(s, OWN, PART_PROCESS, &s->process);
}

const struct subject_process *subject_parent(struct subject *s)
{
	return process_of(s, PARENT, PART_PARENT, &s->parent);
}

static const struct tetragon_pod *pod_of(struct subject *s, uint8_t what,
					 const struct subject_process *p,
					 struct tetragon_pod *pod)
{
	bool there = p && p->has_pod;

	if (!(s->asked & what))
		settle(s, what, there, !there || tetragon_pod(p->pod, pod));
	return s->there & what ? pod : NULL;
}

const struct tetragon_pod *subject_pod(struct subject *s)
{
	return pod_of(s, POD, subject_own(s), &s->pod);
}

const struct tetragon_pod *subject_parent_pod(struct subject *s)
{
	return pod_of(s, PARENT_POD, subject_parent(s), &s->parent_pod);
}

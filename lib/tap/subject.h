/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subject.h - what filters look at in an event: its type, its process, the
 * process's parent and pod. Views into the event's wire bytes.
 */
#ifndef RT_SUBJECT_H
#define RT_SUBJECT_H

#include "base/base.h"
#include "event/tetragon.h"

struct subject_process {
	bool is; /* the event has one */
	sv binary, arguments, docker, pod, cap;
	uint32_t pid;
	bool in_init_tree;
	bool has_pod, has_cap;
};

struct subject {
	uint32_t type; /* its field in GetEventsResponse; 0: none */
	struct tetragon_event e;
	struct subject_process process, parent;
	struct tetragon_pod pod; /* of the process */
	bool parent_health;	 /* the parent's pod may run a probe */
};

/* False where the event is malformed. */
bool subject_parse(sv event, struct subject *s);
bool subject_process(sv wire, struct subject_process *p);

#endif

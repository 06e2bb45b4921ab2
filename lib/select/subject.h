/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subject.h - what filters look at in an event: its type, its process, the
 * process's parent and pod. Views into the event's wire bytes, each parsed when
 * it is first asked for: most filters need little.
 */
#ifndef RT_SUBJECT_H
#define RT_SUBJECT_H

#include "base/base.h"
#include "event/tetragon.h"

struct subject_process {
	sv binary, arguments, docker, pod, cap;
	uint32_t pid;
	bool in_init_tree;
	bool has_pod, has_cap;
};

struct subject {
	uint32_t type; /* its field in GetEventsResponse; 0: none */
	bool malformed; /* found while somebody asked */
	/* Private. */
	sv event;
	uint8_t asked, there; /* bit per thing that can be asked for */
	struct tetragon_event e;
	struct subject_process process, parent;
	struct tetragon_pod pod, parent_pod;
};

void subject_start(struct subject *s, sv event);

/* NULL where the event has none, or is malformed. */
const struct tetragon_event *subject_event(struct subject *s);
const struct subject_process *subject_own(struct subject *s);
const struct subject_process *subject_parent(struct subject *s);
const struct tetragon_pod *subject_pod(struct subject *s);
const struct tetragon_pod *subject_parent_pod(struct subject *s);

bool subject_process(sv wire, struct subject_process *p);

#endif

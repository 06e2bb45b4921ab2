/* SPDX-License-Identifier: Apache-2.0 */
/*
 * follow.h - dumps read with their places kept: one after the other to their
 * ends, or on and on as they grow, are rotated, compressed and truncated.
 */
#ifndef RT_FOLLOW_H
#define RT_FOLLOW_H

#include "replay/resume.h"
#include "replay/watch.h"

struct follow {
	struct stage *stage;
	const char *const *sources;
	size_t n_sources;
	struct dumps dumps;
	struct resume resume;
	struct dump *active; /* the one being read */
	struct watch watch;
};

/* Everything that is there, once. */
void follow_once(struct follow *f);
/* Until a signal asks to stop, or the reader of the output goes away. */
void follow_on(struct follow *f);

#endif

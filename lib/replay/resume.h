/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resume.h - --checkpoint at work: takes up where the run before left, and
 * commits how far this one is, always after the bytes reached standard output.
 */
#ifndef RT_RESUME_H
#define RT_RESUME_H

#include "replay/dumps.h"
#include "replay/outmark.h"
#include "stream/stage.h"

struct resume {
	const char *file; /* NULL: nothing is kept, every call does nothing */
	struct dumps *dumps;
	struct outmark mark;
	struct buf text;
	uint64_t written; /* bytes of the output when committed last */
	int64_t due_ns;	  /* not before */
	bool failed;	  /* said */
};

/*
 * Waits for the lock, loads into dumps, repairs the output. Exits 2 where the
 * file cannot be used, 3 where it cannot be written. False: stopped.
 */
bool resume_open(struct resume *r, const char *file, struct dumps *dumps,
		 struct stage *s);

/*
 * If all that was handled is written. Unless `now`, not so often that it
 * costs much. active: the dump that s->in reads, or NULL.
 */
void resume_commit(struct resume *r, struct stage *s, struct dump *active,
		   bool now);

/* After the output is closed; ok: without an error. */
void resume_close(struct resume *r, bool ok);

#endif

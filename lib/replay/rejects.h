/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rejects.h - --rejects FILE: the bytes of what is no record, in the order in
 * which it was met, each unit exactly as it was skipped (recin.h), whatever
 * its length. Together with what was accepted that is the input, but for the
 * white space between units.
 */
#ifndef RT_REJECTS_H
#define RT_REJECTS_H

#include "base/buf.h"
#include "pipe/opt.h"
#include "stream/stage.h"

struct rejects {
	const char *file; /* the option; NULL: not wanted */
	int fd;		  /* -1: failed, and said so */
	bool regular;
	struct buf held;  /* of the unit at hand, not written yet */
	uint64_t written; /* of it: more than is worth holding */
	struct stage *stage;
};

#define REJECTS_ROWS(r)                                        \
	{.name = "rejects", .kind = OPT_STRING, .arg = "FILE", \
	 .help = "append the bytes of bad records there",      \
	 .dst = &(r)->file}

/* Before anything is read. Exits 2 without --replay, 3 if it cannot open. */
void rejects_open(struct rejects *r, bool replay, struct stage *s);
/* What fails here or before becomes the stage's status. */
void rejects_close(struct rejects *r);

#endif

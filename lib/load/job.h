/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job.h - what one transaction loads, as a row of frames: rows in COPY's
 * binary format, then one frame that says what they are (headline.h). Small
 * jobs stay in memory, large ones go on in an unlinked file; in a spool each
 * is a file of its own. The same bytes either way:
 *
 *	tag (1) | length (4, little endian) | XXH3-64 (8) | contents
 *
 * The hash covers tag, position in the row and contents, and the last frame
 * is a headline, so that a file that was cut or damaged does not pass.
 */
#ifndef RT_JOB_H
#define RT_JOB_H

#include "base/base.h"
#include "base/buf.h"

enum job_tag {
	JOB_HOT = 'H',	    /* rows of rt_hot */
	JOB_PACKAGES = 'P', /* of rt_packages */
	JOB_TOUCHED = 'T',  /* of rt_touched */
	JOB_NOTES = 'N',    /* of rt_notes */
	JOB_BATCH = 'B',    /* headline of a batch; the last frame */
	JOB_SEGMENT = 'S',  /* headline of a segment; the last frame */
};

struct job_frame {
	enum job_tag tag;
	sv body; /* until the next call */
};

/* Zero at first, and dir set; job_release in the end. */
struct job {
	const char *dir; /* of the unlinked file; NULL: TMPDIR or /tmp */
	struct buf mem;
	int fd; /* what is in front of mem; valid where spilled > 0 */
	uint64_t spilled, frames;
	/* Reading. */
	struct buf io;
	uint64_t at, seq;
};

/* False where the disk does not take it; errno. */
bool job_add(struct job *j, enum job_tag tag, sv body);

void job_rewind(struct job *j);
/* 1: *f, 0: behind the last frame, -1: damaged (EBADMSG) or errno. */
int job_next(struct job *j, struct job_frame *f);
/* The frame at the end. False: damaged, or errno. */
bool job_headline(struct job *j, struct job_frame *f);

uint64_t job_size(const struct job *j);
/* All of it to fd, which is at its start. False: errno. */
bool job_write(struct job *j, int fd);
/* An empty job becomes that of the file, which it takes over. */
bool job_read(struct job *j, int fd);

void job_reset(struct job *j);
void job_release(struct job *j);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outmark.h - how much of the output belongs to a checkpoint. Where standard
 * output is a regular file, a run that ended hard may have written more than
 * it committed; that surplus is cut off again, but only where it is proven to
 * be ours: the file is the recorded one (device, inode, its bytes before the
 * recorded end), what follows is nothing but records, and either it is our
 * present output or nobody else has it open (a write lease, fcntl(2)).
 */
#ifndef RT_OUTMARK_H
#define RT_OUTMARK_H

#include "replay/checkpoint.h"

struct outmark {
	int fd;	     /* standard output again, -1: no regular file */
	int read_fd; /* the same for reading, or -1 */
	struct checkpoint_output now;
};

/* form: enum recout_format. Before the output is written to and closed. */
void outmark_open(struct outmark *m, uint64_t form);
/*
 * Brings `now` up to date; all that is buffered must be written. On disk, too:
 * what a checkpoint calls written must not go with the machine. False: errno.
 */
bool outmark_take(struct outmark *m);
void outmark_close(struct outmark *m);

/* After a run that ended hard: says what it does, or why it cannot. */
void outmark_recover(const struct checkpoint_output *old);

#endif

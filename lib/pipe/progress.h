/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.h - a line on stderr while long work runs, only where stderr is a
 * terminal and stdout is not; and the answer to SIGUSR1, anywhere.
 */
#ifndef RT_PROGRESS_H
#define RT_PROGRESS_H

#include "base/base.h"

struct progress {
	uint64_t records, bad, dropped;
	uint64_t bytes, total_bytes; /* of the input; total 0: not known */
};

/* Cheap enough to call every few thousand records. */
void progress_tick(const struct progress *p);
/* Clears the line. */
void progress_end(void);

#endif

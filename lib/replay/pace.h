/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace.h - replay at the speed of the events' own times. The n-th record is
 * due at (its time - the first time) / speed behind the first. A time that
 * lies before one already seen is due at once; it never turns the clock back.
 */
#ifndef RT_PACE_H
#define RT_PACE_H

#include "text/rfc3339.h"

struct pace {
	double speed; /* 1: as recorded */
	bool begun;
	struct timestamp start, latest; /* of the events */
	int64_t start_ns;		/* CLOCK_MONOTONIC */
};

/* NULL, or what is wrong with --speed's value. */
const char *pace_parse(const char *text, double *speed);

/* ns to wait until an event of this time is due; 0: it is. */
int64_t pace_wait_ns(struct pace *p, struct timestamp t);
/* Sleeps; false when a signal asks to stop. */
bool pace_sleep(int64_t ns);

#endif

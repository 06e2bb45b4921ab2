/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/pace.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "pipe/stop.h"

#define SECOND 1000000000LL
/* A signal between the look and the sleep waits this long at most. */
#define SLICE (SECOND / 20)
/* Centuries between two events: in ns they would not fit. */
#define LONGEST_SEC 4e9

const char *pace_parse(const char *text, double *speed)
{
	char *end;
	double d = strtod(text, &end);

	if (end == text || *end)
		return "not a number";
	if (!isfinite(d) || d < 1e-6 || d > 1e9)
		return "not between 0.000001 and 1000000000";
	*speed = d;
	return NULL;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

int64_t pace_wait_ns(struct pace *p, struct timestamp t)
{
	double due;
	int64_t left;

	if (!p->begun) {
		p->begun = true;
		p->start = p->latest = t;
		p->start_ns = now_ns();
		return 0;
	}
	if (timestamp_cmp(t, p->latest) <= 0)
		return 0;
	p->latest = t;
	due = ((double)(t.sec - p->start.sec) +
	       (double)(t.nsec - p->start.nsec) * 1e-9) /
	      p->speed;
	left = p->start_ns + (int64_t)(MIN(due, LONGEST_SEC) * 1e9) - now_ns();
	return MAX(left, (int64_t)0);
}

bool pace_sleep(int64_t ns)
{
	int64_t until = now_ns() + ns;

	while (!stop_now() && (ns = until - now_ns()) > 0) {
		struct timespec t = {.tv_nsec = (long)MIN(ns, SLICE)};

		nanosleep(&t, NULL);
	}
	return !stop_now();
}

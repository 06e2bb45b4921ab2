/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probemetric.h - a counter with one row for each probe type.
 */
#ifndef RT_PROBEMETRIC_H
#define RT_PROBEMETRIC_H

#include "event/probe.h"
#include "pipe/metrics.h"

struct probemetric {
	const char *name, *help; /* constant */
	struct metric row[PROBE_TYPES];
	char label[PROBE_TYPES][40];
};

/* m has static storage. */
void probemetric_register(struct probemetric *m);

static inline void probemetric_add(struct probemetric *m, enum probe_type t,
				   uint64_t n)
{
	metric_add(&m->row[t], n);
}

#endif

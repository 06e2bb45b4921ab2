/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overflow.h - what the ring had to drop, by probe type, until it has been
 * said: one gap for each run of drops.
 */
#ifndef RT_OVERFLOW_H
#define RT_OVERFLOW_H

#include "base/base.h"
#include "event/probe.h"
#include "stream/stage.h"

struct overflow {
	uint64_t n[PROBE_TYPES];
	uint64_t total;
	struct timestamp from, to; /* of events, not of drops */
};

/* One dropped record: a ring_drop with a struct overflow as its argument. */
void overflow_add(void *arg, sv wire);
/* Writes the gap, counts it in ledger and metrics, and begins anew. */
void overflow_say(struct overflow *o, struct stage *s);
void overflow_register_metrics(void);

#endif

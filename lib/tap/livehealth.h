/* SPDX-License-Identifier: Apache-2.0 */
/*
 * livehealth.h - how a live stream is doing: gauges, and the text of /healthz.
 */
#ifndef RT_LIVEHEALTH_H
#define RT_LIVEHEALTH_H

#include "base/base.h"
#include "text/rfc3339.h"

struct livehealth {
	const char *target;
	struct timestamp last; /* event time of the newest event written */
	uint64_t lag_ms;       /* of it, when it was written */
	uint64_t connects;     /* streams begun */
};

void livehealth_register_metrics(void);
void livehealth_init(struct livehealth *h, const char *target,
		     uint64_t capacity);
/* An event of that time was just written. */
void livehealth_event(struct livehealth *h, struct timestamp t);
/* A few times a second. */
void livehealth_tick(const struct livehealth *h, bool connected,
		     uint64_t buffered);

#endif

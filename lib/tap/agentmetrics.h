/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agentmetrics.h - the agent's own counters of events that it lost. They are
 * the only trace of such a loss: neither its stream nor its export file has
 * sequence numbers.
 */
#ifndef RT_AGENTMETRICS_H
#define RT_AGENTMETRICS_H

#include "base/base.h"

enum { AGENTMETRICS_COUNTERS = 5 };

struct agentmetrics {
	uint64_t n[AGENTMETRICS_COUNTERS]; /* over all labels */
	bool known[AGENTMETRICS_COUNTERS];
};

struct agentmetrics_move {
	uint64_t by;
	bool restarted; /* went down: a new agent; by is its present value */
};

const char *agentmetrics_name(size_t counter);

/*
 * GET of the agent's metrics (Prometheus text over HTTP; libcurl). Blocks for
 * 5 s at most. False: the words are in why.
 */
bool agentmetrics_read(const char *url, struct agentmetrics *m, char *why,
		       size_t why_size);
/* The counters in such a text. */
void agentmetrics_parse(sv text, struct agentmetrics *m);

/* How far a counter moved; false where it did not. */
bool agentmetrics_moved(const struct agentmetrics *before,
			const struct agentmetrics *now, size_t counter,
			struct agentmetrics_move *move);

#endif

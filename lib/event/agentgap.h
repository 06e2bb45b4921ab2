/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agentgap.h - the two events by which an agent says that it did not report
 * something: rate_limit_info (its exporter's limit, a count) and
 * process_throttle (a cgroup that was silenced for a while, no count).
 */
#ifndef RT_AGENTGAP_H
#define RT_AGENTGAP_H

#include "event/gap.h"
#include "event/tetragon.h"

/* False where the event says no such thing. Views stay the event's. */
bool agentgap_of(const struct tetragon_event *e, struct gap *g);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "event/agentgap.h"

#include "codec/pbwire.h"

#define THROTTLE_STOP 2 /* tetragon.ThrottleType */

bool agentgap_of(const struct tetragon_event *e, struct gap *g)
{
	*g = (struct gap){.reason = NULL};
	if (e->type == TETRAGON_RATE_LIMIT) {
		g->reason = "agent_rate_limit";
		g->count = e->part[PART_COUNT].v;
		g->detail = SV("the agent's export rate limit");
	} else if (e->type == TETRAGON_THROTTLE) {
		g->reason = "agent_throttle";
		g->unknown = true;
		g->scope = e->part[PART_CGROUP].data;
		g->detail = e->part[PART_THROTTLE_TYPE].v == THROTTLE_STOP
				    ? SV("throttling ends")
				    : SV("throttling starts");
	}
	if (e->time.p)
		pb_get_timestamp(e->time, &g->to.sec, &g->to.nsec);
	return g->reason != NULL;
}

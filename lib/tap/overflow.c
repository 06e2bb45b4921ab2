/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/overflow.h"

#include "base/buf.h"
#include "event/probemetric.h"

static struct probemetric dropped = {
	.name = "runtime_events_dropped_total",
	.help = "Events received and dropped here, by probe type"};

void overflow_register_metrics(void)
{
	probemetric_register(&dropped);
}

void overflow_add(void *arg, sv wire)
{
	struct overflow *o = arg;
	struct timestamp t;
	struct record r;

	o->total++;
	if (!record_parse(wire, &r))
		return;
	o->n[probe_type_of(tetragon_peek(r.body))]++;
	if (!record_time(&r, &t))
		return;
	if (!timestamp_is_set(o->from) || timestamp_cmp(t, o->from) < 0)
		o->from = t;
	if (timestamp_cmp(t, o->to) > 0)
		o->to = t;
}

void overflow_say(struct overflow *o, struct stage *s)
{
	struct buf types = {0};
	struct gap g = {.reason = "overflow_oldest",
			.count = o->total,
			.from = o->from,
			.to = o->to,
			.detail = SV("the reader of our output is too slow")};

	for (size_t i = 0; i < PROBE_TYPES; i++) {
		if (!o->n[i])
			continue;
		buf_printf(&types, "%s%s=%llu", types.n ? "," : "",
			   probe_type_name((enum probe_type)i),
			   (unsigned long long)o->n[i]);
		probemetric_add(&dropped, (enum probe_type)i, o->n[i]);
	}
	g.scope = buf_view(&types);
	stage_gap(s, &g);
	stage_lost(s, "overflow_oldest", o->total);
	buf_release(&types);
	*o = (struct overflow){0};
}

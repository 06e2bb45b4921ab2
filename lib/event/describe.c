/* SPDX-License-Identifier: Apache-2.0 */
#include "event/describe.h"

#include "codec/pbwire.h"
#include "event/hook.h"
#include "event/probe.h"
#include "event/tetragon.h"

static void describe_event(sv body, struct diag_record *d)
{
	struct tetragon_process p;
	struct tetragon_event e;
	struct tetragon_pod pod;

	if (!tetragon_parse(body, &e))
		return;
	d->probe_type = sv_str(probe_type_name(probe_type_of(e.type)));
	if (!tetragon_process(e.part[PART_PROCESS].data, &p))
		return;
	d->process_name = p.binary;
	d->container_id = p.docker;
	if (tetragon_pod(p.pod, &pod) && pod.container_id.n)
		d->container_id = hook_container_id(pod.container_id);
}

static void describe_call(sv body, struct diag_record *d)
{
	struct tetragon_process p;
	struct pb_cur c = pb_walk(body);
	struct pb_field f;

	while (pb_next(&c, &f) > 0) {
		if (f.num == 1)
			d->event_id = f.data;
		else if (f.num == 3 && f.v < PROBE_TYPES)
			d->probe_type = sv_str(
				probe_type_name((enum probe_type)f.v));
		else if (f.num == 4 && tetragon_process(f.data, &p))
			d->process_name = p.binary;
		else if (f.num == 8)
			d->container_id = f.data;
	}
}

void describe_record(const struct record *r, struct diag_record *d)
{
	*d = (struct diag_record){.event_id = SV_NULL};
	if (r->kind == RECORD_TETRAGON)
		describe_event(r->body, d);
	else if (r->kind == RECORD_CALL)
		describe_call(r->body, d);
}

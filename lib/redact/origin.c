/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/origin.h"

#include "codec/pbwire.h"
#include "event/probe.h"
#include "event/tetragon.h"

static void of_event(sv body, struct origin *o)
{
	struct tetragon_process p;
	struct tetragon_event e;
	struct tetragon_pod pod;

	if (!tetragon_parse(body, &e))
		return;
	o->probe_type = sv_str(probe_type_name(probe_type_of(e.type)));
	if (!tetragon_process(e.part[PART_PROCESS].data, &p))
		return;
	o->process = e.part[PART_PROCESS].data.n > 0;
	o->binary = p.binary;
	if (!tetragon_pod(p.pod, &pod))
		return;
	o->name_space = pod.namespace;
	o->workload = pod.workload;
	o->image = pod.image_name;
}

static void of_call(sv body, struct origin *o)
{
	struct tetragon_process p;
	struct pb_cur c = pb_walk(body);
	struct pb_field f;

	o->process = true;
	while (pb_next(&c, &f) > 0) {
		if (f.num == 3 && f.v < PROBE_TYPES)
			o->probe_type =
				sv_str(probe_type_name((enum probe_type)f.v));
		else if (f.num == 4 && tetragon_process(f.data, &p))
			o->binary = p.binary;
		else if (f.num == 10)
			o->name_space = f.data;
		else if (f.num == 18)
			o->image = f.data;
		else if (f.num == 19)
			o->workload = f.data;
	}
}

void origin_of(const struct record *r, struct origin *o)
{
	*o = (struct origin){.process = false};
	if (r->kind == RECORD_TETRAGON)
		of_event(r->body, o);
	else if (r->kind == RECORD_CALL)
		of_call(r->body, o);
}

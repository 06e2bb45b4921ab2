/* SPDX-License-Identifier: Apache-2.0 */
#include "compact/compact_view.h"

#include "codec/pbwire.h"
#include "codec/schema.h"
#include "event/hook.h"
#include "event/tetragon.h"

/* Field numbers of Process, and of ProcessInfo, which equal them. */
static bool take_process(sv wire, struct compact_view *v, sv *pod)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	while ((r = pb_next(&c, &f)) > 0) {
		switch (f.num) {
		case 2:
			v->has_pid = pb_get_wrapper(f.data, &v->pid);
			break;
		case 5:
			v->binary = f.data;
			break;
		case 6:
			v->arguments = f.data;
			break;
		case 10:
			*pod = f.data;
			break;
		case 11:
			v->container = f.data;
			break;
		default:
			break;
		}
	}
	return r == 0;
}

/* The name of an event type that the schema does not have (schema.h). */
static sv unknown_type(sv event)
{
	struct pb_cur c = pb_walk(event);
	struct pb_field f;
	sv name;

	while (pb_next(&c, &f) > 0)
		if (f.num == SCHEMA_UNKNOWN_JSON && f.data.n) {
			name = sv_from(f.data, 1);
			return sv_first(name, MIN(sv_find(name, '"'), name.n));
		}
	return SV_NULL;
}

static const char *word_of(enum tetragon_type t)
{
	switch (t) {
	case TETRAGON_EXEC:
		return "exec";
	case TETRAGON_EXIT:
		return "exit";
	case TETRAGON_KPROBE:
		return "kprobe";
	case TETRAGON_TRACEPOINT:
		return "tracepoint";
	case TETRAGON_LOADER:
		return "loader";
	case TETRAGON_UPROBE:
		return "uprobe";
	case TETRAGON_THROTTLE:
		return "throttle";
	case TETRAGON_LSM:
		return "lsm";
	case TETRAGON_USDT:
		return "usdt";
	case TETRAGON_RATE_LIMIT:
		return "ratelimit";
	case TETRAGON_TEST:
		return "test";
	case TETRAGON_NONE:
		break;
	}
	return "event";
}

/* Where the lists of an event's message are. */
static void find_lists(enum tetragon_type t, struct compact_view *v)
{
	for (uint32_t num = 1; num < 16; num++) {
		enum tetragon_part p = tetragon_part_of(t, num);

		if (p == PART_ARG)
			v->args = num;
		else if (p == PART_DATA)
			v->data = num;
		else if (p == PART_TAG)
			v->tags = num;
	}
}

/* What was hooked, by whichever fields the type has for it. */
static void take_hook(const struct tetragon_event *e, struct compact_view *v)
{
	v->module = e->part[PART_PATH].data;
	v->function = e->part[PART_FUNCTION].data;
	v->offset = e->part[PART_OFFSET].v;
	v->build_id = e->part[PART_BUILD_ID].data;
	v->raw_build_id = true;
	v->syscall = SV_NULL;
	switch (e->type) {
	case TETRAGON_KPROBE:
		v->syscall = hook_syscall(v->function);
		break;
	case TETRAGON_TRACEPOINT:
		v->group = e->part[PART_SUBSYS].data;
		v->between = "/";
		v->function = e->part[PART_EVENT].data;
		break;
	case TETRAGON_USDT:
		v->group = e->part[PART_PROVIDER].data;
		v->between = ":";
		v->function = e->part[PART_NAME].data;
		break;
	default:
		break;
	}
}

bool compact_view_tetragon(sv event, struct compact_view *v)
{
	struct tetragon_pod pod = {0};
	struct tetragon_event e;
	bool ok = tetragon_parse(event, &e);
	sv pod_wire = SV_NULL;

	*v = (struct compact_view){
		.word = word_of(e.type),
		.type = probe_type_of(e.type),
		.between = "",
		.node = e.node_name,
		.body = e.body,
		.result = e.part[PART_RETURN].data,
		.action = e.part[PART_ACTION].v,
		.return_action = e.part[PART_RETURN_ACTION].v,
		.policy = e.part[PART_POLICY].data,
		.message = e.part[PART_MESSAGE].data,
		.signal = e.part[PART_SIGNAL].data,
		.status = e.part[PART_STATUS].v,
		.ima_hash = e.part[PART_IMA_HASH].data,
		.cgroup = e.part[PART_CGROUP].data,
		.throttle = e.part[PART_THROTTLE_TYPE].v,
		.lost = e.part[PART_COUNT].v};
	find_lists(e.type, v);
	take_hook(&e, v);
	if (e.type == TETRAGON_NONE)
		v->function = unknown_type(event);
	ok = take_process(e.part[PART_PROCESS].data, v, &pod_wire) && ok;
	if (pod_wire.n) {
		ok = tetragon_pod(pod_wire, &pod) && ok;
		v->pod_namespace = pod.namespace;
		v->pod = pod.name;
	}
	return ok;
}

/* --- calls -------------------------------------------------------------- */

static const char *const call_words[PROBE_TYPES] = {
	[PROBE_UNSPECIFIED] = "call", [PROBE_EXEC] = "exec",
	[PROBE_EXIT] = "exit",	      [PROBE_KPROBE] = "kprobe",
	[PROBE_KPROBE + 1] = "kretprobe", [PROBE_UPROBE] = "uprobe",
	[PROBE_UPROBE + 1] = "uretprobe", [PROBE_TRACEPOINT] = "tracepoint",
	[PROBE_USDT] = "usdt",	      [PROBE_USDT + 1] = "fentry",
	[PROBE_USDT + 2] = "fexit",   [PROBE_LSM] = "lsm",
	[PROBE_LOADER] = "loader",
};

/* Strings and messages of RuntimeCallEvent, by field number. */
static sv *string_of(struct compact_view *v, uint32_t num)
{
	switch (num) {
	case 6:
		return &v->syscall;
	case 8:
		return &v->container;
	case 9:
		return &v->pod;
	case 10:
		return &v->pod_namespace;
	case 11:
		return &v->function;
	case 13:
		return &v->result;
	case 20:
		return &v->node;
	case 22:
		return &v->policy;
	case 32:
		return &v->message;
	case 36:
		return &v->ima_hash;
	default:
		return NULL;
	}
}

static void take_exit(sv wire, struct compact_view *v)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;

	while (pb_next(&c, &f) > 0) {
		if (f.num == 1)
			v->signal = f.data;
		else if (f.num == 2)
			v->status = f.v;
	}
}

static void take_loaded(sv wire, struct compact_view *v)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;

	while (pb_next(&c, &f) > 0) {
		if (f.num == 1)
			v->module = f.data;
		else if (f.num == 2)
			v->build_id = f.data;
	}
}

static bool take_field(const struct pb_field *f, struct compact_view *v)
{
	sv *s = string_of(v, f->num), none;

	if (s)
		*s = f->data;
	else if (f->num == 3)
		v->type = f->v < PROBE_TYPES ? (enum probe_type)f->v
					     : PROBE_UNSPECIFIED;
	else if (f->num == 4)
		return take_process(f->data, v, &none);
	else if (f->num == 14)
		v->action = f->v;
	else if (f->num == 15)
		v->return_action = f->v;
	else if (f->num == 25)
		take_exit(f->data, v);
	else if (f->num == 26)
		take_loaded(f->data, v);
	return true;
}

bool compact_view_call(sv call, struct compact_view *v)
{
	struct pb_cur c = pb_walk(call);
	struct pb_field f;
	bool ok = true;
	int r;

	*v = (struct compact_view){.between = "",
				   .body = call,
				   .args = 12,
				   .data = 34,
				   .tags = 33};
	while ((r = pb_next(&c, &f)) > 0)
		ok = take_field(&f, v) && ok;
	v->word = call_words[v->type];
	return ok && r == 0;
}

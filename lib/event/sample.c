/* SPDX-License-Identifier: Apache-2.0 */
#include "event/sample.h"

#include "base/mem.h"
#include "codec/pbwire.h"
#include "event/eventid.h"
#include "event/hook.h"

/* Field numbers of rt.v1.RuntimeCallEvent, and those of ProcessInfo. */
enum {
	C_EVENT_ID = 1,
	C_TIMESTAMP = 2,
	C_PROBE_TYPE = 3,
	C_PROCESS = 4,
	C_THREAD = 5,
	C_SYSCALL = 6,
	C_FUNCTION_NAME = 11,
	C_PROVIDER = 23,
	C_AGGREGATION_COUNT = 42,
	P_PID = 2,
	P_BINARY = 5,
	T_TID = 1,
};

struct sampler {
	struct eventid *ids;
	adapter_frame_fn *frame;
	void *ctx;
};

struct sampler *sampler_new(adapter_frame_fn *frame, void *ctx)
{
	struct sampler *s = mem_zalloc(sizeof(*s));

	s->ids = eventid_new();
	if (!s->ids) {
		mem_free(s);
		return NULL;
	}
	s->frame = frame;
	s->ctx = ctx;
	return s;
}

void sampler_free(struct sampler *s)
{
	if (!s)
		return;
	eventid_free(s->ids);
	mem_free(s);
}

/* perf's names for what is no sampled counter: "sched:sched_switch". */
static enum probe_type probe_type(sv event)
{
	if (sv_find(event, ':') == SIZE_MAX)
		return PROBE_UNSPECIFIED;
	if (sv_starts(event, SV("probe:")))
		return PROBE_KPROBE;
	if (sv_starts(event, SV("probe_")))
		return PROBE_UPROBE;
	return sv_starts(event, SV("sdt_")) ? PROBE_USDT : PROBE_TRACEPOINT;
}

static sv syscall_of(sv event)
{
	size_t colon = sv_find(event, ':');

	return colon == SIZE_MAX
		       ? SV_NULL
		       : hook_tracepoint_syscall(sv_first(event, colon),
						 sv_from(event, colon + 1));
}

static void put_process(const struct sample *x, struct buf *out)
{
	size_t at;

	if (!x->pid && !x->comm.n)
		return;
	at = pb_open(out, C_PROCESS, 1);
	if (x->pid)
		pb_put_wrapper(out, P_PID, x->pid);
	pb_put_string(out, P_BINARY, x->comm);
	pb_close(out, at, 1);
	if (!x->tid)
		return;
	at = pb_open(out, C_THREAD, 1);
	pb_put_wrapper(out, T_TID, x->tid);
	pb_close(out, at, 1);
}

bool sampler_write(struct sampler *s, const struct sample *x, struct buf *out)
{
	struct eventid_key k = {.time = x->time,
				.exec_id = x->comm,
				.tid = x->tid,
				.hook = x->event};
	char id[EVENTID_LEN];

	if (!eventid_make(s->ids, &k, id))
		return false;
	pb_put_bytes(out, C_EVENT_ID, (sv){id, sizeof(id)});
	if (timestamp_is_set(x->time))
		pb_put_timestamp(out, C_TIMESTAMP, x->time.sec, x->time.nsec);
	pb_put_uint(out, C_PROBE_TYPE, (uint64_t)probe_type(x->event));
	put_process(x, out);
	pb_put_string(out, C_SYSCALL, syscall_of(x->event));
	for (size_t i = 0; i < x->n_frames; i++)
		s->frame(s->ctx, &x->frames[i], out);
	pb_put_string(out, C_FUNCTION_NAME, x->event);
	pb_put_string(out, C_PROVIDER, x->provider);
	if (x->count > 1)
		pb_put_uint(out, C_AGGREGATION_COUNT, x->count);
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "event/adapter.h"

#include "base/mem.h"
#include "codec/pbwire.h"
#include "event/eventid.h"
#include "event/hook.h"

#define NS_PER_S 1000000000

/* Field numbers of rt.v1.RuntimeCallEvent. */
enum {
	C_EVENT_ID = 1,
	C_TIMESTAMP,
	C_PROBE_TYPE,
	C_PROCESS,
	C_THREAD,
	C_SYSCALL,
	C_STACK_FRAMES,
	C_CONTAINER_ID,
	C_POD_NAME,
	C_NAMESPACE,
	C_FUNCTION_NAME,
	C_ARGUMENTS,
	C_RETURN_VALUE,
	C_ACTION,
	C_RETURN_ACTION,
	C_CONTAINER_NAME,
	C_IMAGE_DIGEST,
	C_IMAGE_NAME,
	C_WORKLOAD,
	C_NODE_NAME,
	C_CLUSTER_NAME,
	C_POLICY_NAME,
	C_PROVIDER,
	C_PARENT,
	C_EXIT,
	C_LOADED,
	C_WORKLOAD_KIND,
	C_POD_UID,
	C_POD_LABELS,
	C_POD_ANNOTATIONS,
	C_NODE_LABELS,
	C_MESSAGE,
	C_TAGS,
	C_DATA,
	C_ANCESTORS,
	C_IMA_HASH,
	C_REF_CTR_OFFSET,
	C_CONTAINER_START_TIME,
	C_CONTAINER_PID,
	C_MAYBE_EXEC_PROBE,
	C_SECURITY_CONTEXT,
	C_AGGREGATION_COUNT,
	C_USDT_FLAGS,
	C_BINARY_PACKAGE,
};

/* Widths of nested lengths, remembered from event to event (pb_open). */
struct hints {
	uint8_t process, parent;
};

struct adapter {
	struct eventid *ids;
	adapter_frame_fn *frame;
	adapter_loaded_fn *loaded; /* or NULL */
	adapter_package_fn *package; /* or NULL */
	void *ctx;
	struct adapter_scope scope; /* of the event at hand */
	struct hints hints;
	struct buf hook;  /* "subsys:event", "provider:name" */
	uint64_t unknown; /* of the event at hand */
};

struct adapter *adapter_new(adapter_frame_fn *frame, void *ctx)
{
	struct adapter *a = mem_zalloc(sizeof(*a));

	a->ids = eventid_new();
	if (!a->ids) {
		mem_free(a);
		return NULL;
	}
	a->frame = frame;
	a->ctx = ctx;
	a->hints = (struct hints){2, 2};
	return a;
}

void adapter_on_files(struct adapter *a, adapter_loaded_fn *loaded,
		      adapter_package_fn *package)
{
	a->loaded = loaded;
	a->package = package;
}

void adapter_free(struct adapter *a)
{
	if (!a)
		return;
	eventid_free(a->ids);
	buf_release(&a->hook);
	mem_free(a);
}

/* --- processes ---------------------------------------------------------- */

/* ProcessInfo has Process' numbers but for pod, docker and refcnt. */
static bool is_kept(uint32_t num)
{
	return num >= 1 && num <= PROCESS_LAST && num != PROCESS_POD &&
	       num != PROCESS_DOCKER && num != PROCESS_REFCNT;
}

/* Copies what is kept in as few pieces as there are. */
static bool put_process(struct buf *out, uint32_t num, sv wire, uint8_t *hint,
			uint64_t *unknown)
{
	struct pb_cur c = pb_walk(wire);
	const char *from = wire.p;
	struct pb_field f;
	size_t at = pb_open(out, num, *hint);
	int r;

	while ((r = pb_next(&c, &f)) > 0) {
		if (is_kept(f.num))
			continue;
		*unknown += f.num > PROCESS_LAST;
		buf_add(out, from, (size_t)(f.raw.p - from));
		from = c.p;
	}
	buf_add(out, from, (size_t)(c.p - from));
	*hint = pb_close(out, at, *hint);
	return r == 0;
}

/* --- hooks -------------------------------------------------------------- */

static sv joined(struct adapter *a, sv left, sv right)
{
	a->hook.n = 0;
	buf_sv(&a->hook, left);
	buf_ch(&a->hook, ':');
	buf_sv(&a->hook, right);
	return buf_view(&a->hook);
}

/* The raw hook, as function_name keeps it. */
static sv hook_of(struct adapter *a, const struct tetragon_event *e)
{
	switch (e->type) {
	case TETRAGON_TRACEPOINT:
		return joined(a, e->part[PART_SUBSYS].data,
			      e->part[PART_EVENT].data);
	case TETRAGON_USDT:
		return joined(a, e->part[PART_PROVIDER].data,
			      e->part[PART_NAME].data);
	default:
		return e->part[PART_FUNCTION].data;
	}
}

static sv syscall_of(const struct tetragon_event *e)
{
	if (e->type == TETRAGON_KPROBE)
		return hook_syscall(e->part[PART_FUNCTION].data);
	if (e->type == TETRAGON_TRACEPOINT)
		return hook_tracepoint_syscall(e->part[PART_SUBSYS].data,
					       e->part[PART_EVENT].data);
	return SV_NULL;
}

/* --- identity ----------------------------------------------------------- */

/* The return value where it is an integer: KprobeArgument 2, 4, 11, 15. */
static bool integer_return(sv wire, uint64_t *v)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;

	while (pb_next(&c, &f) > 0)
		if (f.wt == PB_VARINT &&
		    (f.num == 2 || f.num == 4 || f.num == 11 || f.num == 15)) {
			*v = f.v;
			return true;
		}
	return false;
}

static bool make_id(struct adapter *a, const struct tetragon_event *e,
		    const struct tetragon_process *p, sv hook, char *out)
{
	struct eventid_key k = {.node = e->node_name,
				.type = (uint32_t)e->type,
				.exec_id = p->exec_id,
				.hook = hook,
				.build_id = e->part[PART_BUILD_ID].data};
	uint64_t tid = 0;

	if (e->time.p && !pb_get_timestamp(e->time, &k.time.sec, &k.time.nsec))
		return false;
	if (p->tid.p && !pb_get_wrapper(p->tid, &tid))
		return false;
	k.tid = (uint32_t)tid;
	k.has_return =
		integer_return(e->part[PART_RETURN].data, &k.return_value);
	return eventid_make(a->ids, &k, out);
}

/* --- frames ------------------------------------------------------------- */

static bool put_stack(struct adapter *a, const struct tetragon_event *e,
		      enum tetragon_part part, struct buf *out)
{
	struct pb_cur c = pb_walk(e->body);
	struct adapter_frame fr = {.kernel = part == PART_KERNEL_FRAME,
				   .scope = &a->scope};
	struct pb_field f, g;

	while (pb_next(&c, &f) > 0) {
		struct pb_cur in = pb_walk(f.data);
		int r;

		if (tetragon_part_of(e->type, f.num) != part)
			continue;
		fr.module = fr.symbol = SV_NULL;
		fr.offset = fr.address = 0;
		while ((r = pb_next(&in, &g)) > 0) {
			if (g.num == 1)
				fr.address = g.v;
			else if (g.num == 2)
				fr.offset = g.v;
			else if (g.num == 3)
				fr.symbol = g.data;
			else if (g.num == 4)
				fr.module = g.data;
		}
		if (r < 0)
			return false;
		fr.has_offset = true;
		a->frame(a->ctx, &fr, out);
		fr.caller = true;
	}
	return true;
}

/* A field that makes no sense is one that is not there. */
static void set_scope(struct adapter *a, const struct tetragon_event *e,
		      const struct tetragon_process *p,
		      const struct tetragon_pod *pod,
		      const struct adapter_info *info)
{
	int64_t sec = 0;
	int32_t nsec = 0;
	uint64_t pid = 0;

	a->scope = (struct adapter_scope){
		.exec_id = p->exec_id,
		.node = e->node_name,
		.container_id = info->container_id,
		.image_digest = info->image_digest,
		.serial = a->scope.serial + 1,
	};
	if (p->pid.p && pb_get_wrapper(p->pid, &pid) && pid <= INT32_MAX)
		a->scope.pid = (uint32_t)pid;
	if (pod->container_pid.p && pb_get_wrapper(pod->container_pid, &pid) &&
	    pid <= INT32_MAX)
		a->scope.ns_pid = (uint32_t)pid;
	if (p->start_time.p && pb_get_timestamp(p->start_time, &sec, &nsec) &&
	    sec > 0 && sec < INT64_MAX / NS_PER_S)
		a->scope.start_ns = sec * NS_PER_S + nsec;
}

/* A user-space probe names its function better than any stack does. */
static void put_probe_frame(struct adapter *a, const struct tetragon_event *e,
			    struct buf *out)
{
	struct adapter_frame fr = {
		.probe = true,
		.module = e->part[PART_PATH].data,
		.symbol = e->part[PART_FUNCTION].data,
		.offset = e->part[PART_OFFSET].v,
		.has_offset = e->part[PART_OFFSET].set,
		.scope = &a->scope,
	};

	if (e->type == TETRAGON_UPROBE || e->type == TETRAGON_USDT)
		a->frame(a->ctx, &fr, out);
}

static bool put_frames(struct adapter *a, const struct tetragon_event *e,
		       struct buf *out)
{
	put_probe_frame(a, e, out);
	return (!e->has[PART_KERNEL_FRAME] ||
		put_stack(a, e, PART_KERNEL_FRAME, out)) &&
	       (!e->has[PART_USER_FRAME] ||
		put_stack(a, e, PART_USER_FRAME, out));
}

/* --- the rest ----------------------------------------------------------- */

/* All of a repeated part, under another number. */
static void put_list(struct buf *out, const struct tetragon_event *e,
		     enum tetragon_part part, uint32_t num)
{
	struct pb_cur c = pb_walk(e->body);
	struct pb_field f;

	if (!e->has[part])
		return;
	while (pb_next(&c, &f) > 0)
		if (tetragon_part_of(e->type, f.num) == part)
			pb_put_bytes(out, num, f.data);
}

static bool put_ancestors(struct adapter *a, const struct tetragon_event *e,
			  struct buf *out)
{
	struct pb_cur c = pb_walk(e->body);
	struct pb_field f;

	while (e->has[PART_ANCESTOR] && pb_next(&c, &f) > 0)
		if (tetragon_part_of(e->type, f.num) == PART_ANCESTOR &&
		    !put_process(out, C_ANCESTORS, f.data, &a->hints.parent,
				 &a->unknown))
			return false;
	return true;
}

/* Map entries copied from one message to another. */
static void put_map(struct buf *out, sv wire, uint32_t from, uint32_t to)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;

	while (pb_next(&c, &f) > 0)
		if (f.num == from && f.wt == PB_LEN)
			pb_put_bytes(out, to, f.data);
}

/* "key=value" of before v1.1, as entries of the map. */
static void put_legacy_labels(struct buf *out, sv pod)
{
	struct pb_cur c = pb_walk(pod);
	struct pb_field f;

	while (pb_next(&c, &f) > 0) {
		size_t eq, at;

		if (f.num != POD_LEGACY_LABELS)
			continue;
		eq = MIN(sv_find(f.data, '='), f.data.n);
		at = pb_open(out, C_POD_LABELS, 1);
		pb_put_bytes(out, 1, sv_first(f.data, eq));
		pb_put_bytes(out, 2, sv_from(f.data, eq + 1));
		pb_close(out, at, 1);
	}
}

static void put_value(struct buf *out, uint32_t num,
		      const struct tetragon_value *v)
{
	if (v->set)
		pb_put_bytes(out, num, v->data);
}

static void put_view(struct buf *out, uint32_t num, sv s)
{
	if (s.p)
		pb_put_bytes(out, num, s);
}

static void put_exit(struct buf *out, const struct tetragon_event *e)
{
	size_t at = pb_open(out, C_EXIT, 1);

	pb_put_string(out, 1, e->part[PART_SIGNAL].data);
	pb_put_uint(out, 2, e->part[PART_STATUS].v);
	put_value(out, 3, &e->part[PART_EXIT_TIME]);
	pb_close(out, at, 1);
}

/* A FilePackage; none where nothing is known. */
static void put_package(struct adapter *a, struct buf *out, uint32_t num,
			sv path)
{
	size_t before = out->n, at;

	if (!a->package)
		return;
	at = pb_open(out, num, 1);
	a->package(a->ctx, &a->scope, path, out);
	if (out->n == at)
		out->n = before;
	else
		pb_close(out, at, 1);
}

static void put_loaded(struct adapter *a, struct buf *out,
		       const struct tetragon_event *e)
{
	static const char hex[] = "0123456789abcdef";
	sv id = e->part[PART_BUILD_ID].data;
	size_t at = pb_open(out, C_LOADED, 1), in;

	pb_put_string(out, 1, e->part[PART_PATH].data);
	if (id.n) {
		in = pb_open(out, 2, 1);
		for (size_t i = 0; i < id.n; i++) {
			buf_ch(out, hex[(uint8_t)id.p[i] >> 4]);
			buf_ch(out, hex[(uint8_t)id.p[i] & 15]);
		}
		pb_close(out, in, 1);
	}
	put_package(a, out, 3, e->part[PART_PATH].data);
	pb_close(out, at, 1);
}

static void put_thread(struct buf *out, const struct tetragon_process *p)
{
	size_t at;

	if (!p->tid.p)
		return;
	at = pb_open(out, C_THREAD, 1);
	pb_put_bytes(out, 1, p->tid);
	pb_close(out, at, 1);
}

/* Fields 1 to 11. */
static bool put_head(struct adapter *a, const struct tetragon_event *e,
		     const struct tetragon_process *p,
		     const struct tetragon_pod *pod, struct buf *out,
		     struct adapter_info *info)
{
	sv hook = hook_of(a, e);

	if (!make_id(a, e, p, hook, info->event_id))
		return false;
	pb_put_bytes(out, C_EVENT_ID, (sv){info->event_id, EVENTID_LEN});
	put_view(out, C_TIMESTAMP, e->time);
	pb_put_uint(out, C_PROBE_TYPE, (uint64_t)info->probe_type);
	if (e->part[PART_PROCESS].set &&
	    !put_process(out, C_PROCESS, e->part[PART_PROCESS].data,
			 &a->hints.process, &a->unknown))
		return false;
	put_thread(out, p);
	pb_put_string(out, C_SYSCALL, syscall_of(e));
	if (!put_frames(a, e, out))
		return false;
	pb_put_string(out, C_CONTAINER_ID, info->container_id);
	pb_put_string(out, C_POD_NAME, pod->name);
	pb_put_string(out, C_NAMESPACE, pod->namespace);
	pb_put_string(out, C_FUNCTION_NAME, hook);
	return true;
}

/* Fields 12 to 26. */
static bool put_middle(struct adapter *a, const struct tetragon_event *e,
		       const struct tetragon_pod *pod, struct buf *out,
		       const struct adapter_info *info)
{
	put_list(out, e, PART_ARG, C_ARGUMENTS);
	put_value(out, C_RETURN_VALUE, &e->part[PART_RETURN]);
	pb_put_uint(out, C_ACTION, e->part[PART_ACTION].v);
	pb_put_uint(out, C_RETURN_ACTION, e->part[PART_RETURN_ACTION].v);
	pb_put_string(out, C_CONTAINER_NAME, pod->container_name);
	pb_put_string(out, C_IMAGE_DIGEST, info->image_digest);
	pb_put_string(out, C_IMAGE_NAME, pod->image_name);
	pb_put_string(out, C_WORKLOAD, pod->workload);
	pb_put_string(out, C_NODE_NAME, e->node_name);
	pb_put_string(out, C_CLUSTER_NAME, e->cluster_name);
	pb_put_string(out, C_POLICY_NAME, e->part[PART_POLICY].data);
	pb_put_string(out, C_PROVIDER, SV("tetragon"));
	if (e->part[PART_PARENT].set &&
	    !put_process(out, C_PARENT, e->part[PART_PARENT].data,
			 &a->hints.parent, &a->unknown))
		return false;
	if (e->type == TETRAGON_EXIT)
		put_exit(out, e);
	if (e->type == TETRAGON_LOADER)
		put_loaded(a, out, e);
	return true;
}

/* Fields 27 to the end. */
static bool put_tail(struct adapter *a, const struct tetragon_event *e,
		     const struct tetragon_process *p,
		     const struct tetragon_pod *pod, sv envelope,
		     struct buf *out)
{
	pb_put_string(out, C_WORKLOAD_KIND, pod->workload_kind);
	pb_put_string(out, C_POD_UID, pod->uid);
	put_map(out, p->pod, POD_LABELS, C_POD_LABELS);
	if (pod->has_legacy_labels)
		put_legacy_labels(out, p->pod);
	put_map(out, p->pod, POD_ANNOTATIONS, C_POD_ANNOTATIONS);
	put_map(out, envelope, TETRAGON_NODE_LABELS, C_NODE_LABELS);
	pb_put_string(out, C_MESSAGE, e->part[PART_MESSAGE].data);
	put_list(out, e, PART_TAG, C_TAGS);
	put_list(out, e, PART_DATA, C_DATA);
	if (!put_ancestors(a, e, out))
		return false;
	pb_put_string(out, C_IMA_HASH, e->part[PART_IMA_HASH].data);
	pb_put_uint(out, C_REF_CTR_OFFSET, e->part[PART_REF_CTR].v);
	put_view(out, C_CONTAINER_START_TIME, pod->start_time);
	put_view(out, C_CONTAINER_PID, pod->container_pid);
	pb_put_uint(out, C_MAYBE_EXEC_PROBE, pod->maybe_exec_probe);
	put_view(out, C_SECURITY_CONTEXT, pod->security_context);
	pb_put_uint(out, C_AGGREGATION_COUNT, e->aggregated);
	pb_put_string(out, C_USDT_FLAGS, e->part[PART_FLAGS].data);
	if (e->type == TETRAGON_EXEC)
		put_package(a, out, C_BINARY_PACKAGE, p->binary);
	return true;
}

bool adapter_write(struct adapter *a, const struct tetragon_event *e,
		   sv envelope, struct buf *out, struct adapter_info *info)
{
	struct tetragon_process p;
	struct tetragon_pod pod;

	bool ok;

	a->unknown = e->unknown;
	info->probe_type = probe_type_of(e->type);
	if (info->probe_type == PROBE_UNSPECIFIED ||
	    !tetragon_process(e->part[PART_PROCESS].data, &p) ||
	    !tetragon_pod(p.pod, &pod))
		return false;
	info->container_id = pod.container_id.n
				     ? hook_container_id(pod.container_id)
				     : p.docker;
	info->image_digest = hook_image_digest(pod.image_id);
	info->binary = p.binary;
	set_scope(a, e, &p, &pod, info);
	if (e->type == TETRAGON_LOADER && a->loaded)
		a->loaded(a->ctx, &a->scope, e->part[PART_PATH].data,
			  e->part[PART_BUILD_ID].data);
	ok = put_head(a, e, &p, &pod, out, info) &&
	     put_middle(a, e, &pod, out, info) &&
	     put_tail(a, e, &p, &pod, envelope, out);
	info->unknown = a->unknown;
	return ok;
}

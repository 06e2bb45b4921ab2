/* SPDX-License-Identifier: Apache-2.0 */
#include "event/tetragon.h"

#include "codec/pbwire.h"

#define MAX_FIELD 16

/* Field numbers of proto/tetragon/tetragon.proto, type by type. */
static const uint8_t parts_exec[MAX_FIELD] = {
	[1] = PART_PROCESS, [2] = PART_PARENT, [3] = PART_ANCESTOR};
static const uint8_t parts_exit[MAX_FIELD] = {
	[1] = PART_PROCESS, [2] = PART_PARENT,	  [3] = PART_SIGNAL,
	[4] = PART_STATUS,  [5] = PART_EXIT_TIME, [6] = PART_ANCESTOR};
static const uint8_t parts_kprobe[MAX_FIELD] = {
	[1] = PART_PROCESS,	 [2] = PART_PARENT, [3] = PART_FUNCTION,
	[4] = PART_ARG,		 [5] = PART_RETURN, [6] = PART_ACTION,
	[7] = PART_KERNEL_FRAME, [8] = PART_POLICY, [9] = PART_RETURN_ACTION,
	[10] = PART_MESSAGE,	 [11] = PART_TAG,   [12] = PART_USER_FRAME,
	[13] = PART_ANCESTOR,	 [14] = PART_DATA};
static const uint8_t parts_tracepoint[MAX_FIELD] = {
	[1] = PART_PROCESS,  [2] = PART_PARENT,	 [4] = PART_SUBSYS,
	[5] = PART_EVENT,    [6] = PART_ARG,	 [7] = PART_POLICY,
	[8] = PART_ACTION,   [9] = PART_MESSAGE, [10] = PART_TAG,
	[11] = PART_ANCESTOR};
static const uint8_t parts_loader[MAX_FIELD] = {[1] = PART_PROCESS,
						[2] = PART_PATH,
						[3] = PART_BUILD_ID,
						[4] = PART_PARENT,
						[5] = PART_ANCESTOR};
static const uint8_t parts_uprobe[MAX_FIELD] = {
	[1] = PART_PROCESS,  [2] = PART_PARENT,	  [3] = PART_PATH,
	[4] = PART_FUNCTION, [5] = PART_POLICY,	  [6] = PART_MESSAGE,
	[7] = PART_ARG,	     [8] = PART_TAG,	  [9] = PART_ANCESTOR,
	[10] = PART_OFFSET,  [11] = PART_REF_CTR, [12] = PART_ACTION,
	[13] = PART_DATA};
static const uint8_t parts_throttle[MAX_FIELD] = {
	[1] = PART_THROTTLE_TYPE, [2] = PART_CGROUP};
static const uint8_t parts_lsm[MAX_FIELD] = {
	[1] = PART_PROCESS,  [2] = PART_PARENT,	 [3] = PART_FUNCTION,
	[5] = PART_POLICY,   [6] = PART_MESSAGE, [7] = PART_ARG,
	[8] = PART_ACTION,   [9] = PART_TAG,	 [10] = PART_ANCESTOR,
	[11] = PART_IMA_HASH};
static const uint8_t parts_usdt[MAX_FIELD] = {
	[1] = PART_PROCESS,   [2] = PART_PARENT,  [3] = PART_PATH,
	[4] = PART_PROVIDER,  [5] = PART_NAME,	  [6] = PART_POLICY,
	[7] = PART_MESSAGE,   [8] = PART_ARG,	  [9] = PART_TAG,
	[10] = PART_ANCESTOR, [11] = PART_ACTION, [12] = PART_FLAGS};
static const uint8_t parts_rate_limit[MAX_FIELD] = {[1] = PART_COUNT};
static const uint8_t parts_none[MAX_FIELD];

/* v1.0's only stack, which came under another name (tetragon.proto). */
#define LEGACY_STACK 100002u

static const uint8_t *parts_of(enum tetragon_type type)
{
	switch (type) {
	case TETRAGON_EXEC:
		return parts_exec;
	case TETRAGON_EXIT:
		return parts_exit;
	case TETRAGON_KPROBE:
		return parts_kprobe;
	case TETRAGON_TRACEPOINT:
		return parts_tracepoint;
	case TETRAGON_LOADER:
		return parts_loader;
	case TETRAGON_UPROBE:
		return parts_uprobe;
	case TETRAGON_THROTTLE:
		return parts_throttle;
	case TETRAGON_LSM:
		return parts_lsm;
	case TETRAGON_USDT:
		return parts_usdt;
	case TETRAGON_RATE_LIMIT:
		return parts_rate_limit;
	case TETRAGON_NONE:
	case TETRAGON_TEST:
		break;
	}
	return parts_none;
}

enum tetragon_part tetragon_part_of(enum tetragon_type type, uint32_t num)
{
	if (num < MAX_FIELD)
		return (enum tetragon_part)parts_of(type)[num];
	return type == TETRAGON_KPROBE && num == LEGACY_STACK
		       ? PART_KERNEL_FRAME
		       : PART_NONE;
}

static bool parse_body(struct tetragon_event *e)
{
	struct pb_cur c = pb_walk(e->body);
	struct pb_field f;
	int r;

	while ((r = pb_next(&c, &f)) > 0) {
		enum tetragon_part p = tetragon_part_of(e->type, f.num);

		e->has[p] = true;
		e->unknown += p == PART_NONE;
		if (p < PART_SINGLE_END)
			e->part[p] = (struct tetragon_value){f.data, f.v, true};
	}
	return r == 0;
}

static bool is_event(uint32_t num)
{
	return num < 1000 || (num >= TETRAGON_TEST && num < 100000);
}

static enum tetragon_type type_of(uint32_t num)
{
	enum tetragon_type t = (enum tetragon_type)num;

	return parts_of(t) != parts_none || t == TETRAGON_TEST ? t
							       : TETRAGON_NONE;
}

/* The only field of AggregationInfo. */
static uint64_t aggregation_count(sv wire)
{
	uint64_t v;

	return pb_get_wrapper(wire, &v) ? v : 0;
}

bool tetragon_parse(sv wire, struct tetragon_event *e)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	*e = (struct tetragon_event){0};
	while ((r = pb_next(&c, &f)) > 0) {
		if (f.wt != PB_LEN)
			e->unknown++;
		else if (f.num == 1000)
			e->node_name = f.data;
		else if (f.num == 1001)
			e->time = f.data;
		else if (f.num == 1002)
			e->aggregated = aggregation_count(f.data);
		else if (f.num == 1003)
			e->cluster_name = f.data;
		else if (is_event(f.num)) {
			e->type = type_of(f.num);
			e->body = f.data;
		} else if (f.num != TETRAGON_NODE_LABELS) {
			e->unknown++;
		}
	}
	return r == 0 && parse_body(e);
}

bool tetragon_process(sv wire, struct tetragon_process *p)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	*p = (struct tetragon_process){0};
	while ((r = pb_next(&c, &f)) > 0) {
		switch (f.num) {
		case PROCESS_EXEC_ID:
			p->exec_id = f.data;
			break;
		case PROCESS_PID:
			p->pid = f.data;
			break;
		case PROCESS_START_TIME:
			p->start_time = f.data;
			break;
		case PROCESS_BINARY:
			p->binary = f.data;
			break;
		case PROCESS_POD:
			p->pod = f.data;
			break;
		case PROCESS_DOCKER:
			p->docker = f.data;
			break;
		case PROCESS_TID:
			p->tid = f.data;
			break;
		default:
			break;
		}
	}
	return r == 0;
}

enum tetragon_type tetragon_peek(sv wire)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;

	while (pb_next(&c, &f) > 0)
		if (f.wt == PB_LEN && is_event(f.num))
			return type_of(f.num);
	return TETRAGON_NONE;
}

static bool parse_image(sv wire, struct tetragon_pod *p)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	while ((r = pb_next(&c, &f)) > 0) {
		if (f.num == 1)
			p->image_id = f.data;
		else if (f.num == 2)
			p->image_name = f.data;
	}
	return r == 0;
}

static bool parse_container(sv wire, struct tetragon_pod *p)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	while ((r = pb_next(&c, &f)) > 0) {
		switch (f.num) {
		case 1:
			p->container_id = f.data;
			break;
		case 2:
			p->container_name = f.data;
			break;
		case 3:
			if (!parse_image(f.data, p))
				return false;
			break;
		case 4:
			p->start_time = f.data;
			break;
		case 5:
			p->container_pid = f.data;
			break;
		case 13:
			p->maybe_exec_probe = f.v;
			break;
		case 14:
			p->security_context = f.data;
			break;
		default:
			break;
		}
	}
	return r == 0;
}

bool tetragon_pod(sv wire, struct tetragon_pod *p)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	*p = (struct tetragon_pod){0};
	while ((r = pb_next(&c, &f)) > 0) {
		switch (f.num) {
		case 1:
			p->namespace = f.data;
			break;
		case 2:
			p->name = f.data;
			break;
		case 3:
			p->uid = f.data;
			break;
		case 4:
			p->has_container = true;
			if (!parse_container(f.data, p))
				return false;
			break;
		case 6:
			p->workload = f.data;
			break;
		case 7:
			p->workload_kind = f.data;
			break;
		case POD_LEGACY_LABELS:
			p->has_legacy_labels = true;
			break;
		default:
			break;
		}
	}
	return r == 0;
}

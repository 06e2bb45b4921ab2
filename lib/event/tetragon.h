/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tetragon.h - a Tetragon event (GetEventsResponse) as views into its wire
 * bytes: one walk over the envelope, one over the event's own message, and
 * whatever is nested stays bytes until somebody asks. Field numbers differ
 * from type to type; here they have one name (enum tetragon_part).
 */
#ifndef RT_TETRAGON_H
#define RT_TETRAGON_H

#include "base/base.h"
#include "base/buf.h"

/* Field numbers of the oneof in GetEventsResponse. */
enum tetragon_type {
	TETRAGON_NONE = 0, /* no type that we know */
	TETRAGON_EXEC = 1,
	TETRAGON_EXIT = 5,
	TETRAGON_KPROBE = 9,
	TETRAGON_TRACEPOINT = 10,
	TETRAGON_LOADER = 11,
	TETRAGON_UPROBE = 12,
	TETRAGON_THROTTLE = 27,
	TETRAGON_LSM = 28,
	TETRAGON_USDT = 29,
	TETRAGON_TEST = 40000,
	TETRAGON_RATE_LIMIT = 40001,
};

/* What the fields of an event's message are, whatever their number. */
enum tetragon_part {
	PART_NONE,
	/* At most one; the contents, or the number of a varint. */
	PART_PROCESS,
	PART_PARENT,
	PART_FUNCTION, /* hook, uprobe symbol, LSM hook */
	PART_SUBSYS,   /* tracepoint */
	PART_EVENT,
	PART_PATH, /* uprobe, usdt, loader */
	PART_PROVIDER,
	PART_NAME,
	PART_RETURN,
	PART_ACTION,
	PART_RETURN_ACTION,
	PART_POLICY,
	PART_MESSAGE,
	PART_SIGNAL,
	PART_STATUS,
	PART_EXIT_TIME,
	PART_OFFSET,
	PART_REF_CTR,
	PART_IMA_HASH,
	PART_BUILD_ID,
	PART_FLAGS,
	PART_THROTTLE_TYPE,
	PART_CGROUP,
	PART_COUNT,
	PART_SINGLE_END,
	/* Any number; gathered by tetragon_list. */
	PART_ARG = PART_SINGLE_END,
	PART_DATA,
	PART_TAG,
	PART_ANCESTOR,
	PART_KERNEL_FRAME,
	PART_USER_FRAME,
	PART_END,
};

struct tetragon_value {
	sv data;    /* a length-delimited field's contents */
	uint64_t v; /* a varint's */
	bool set;
};

struct tetragon_event {
	enum tetragon_type type;
	sv body; /* the event's message */
	sv node_name, cluster_name;
	sv time; /* a Timestamp's contents; p is NULL where absent */
	uint64_t aggregated;
	uint64_t unknown; /* fields of the envelope and the event not known */
	struct tetragon_value part[PART_SINGLE_END];
	bool has[PART_END]; /* is there any of this part? */
};

/* False where the bytes are malformed. */
bool tetragon_parse(sv wire, struct tetragon_event *e);

/* Only the type. */
enum tetragon_type tetragon_peek(sv wire);

/* Which part a field of the event's message is. */
enum tetragon_part tetragon_part_of(enum tetragon_type type, uint32_t num);

/* Field numbers of the envelope's labels map. */
#define TETRAGON_NODE_LABELS 1004u

/* Field numbers inside of tetragon.Process that we read. */
enum {
	PROCESS_EXEC_ID = 1,
	PROCESS_PID = 2,
	PROCESS_BINARY = 5,
	PROCESS_START_TIME = 8,
	PROCESS_POD = 10,
	PROCESS_DOCKER = 11,
	PROCESS_REFCNT = 13,
	PROCESS_TID = 16,
	PROCESS_LAST = 21,
};

struct tetragon_process {
	sv exec_id, binary, pod, docker;
	/* Contents of wrappers and a Timestamp; p is NULL where absent. */
	sv pid, tid, start_time;
};

bool tetragon_process(sv wire, struct tetragon_process *p);

struct tetragon_pod {
	sv namespace, name, uid, workload, workload_kind;
	sv container_id, container_name, image_id, image_name;
	sv start_time, container_pid, security_context; /* contents */
	uint64_t maybe_exec_probe;
	bool has_container, has_legacy_labels;
};

bool tetragon_pod(sv wire, struct tetragon_pod *p);

enum { POD_LABELS = 5, POD_ANNOTATIONS = 8, POD_LEGACY_LABELS = 100002 };

#endif

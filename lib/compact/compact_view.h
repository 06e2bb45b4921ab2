/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compact_view.h - an event of either make (the agent's, or a RuntimeCallEvent)
 * as the views that a line for people needs.
 */
#ifndef RT_COMPACT_VIEW_H
#define RT_COMPACT_VIEW_H

#include "base/base.h"
#include "event/probe.h"

struct compact_view {
	const char *word; /* the type */
	enum probe_type type;
	sv pod_namespace, pod, container, node;
	bool has_pid;
	uint64_t pid;
	sv binary, arguments;
	sv module;	    /* file with the probe; what was loaded */
	sv group, function; /* "raw_syscalls" and "sys_enter" */
	const char *between;
	sv syscall; /* normalised, hook.h */
	uint64_t offset;
	sv build_id;	/* hex, or the bytes where it is raw */
	bool raw_build_id;
	sv result; /* a KprobeArgument; p is NULL where there is none */
	uint64_t action, return_action;
	sv policy, message, signal, ima_hash;
	uint64_t status;
	sv body; /* the message with the lists; their field numbers: */
	uint32_t args, data, tags;
	sv cgroup; /* of a throttle */
	uint64_t throttle;
	uint64_t lost; /* of a rate limit */
};

/* False where the bytes are malformed; v is then what was understood. */
bool compact_view_tetragon(sv event, struct compact_view *v);
bool compact_view_call(sv call, struct compact_view *v);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adapter.h - Tetragon event -> RuntimeCallEvent (proto/rt/v1/call.proto).
 * Written field by field in the order of the field numbers, so that the bytes
 * do not depend on the order in which the agent or a log shipper wrote them.
 * Frames are somebody else's: the adapter asks for them.
 */
#ifndef RT_ADAPTER_H
#define RT_ADAPTER_H

#include "base/base.h"
#include "base/buf.h"
#include "event/probe.h"
#include "event/tetragon.h"

/* Whose frames they are. */
struct adapter_scope {
	sv exec_id, node;
	sv container_id; /* as in the call; empty outside of containers */
	sv image_digest;
	uint32_t pid;	  /* as the host numbers it; 0: not told */
	uint32_t ns_pid;  /* as its container does; 0: not told */
	int64_t start_ns; /* of the process, since 1970; 0: not told */
	uint64_t serial;  /* of the event: the views above change with it */
};

/* One StackTraceEntry, or the place of a user-space probe. */
struct adapter_frame {
	bool kernel;
	bool caller; /* a return address: anything but the innermost frame */
	bool probe;  /* from a uprobe or usdt event, not from a stack */
	sv module, symbol;
	uint64_t offset;
	bool has_offset;
	uint64_t address; /* of the run, not to be shown; 0: not told */
	const struct adapter_scope *scope;
};

/* Appends field 7 (one CanonicalStackFrame) of the call. */
typedef void adapter_frame_fn(void *ctx, const struct adapter_frame *f,
			      struct buf *out);

/* A file that a process mapped, with what the kernel knows of it. */
typedef void adapter_loaded_fn(void *ctx, const struct adapter_scope *scope,
			       sv path, sv build_id);

/* Appends the fields of a FilePackage: the package of the file of a path. */
typedef void adapter_package_fn(void *ctx, const struct adapter_scope *scope,
				sv path, struct buf *out);

struct adapter;

/* NULL: libcrypto does not work. */
struct adapter *adapter_new(adapter_frame_fn *frame, void *ctx);
/*
 * Also tells of files loaded, and asks for the package of the binary of an exec
 * event and of the file of a loader event; the callbacks get the same ctx.
 */
void adapter_on_files(struct adapter *a, adapter_loaded_fn *loaded,
		      adapter_package_fn *package);
void adapter_free(struct adapter *a);

/* What messages about the event name (seed: structured logs). */
struct adapter_info {
	char event_id[32];
	enum probe_type probe_type;
	sv container_id, binary, image_digest;
	uint64_t unknown; /* fields that the call has no place for */
};

/*
 * Appends the call's wire bytes; false where the event's are malformed or it
 * has a type that becomes no call (probe_type_of is PROBE_UNSPECIFIED). out
 * is then to be thrown away.
 */
bool adapter_write(struct adapter *a, const struct tetragon_event *e,
		   sv envelope, struct buf *out, struct adapter_info *info);

#endif

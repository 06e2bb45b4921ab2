/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample.h - a stack that some profiler took -> RuntimeCallEvent: the way in
 * for sources other than the Tetragon agent. Frames go through the same
 * adapter_frame_fn as the agent's, so the ids are the same.
 */
#ifndef RT_SAMPLE_H
#define RT_SAMPLE_H

#include "base/base.h"
#include "base/buf.h"
#include "event/adapter.h"
#include "text/rfc3339.h"

#define SAMPLE_MAX_FRAMES 1024

struct sample {
	sv comm;
	uint32_t pid, tid;     /* 0: not known */
	struct timestamp time; /* unset: not known */
	sv event;	       /* what was sampled: "cpu-clock" */
	uint64_t count;	       /* so many equal ones; 0 or 1: one */
	sv provider;
	const struct adapter_frame *frames; /* innermost first */
	size_t n_frames;
};

struct sampler;

/* NULL: libcrypto does not work. */
struct sampler *sampler_new(adapter_frame_fn *frame, void *ctx);
void sampler_free(struct sampler *s);

/* Appends the call's wire bytes; false if libcrypto fails. */
bool sampler_write(struct sampler *s, const struct sample *x, struct buf *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.h - from the agent's stack entry to a CanonicalStackFrame
 * (proto/rt/v1/frame.proto): resolved against the module's file where there
 * is one, with a verdict on what the agent said.
 */
#ifndef RT_FRAME_H
#define RT_FRAME_H

#include "base/base.h"
#include "event/adapter.h"
#include "symbol/resolver.h"

enum frame_verdict {
	VERDICT_NONE,
	VERDICT_SAME,
	VERDICT_CORRECTED,
	VERDICT_RESOLVED,
	VERDICT_UNVERIFIABLE,
	VERDICT_UNRESOLVED,
	VERDICT_END,
};

const char *frame_verdict_name(enum frame_verdict v);

struct frame_maker;

/* NULL with err: the sysroot cannot be opened. */
struct frame_maker *frame_maker_new(const struct resolver_opts *opts,
				    struct rt_err *err);
void frame_maker_free(struct frame_maker *m);

/* An adapter_frame_fn whose ctx is the maker. */
void frame_write(void *maker, const struct adapter_frame *f, struct buf *out);

/* Frames written since the last call, by verdict. */
void frame_take_verdicts(struct frame_maker *m, uint64_t n[VERDICT_END]);

#endif

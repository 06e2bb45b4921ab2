/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.h - from the agent's stack entry to a CanonicalStackFrame
 * (proto/rt/v1/frame.proto): resolved against the module's file where there
 * is one, with a verdict on what the agent said.
 */
#ifndef RT_FRAME_H
#define RT_FRAME_H

#include "base/base.h"
#include "canon/report.h"
#include "event/adapter.h"
#include "event/ledger.h"
#include "sbom/sbomindex.h"
#include "symbol/resolver.h"

struct frame_maker;

/* sbom: borrowed, or NULL. NULL with err: the sysroot cannot be opened. */
struct frame_maker *frame_maker_new(const struct resolver_opts *opts,
				    const struct sbomindex *sbom,
				    struct rt_err *err);
void frame_maker_free(struct frame_maker *m);

/* An adapter_frame_fn whose ctx is the maker. */
void frame_write(void *maker, const struct adapter_frame *f, struct buf *out);

/* An adapter_loaded_fn whose ctx is the maker. */
void frame_loaded(void *maker, const struct adapter_scope *scope, sv path,
		  sv build_id);

/* An adapter_package_fn whose ctx is the maker. */
void frame_package(void *maker, const struct adapter_scope *scope, sv path,
		   struct buf *out);

/* Counts frames there from now on; borrowed. */
void frame_maker_report(struct frame_maker *m, struct report *r);

/* Brings framestats.h's metrics up to date. */
void frame_metrics_update(const struct frame_maker *m);

/* Adds the frames written since the last call, by verdict and by package. */
void frame_to_ledger(struct frame_maker *m, struct ledger *l);

#endif

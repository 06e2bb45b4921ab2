/* SPDX-License-Identifier: Apache-2.0 */
/*
 * absence.h - "this function was not called in the range" is a claim about
 * what is not there, and is made only where a policy allows it and everything
 * that the policy asks for is shown. The policy is a JSON object:
 *
 *	{"minimum_range_seconds": 86400,
 *	 "maximum_lost": 0,
 *	 "probe": {"policy": "shop-stacks", "hook": "__x64_sys_connect"},
 *	 "functions": [{"image_digest": "sha256:...", "purl": "...",
 *			"function": "...", "build_id": "..."}, ...]}
 *
 * The range must be at least so long, all stages must account for all records,
 * gaps and drops may lose at most maximum_lost events (0, if it is not given)
 * and none may be of unknown size; the agent's posture in the stream must name
 * the tracing policy, enabled and without an error, and the hook where one is
 * named; and the function must not have been seen.
 */
#ifndef RT_WITNESS_ABSENCE_H
#define RT_WITNESS_ABSENCE_H

#include "base/base.h"
#include "base/buf.h"
#include "witness/ledgers.h"
#include "witness/observe.h"

struct absence;

/* NULL with err, err->pos the place in the file. */
struct absence *absence_read(const char *file, struct rt_err *err);
void absence_free(struct absence *a);

/*
 * Appends the object that a statement about the subject carries; nothing where
 * the policy names none of its functions. False: refused, and reasons, one a
 * line, are appended to why.
 */
bool absence_judge(const struct absence *a, const struct subject *s,
		   const struct ledgers *l, struct buf *out, struct buf *why);

#endif

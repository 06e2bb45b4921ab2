/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/recordwalk.h"

#include "base/mem.h"
#include "redact/origin.h"
#include "redact/walk.h"

#define MEMO_SLOTS 2048 /* messages that had to change; 2 MiB */
#define SEEN_LINES 8192 /* of four that had not; 512 KiB */

struct recordwalk *recordwalk_new(struct redact *r,
				  const struct recordwalk_opts *o)
{
	struct recordwalk *w = mem_zalloc(sizeof(*w));

	w->redact = r;
	w->opts = *o;
	w->seen = seen_new(SEEN_LINES);
	w->memo = memo_new(MEMO_SLOTS);
	return w;
}

void recordwalk_free(struct recordwalk *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < WALK_DEPTH; i++)
		buf_release(&w->level[i]);
	buf_release(&w->text);
	buf_release(&w->taken);
	seen_free(w->seen);
	memo_free(w->memo);
	mem_free(w);
}

uint64_t recordwalk_unknown(const struct recordwalk *w)
{
	return w->unknown;
}

const struct recordwalk_taken *recordwalk_taken(const struct recordwalk *w,
						size_t *n)
{
	*n = w->taken.n / sizeof(struct recordwalk_taken);
	return (const struct recordwalk_taken *)(const void *)w->taken.p;
}

/* False: it must not leave. */
static bool choose_rules(struct recordwalk *w, const struct record *in)
{
	struct policy *p = w->opts.policy;
	struct origin o;

	if (!p)
		return true;
	origin_of(in, &o);
	if (o.process && !policy_may_leave(p, o.name_space))
		return false;
	w->rules.record = policy_for_record(p, o.name_space, o.probe_type);
	w->rules.here = w->rules.record & policy_for_binary(p, o.binary);
	return true;
}

enum recordwalk_result recordwalk_run(struct recordwalk *w,
				      const struct record *in, sv *out)
{
	bool changed;

	w->bad = false;
	w->trail = 0;
	w->taken.n = 0;
	if (!choose_rules(w, in))
		return RECORDWALK_NAMESPACE;
	changed = walkmessage_run(w, record_schema(), in->wire, 0, out);
	if (w->bad)
		return RECORDWALK_BAD;
	return changed ? RECORDWALK_CHANGED : RECORDWALK_SAME;
}

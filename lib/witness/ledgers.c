/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/ledgers.h"

#include <stdio.h>

#include "codec/pbwire.h"
#include "event/gap.h"
#include "witness/jout.h"

/* Field numbers of rt.v1.Ledger. */
enum {
	L_STAGE = 1,
	L_VERSION,
	L_IN,
	L_OUT,
	L_DROPPED,
	L_MERGED,
	L_CREATED,
	L_FIRST,
	L_LAST,
	L_DIGEST,
	L_IN_DIGEST,
	L_COMPLETE,
	L_UNACCOUNTED = 14,
};

struct ledger_facts {
	sv stage, version, digest, in_digest;
	uint64_t in, out, merged, created, dropped;
	struct timestamp first, last;
	uint64_t complete;
	int64_t unaccounted;
};

static bool read_time(sv wire, struct timestamp *t)
{
	return pb_get_timestamp(wire, &t->sec, &t->nsec) && timestamp_valid(*t);
}

static bool drop(sv entry, uint64_t *sum)
{
	struct pb_cur c = pb_walk(entry);
	struct pb_field f;
	int r;

	while ((r = pb_next(&c, &f)) > 0)
		if (f.num == 2)
			*sum += f.v;
	return r == 0;
}

static bool ledger_field(struct ledger_facts *l, const struct pb_field *f)
{
	switch (f->num) {
	case L_STAGE:
		l->stage = f->data;
		break;
	case L_VERSION:
		l->version = f->data;
		break;
	case L_IN:
		return pb_get_wrapper(f->data, &l->in);
	case L_OUT:
		return pb_get_wrapper(f->data, &l->out);
	case L_DROPPED:
		return drop(f->data, &l->dropped);
	case L_MERGED:
		return pb_get_wrapper(f->data, &l->merged);
	case L_CREATED:
		return pb_get_wrapper(f->data, &l->created);
	case L_FIRST:
		return read_time(f->data, &l->first);
	case L_LAST:
		return read_time(f->data, &l->last);
	case L_DIGEST:
		l->digest = f->data;
		break;
	case L_IN_DIGEST:
		l->in_digest = f->data;
		break;
	case L_COMPLETE:
		return pb_get_wrapper(f->data, &l->complete);
	case L_UNACCOUNTED:
		l->unaccounted = (int64_t)f->v;
		break;
	default:
		break;
	}
	return true;
}

static bool read_ledger(sv body, struct ledger_facts *l)
{
	struct pb_cur c = pb_walk(body);
	struct pb_field f;
	int r;

	*l = (struct ledger_facts){.in = 0};
	while ((r = pb_next(&c, &f)) > 0)
		if (!ledger_field(l, &f))
			return false;
	return r == 0;
}

static void begin_element(struct buf *b)
{
	if (!b->n)
		buf_ch(b, '[');
	jout_object(b, NULL);
}

static void put_ledger(struct ledgers *c, const struct ledger_facts *l)
{
	struct buf *b = &c->ledgers;

	begin_element(b);
	jout_string(b, "stage", l->stage);
	jout_text(b, "version", l->version);
	jout_uint(b, "in", l->in);
	jout_uint(b, "out", l->out);
	jout_uint(b, "dropped", l->dropped);
	jout_uint(b, "merged", l->merged);
	jout_uint(b, "created", l->created);
	jout_bool(b, "complete", l->complete);
	jout_text(b, "digest", l->digest);
	jout_end(b);
}

static void copy(char *dst, size_t size, sv s)
{
	snprintf(dst, size, "%.*s", SV_ARG(sv_first(s, size - 1)));
}

bool ledgers_ledger(struct ledgers *c, sv body)
{
	struct ledger_facts l;

	if (!read_ledger(body, &l))
		return false;
	if (c->n_ledgers++ < LEDGERS_MAX_LEDGERS)
		put_ledger(c, &l);
	c->incomplete |= !l.complete || l.unaccounted ||
			 l.in != l.out + l.dropped + l.merged ||
			 (c->in_segment && l.in != c->written);
	c->lost += l.dropped;
	if (!c->in_segment) {
		if (timestamp_is_set(l.first) &&
		    (!timestamp_is_set(c->first) ||
		     timestamp_cmp(l.first, c->first) < 0))
			c->first = l.first;
		if (timestamp_cmp(l.last, c->last) > 0)
			c->last = l.last;
		copy(c->source_digest, sizeof(c->source_digest), l.digest);
	}
	if (sv_eq(l.stage, SV("rt-canon")))
		copy(c->canon_version, sizeof(c->canon_version), l.version);
	c->in_segment = true;
	c->written = l.out + l.created;
	return true;
}

/* No scope and no detail: they name files of the machine. */
bool ledgers_gap(struct ledgers *c, sv body)
{
	sv stage = SV_NULL, reason = SV_NULL;
	struct timestamp from = {0}, to = {0};
	uint64_t count = 0, unknown = 0;
	struct pb_cur p = pb_walk(body);
	struct pb_field f;
	int r;

	while ((r = pb_next(&p, &f)) > 0)
		if (f.num == GAP_STAGE)
			stage = f.data;
		else if (f.num == GAP_REASON)
			reason = f.data;
		else if (f.num == GAP_COUNT)
			count = f.v;
		else if (f.num == GAP_UNKNOWN)
			unknown = f.v;
		else if ((f.num == GAP_FROM && !read_time(f.data, &from)) ||
			 (f.num == GAP_TO && !read_time(f.data, &to)))
			return false;
	if (r < 0)
		return false;
	c->lost += count;
	c->lost_unknown |= unknown != 0;
	if (c->n_gaps++ >= LEDGERS_MAX_GAPS)
		return true;
	begin_element(&c->gaps);
	jout_string(&c->gaps, "stage", stage);
	jout_string(&c->gaps, "reason", reason);
	jout_uint(&c->gaps, "count", count);
	jout_bool(&c->gaps, "unknown", unknown);
	jout_time(&c->gaps, "from", from);
	jout_time(&c->gaps, "to", to);
	jout_end(&c->gaps);
	return true;
}

/* --- what was watched ------------------------------------------------------
 */

enum {
	P_AGENT_VERSION = 4,
	P_POLICIES = 6,
	Y_NAME = 1,
	Y_NAMESPACE,
	Y_STATE,
	Y_MODE,
	Y_KERNEL_HOOK,
	Y_USER_HOOK,
	Y_ERROR,
};

static void put_hooks(struct buf *b, const char *name, sv wire, uint32_t num)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;

	jout_array(b, name);
	while (pb_next(&c, &f) > 0)
		if (f.num == num)
			jout_string(b, NULL, f.data);
	jout_end_array(b);
}

static bool put_policy(struct ledgers *c, sv wire)
{
	static const struct {
		uint32_t num;
		const char *name;
	} texts[] = {{Y_NAME, "Name"},
		     {Y_NAMESPACE, "Namespace"},
		     {Y_STATE, "State"},
		     {Y_MODE, "Mode"},
		     {Y_ERROR, "Error"}};
	struct buf *b = &c->policies;
	struct pb_field f;

	if (c->n_policies++ >= LEDGERS_MAX_POLICIES)
		return true;
	begin_element(b);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct pb_cur p = pb_walk(wire);
		int r;

		while ((r = pb_next(&p, &f)) > 0)
			if (f.num == texts[i].num && f.wt == PB_LEN)
				jout_text(b, texts[i].name, f.data);
		if (r < 0)
			return false;
	}
	put_hooks(b, "KernelHooks", wire, Y_KERNEL_HOOK);
	put_hooks(b, "UserHooks", wire, Y_USER_HOOK);
	jout_end(b);
	return true;
}

/* A later posture stands for an earlier one. */
bool ledgers_posture(struct ledgers *c, sv body)
{
	struct pb_cur p = pb_walk(body);
	struct pb_field f;
	int r;

	c->policies.n = 0;
	c->n_policies = 0;
	while ((r = pb_next(&p, &f)) > 0)
		if (f.num == P_AGENT_VERSION)
			copy(c->agent_version, sizeof(c->agent_version),
			     f.data);
		else if (f.num == P_POLICIES && !put_policy(c, f.data))
			return false;
	return r == 0;
}

/* --- judgement -------------------------------------------------------------
 */

void ledgers_close(struct ledgers *c, bool complete)
{
	c->incomplete |= !complete || !c->in_segment;
	c->in_segment = false;
	c->written = 0;
}

bool ledgers_is_whole(const struct ledgers *c)
{
	return c->n_ledgers && !c->incomplete && !c->lost && !c->lost_unknown;
}

void ledgers_reset(struct ledgers *c)
{
	struct ledgers empty = {.ledgers = c->ledgers,
				.gaps = c->gaps,
				.policies = c->policies,
				.n_policies = c->n_policies};

	memcpy(empty.agent_version, c->agent_version,
	       sizeof(empty.agent_version));
	memcpy(empty.canon_version, c->canon_version,
	       sizeof(empty.canon_version));
	empty.ledgers.n = empty.gaps.n = 0;
	*c = empty;
}

void ledgers_release(struct ledgers *c)
{
	buf_release(&c->ledgers);
	buf_release(&c->gaps);
	buf_release(&c->policies);
}

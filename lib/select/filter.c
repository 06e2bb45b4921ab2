/* SPDX-License-Identifier: Apache-2.0 */
#include "select/filter.h"

#include <stdio.h>

#include "base/mem.h"
#include "codec/pbwire.h"
#include "event/request.h"
#include "select/capfilter.h"
#include "select/labels.h"
#include "text/regex.h"

#define FIELDS 20 /* one more than the highest field number */
#define PIDS (1u << 22) /* PID_MAX_LIMIT, linux/threads.h */

enum tristate { ANY = 0, YES, NO };

struct filter {
	struct {
		void **v; /* struct regex or struct labels */
		size_t n;
	} list[FIELDS];
	sv wire;
	uint32_t has; /* bit per field */
	uint8_t order[FIELDS]; /* the fields as they are judged */
	size_t n_order;
	enum tristate health, init_tree;
	struct capfilter caps;
	uint8_t *children; /* bit per pid: descends from one of pid_set */
};

/*
 * The dearest come last. pid_set learns from what it sees, so with one in the
 * filter nothing that the agent judges behind it may come before it.
 */
static const uint8_t cheap_first[] = {
	FILTER_EVENT_SET,      FILTER_PID,	   FILTER_IN_INIT_TREE,
	FILTER_HEALTH_CHECK,   FILTER_POLICIES,	   FILTER_NAMESPACE,
	FILTER_CAPABILITIES,   FILTER_LABELS,	   FILTER_CONTAINER_ID,
	FILTER_CONTAINER_NAME, FILTER_NAMESPACE_REGEX, FILTER_POD,
	FILTER_BINARY,	       FILTER_PARENT_BINARY, FILTER_ARGUMENTS,
	FILTER_PARENT_ARGUMENTS, FILTER_ANCESTOR_BINARY, FILTER_CEL};
static const uint8_t as_the_agent[] = {
	FILTER_BINARY,	      FILTER_PARENT_BINARY, FILTER_ANCESTOR_BINARY,
	FILTER_HEALTH_CHECK,  FILTER_NAMESPACE,	    FILTER_PID,
	FILTER_PID_SET};

/* --- from the message ---------------------------------------------------- */

static bool is_regex(uint32_t num)
{
	switch (num) {
	case FILTER_BINARY:
	case FILTER_POD:
	case FILTER_ARGUMENTS:
	case FILTER_PARENT_BINARY:
	case FILTER_PARENT_ARGUMENTS:
	case FILTER_CONTAINER_ID:
	case FILTER_ANCESTOR_BINARY:
	case FILTER_CONTAINER_NAME:
	case FILTER_NAMESPACE_REGEX:
		return true;
	default:
		return false;
	}
}

static void append(struct filter *f, uint32_t num, void *v)
{
	size_t n = f->list[num].n;

	f->list[num].v =
		mem_realloc(f->list[num].v, (n + 1) * sizeof(*f->list[num].v));
	f->list[num].v[f->list[num].n++] = v;
}

static const char *name_of(uint32_t num)
{
	return schema_by_num(request_filter(), num)->name.p;
}

static bool add_regex(struct filter *f, const struct pb_field *pf, char *why,
		      size_t n)
{
	struct regex_err e;
	struct regex *re = regex_new(pf->data, NULL, &e);

	if (!re) {
		snprintf(why, n, "%s '%.*s': %s", name_of(pf->num),
			 SV_ARG(pf->data), e.msg);
		return false;
	}
	append(f, pf->num, re);
	return true;
}

static bool add_labels(struct filter *f, const struct pb_field *pf, char *why,
		       size_t n)
{
	struct rt_err e;
	struct labels *l = labels_new(pf->data, &e);

	if (!l) {
		snprintf(why, n, "labels '%.*s': %s at %zu", SV_ARG(pf->data),
			 e.msg, e.pos);
		return false;
	}
	append(f, pf->num, l);
	return true;
}

static enum tristate tristate(sv wrapper)
{
	uint64_t v;

	return pb_get_wrapper(wrapper, &v) && v ? YES : NO;
}

static bool add(struct filter *f, const struct pb_field *pf, char *why,
		size_t n)
{
	if (pf->num >= FIELDS)
		return true;
	f->has |= 1u << pf->num;
	if (is_regex(pf->num))
		return add_regex(f, pf, why, n);
	switch (pf->num) {
	case FILTER_LABELS:
		return add_labels(f, pf, why, n);
	case FILTER_HEALTH_CHECK:
		f->health = tristate(pf->data);
		return true;
	case FILTER_IN_INIT_TREE:
		f->init_tree = tristate(pf->data);
		return true;
	case FILTER_CAPABILITIES:
		return capfilter_parse(pf->data, &f->caps, why, n);
	case FILTER_PID_SET:
		if (!f->children)
			f->children = mem_zalloc(PIDS / 8);
		return true;
	default:
		return true; /* lists of plain values stay in the message */
	}
}

static void append_order(struct filter *f, const uint8_t *nums, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (f->has >> nums[i] & 1 &&
		    !memchr(f->order, nums[i], f->n_order))
			f->order[f->n_order++] = nums[i];
}

struct filter *filter_new(sv wire, char *why, size_t why_size)
{
	struct filter *f = mem_zalloc(sizeof(*f));
	struct pb_cur c = pb_walk(wire);
	struct pb_field pf;

	f->wire = wire;
	while (pb_next(&c, &pf) > 0) {
		if (add(f, &pf, why, why_size))
			continue;
		filter_free(f);
		return NULL;
	}
	if (f->children)
		append_order(f, as_the_agent, sizeof(as_the_agent));
	append_order(f, cheap_first, sizeof(cheap_first));
	return f;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	for (uint32_t num = 0; num < FIELDS; num++) {
		for (size_t i = 0; i < f->list[num].n; i++) {
			if (num == FILTER_LABELS)
				labels_free(f->list[num].v[i]);
			else
				regex_free(f->list[num].v[i]);
		}
		mem_free(f->list[num].v);
	}
	mem_free(f->children);
	mem_free(f);
}

bool filter_is_remote(const struct filter *f)
{
	return f->has >> FILTER_CEL & 1;
}

/* --- lists of plain values ----------------------------------------------- */

static bool has_text(const struct filter *f, uint32_t num, sv text)
{
	struct pb_cur c = pb_walk(f->wire);
	struct pb_field pf;

	while (pb_next(&c, &pf) > 0)
		if (pf.num == num && sv_eq(pf.data, text))
			return true;
	return false;
}

/* Packed or one by one. */
static bool has_number(const struct filter *f, uint32_t num, uint64_t v)
{
	struct pb_cur c = pb_walk(f->wire);
	struct pb_field pf;
	uint64_t x;

	while (pb_next(&c, &pf) > 0) {
		if (pf.num != num)
			continue;
		if (pf.wt == PB_VARINT && pf.v == v)
			return true;
		for (const char *p = pf.data.p, *end = sv_end(pf.data);
		     p && p < end;) {
			p = pb_varint(p, end, &x);
			if (p && x == v)
				return true;
		}
	}
	return false;
}

/* --- judging ------------------------------------------------------------- */

static bool any_regex(const struct filter *f, uint32_t num, sv text)
{
	for (size_t i = 0; i < f->list[num].n; i++)
		if (regex_match(f->list[num].v[i], text, 0, NULL, 0))
			return true;
	return false;
}

static bool ancestor_matches(const struct filter *f,
			     const struct tetragon_event *e)
{
	struct pb_cur c = pb_walk(e->body);
	struct pb_field pf;

	while (pb_next(&c, &pf) > 0) {
		struct subject_process p;

		if (tetragon_part_of(e->type, pf.num) == PART_ANCESTOR &&
		    subject_process(pf.data, &p) &&
		    any_regex(f, FILTER_ANCESTOR_BINARY, p.binary))
			return true;
	}
	return false;
}

static bool any_labels(const struct filter *f, sv pod)
{
	for (size_t i = 0; i < f->list[FILTER_LABELS].n; i++)
		if (labels_match(f->list[FILTER_LABELS].v[i], pod, POD_LABELS))
			return true;
	return false;
}

static bool is_child(const struct filter *f, uint32_t pid)
{
	return has_number(f, FILTER_PID_SET, pid) ||
	       (pid < PIDS && (f->children[pid / 8] >> pid % 8 & 1));
}

/* A process that is one of the set, or whose parent is: then it is, too. */
static bool in_pid_set(struct filter *f, uint32_t pid,
		       const struct subject_process *parent)
{
	if (is_child(f, pid))
		return true;
	if (!parent || !is_child(f, parent->pid))
		return false;
	if (pid < PIDS)
		f->children[pid / 8] |= (uint8_t)(1 << pid % 8);
	return true;
}

static bool may_be_probe(const struct tetragon_pod *pod)
{
	return pod && pod->maybe_exec_probe;
}

static bool pod_field(const struct filter *f, uint32_t num,
		      const struct tetragon_pod *pod)
{
	switch (num) {
	case FILTER_POD:
		return pod && any_regex(f, num, pod->name);
	case FILTER_NAMESPACE_REGEX:
		return pod && any_regex(f, num, pod->namespace);
	case FILTER_CONTAINER_NAME:
		return pod && pod->has_container &&
		       any_regex(f, num, pod->container_name);
	default:
		/* Host processes, which have no pod, are in "". */
		return has_text(f, num, pod ? pod->namespace : SV(""));
	}
}

/* A field about the process, which is there. */
static bool process_field(struct filter *f, uint32_t num, struct subject *s,
			  const struct subject_process *p)
{
	switch (num) {
	case FILTER_BINARY:
		return any_regex(f, num, p->binary);
	case FILTER_ARGUMENTS:
		return any_regex(f, num, p->arguments);
	case FILTER_CONTAINER_ID:
		return any_regex(f, num, p->docker);
	case FILTER_POD:
	case FILTER_NAMESPACE_REGEX:
	case FILTER_CONTAINER_NAME:
	case FILTER_NAMESPACE:
		return pod_field(f, num, subject_pod(s));
	case FILTER_LABELS:
		return p->has_pod && any_labels(f, p->pod);
	case FILTER_PID:
		return has_number(f, num, p->pid);
	case FILTER_PID_SET:
		return in_pid_set(f, p->pid, subject_parent(s));
	case FILTER_IN_INIT_TREE:
		return p->in_init_tree == (f->init_tree == YES);
	case FILTER_CAPABILITIES:
		return p->has_cap && capfilter_match(&f->caps, p->cap);
	default:
		return false;
	}
}

static bool field(struct filter *f, uint32_t num, struct subject *s)
{
	const struct tetragon_event *e;
	const struct subject_process *p;
	sv policy;

	switch (num) {
	case FILTER_EVENT_SET:
		return has_number(f, num, s->type);
	case FILTER_POLICIES:
		e = subject_event(s);
		policy = e ? e->part[PART_POLICY].data : SV_NULL;
		return policy.n && has_text(f, num, policy);
	case FILTER_HEALTH_CHECK:
		return (may_be_probe(subject_pod(s)) ||
			may_be_probe(subject_parent_pod(s))) ==
		       (f->health == YES);
	case FILTER_PARENT_BINARY:
		p = subject_parent(s);
		return p && any_regex(f, num, p->binary);
	case FILTER_PARENT_ARGUMENTS:
		p = subject_parent(s);
		return p && any_regex(f, num, p->arguments);
	case FILTER_ANCESTOR_BINARY:
		e = subject_event(s);
		return e && ancestor_matches(f, e);
	default:
		p = subject_own(s);
		return p && process_field(f, num, s, p);
	}
}

bool filter_match(struct filter *f, struct subject *s)
{
	for (size_t i = 0; i < f->n_order; i++)
		if (!field(f, f->order[i], s))
			return false;
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "select/select.h"

#include <time.h>

#include "base/mem.h"
#include "codec/pbwire.h"
#include "event/request.h"
#include "pipe/metrics.h"
#include "select/fieldfilter.h"
#include "select/filter.h"
#include "select/getevents.h"

struct select {
	struct buf request;
	struct filter **allow, **deny;
	struct fieldfilter **fields;
	size_t n_allow, n_deny, n_fields;
	struct subject subject;
	struct buf cut[2]; /* results of one field filter after the other */
	struct timestamp since, until, last;
	bool has_since, has_until;
	uint64_t max_events, written;
	bool live; /* the agent judges; here only what it has no word for, and
		    * the fields once more: some agents leave more of them */
	bool idle; /* nothing to do */
};

static const struct rt_err malformed = {.msg = "malformed event"};

static struct metric filtered = {
	.name = "tetragon_events_filtered",
	.help = "Events that the options did not select",
	.label = ""};

void select_register_metrics(void)
{
	metrics_register(&filtered);
}

/* --- options ------------------------------------------------------------- */

/* RFC 3339, or a duration before now. */
static struct timestamp moment(const char *option, const char *text)
{
	uint64_t ago_ms = 0;
	struct opt o = {.name = option, .kind = OPT_DURATION, .dst = &ago_ms};
	struct timestamp t;
	struct timespec now;

	if (rfc3339_parse(sv_str(text), &t))
		return t;
	if (opt_set(&o, text))
		opt_usage("bad value '%.100s' for --%s: neither RFC 3339 nor a "
			  "duration",
			  text, option);
	clock_gettime(CLOCK_REALTIME, &now);
	t.sec = now.tv_sec - (int64_t)(ago_ms / 1000);
	t.nsec = (int32_t)now.tv_nsec - (int32_t)(ago_ms % 1000) * 1000000;
	if (t.nsec < 0) {
		t.sec--;
		t.nsec += 1000000000;
	}
	return t;
}

static void set_times(struct select *s, const struct select_opts *o)
{
	s->has_since = o->since != NULL;
	s->has_until = o->until != NULL;
	if (o->since)
		s->since = moment("since", o->since);
	if (o->until)
		s->until = moment("until", o->until);
	if (o->since && o->until && timestamp_cmp(s->since, s->until) >= 0)
		opt_usage("--since is not before --until");
}

static void add_filter(struct filter ***list, size_t *n, sv wire, bool live)
{
	char why[300];
	struct filter *f = filter_new(wire, why, sizeof(why));

	if (!f)
		opt_usage("bad filter: %s", why);
	if (!live && filter_is_remote(f))
		opt_usage("CEL is judged by a live agent only, not on replay");
	*list = mem_realloc(*list, (*n + 1) * sizeof(**list));
	(*list)[(*n)++] = f;
}

static void add_fields(struct select *s, sv wire)
{
	char why[300];
	struct fieldfilter *f = fieldfilter_new(wire, why, sizeof(why));

	if (!f)
		opt_usage("bad field: %s", why);
	if (s->live && fieldfilter_is_ours(f))
		opt_usage("bad field: no agent can include a part of an "
			  "argument, only all of it");
	s->fields = mem_realloc(s->fields,
				(s->n_fields + 1) * sizeof(*s->fields));
	s->fields[s->n_fields++] = f;
}

static void compile(struct select *s)
{
	struct pb_cur c = pb_walk(buf_view(&s->request));
	struct pb_field f;

	while (pb_next(&c, &f) > 0) {
		if (f.num == REQUEST_ALLOW)
			add_filter(&s->allow, &s->n_allow, f.data,
				   s->live);
		else if (f.num == REQUEST_DENY)
			add_filter(&s->deny, &s->n_deny, f.data, s->live);
		else if (f.num == REQUEST_FIELDS)
			add_fields(s, f.data);
	}
}

struct select *select_new(const struct select_opts *o, bool live)
{
	struct select *s = mem_zalloc(sizeof(*s));

	getevents_write(o, &s->request);
	s->live = live;
	compile(s);
	set_times(s, o);
	s->max_events = o->max_events;
	s->idle = !s->has_since && !s->has_until && !s->max_events &&
		  !s->n_fields && (live || (!s->n_allow && !s->n_deny));
	return s;
}

void select_opts_release(struct select_opts *o)
{
	struct opt_list *const lists[] = {
		&o->event_types, &o->namespaces, &o->namespace_regex,
		&o->pods, &o->processes, &o->containers,
		&o->labels, &o->policies, &o->pids,
		&o->cel, &o->allow_files, &o->deny_files,
		&o->include, &o->exclude};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		mem_free(lists[i]->v);
}

void select_free(struct select *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_allow; i++)
		filter_free(s->allow[i]);
	for (size_t i = 0; i < s->n_deny; i++)
		filter_free(s->deny[i]);
	for (size_t i = 0; i < s->n_fields; i++)
		fieldfilter_free(s->fields[i]);
	mem_free(s->allow);
	mem_free(s->deny);
	mem_free(s->fields);
	buf_release(&s->request);
	buf_release(&s->cut[0]);
	buf_release(&s->cut[1]);
	mem_free(s);
}

sv select_request(const struct select *s)
{
	return buf_view(&s->request);
}

/* --- judging ------------------------------------------------------------- */

static bool any(struct filter **list, size_t n, struct subject *s)
{
	for (size_t i = 0; i < n; i++)
		if (filter_match(list[i], s))
			return true;
	return false;
}

static bool is_wanted(struct select *s, sv event)
{
	subject_start(&s->subject, event);
	return (!s->n_allow || any(s->allow, s->n_allow, &s->subject)) &&
	       !any(s->deny, s->n_deny, &s->subject);
}

/* An event without a time (loaders) goes with the one before it. */
static bool in_time(struct select *s, const struct record *r)
{
	struct timestamp t;

	if (!s->has_since && !s->has_until)
		return true;
	if (record_time(r, &t))
		s->last = t;
	if (s->has_since && timestamp_cmp(s->last, s->since) < 0)
		return false;
	return !s->has_until || timestamp_cmp(s->last, s->until) < 0;
}

static enum stage_result cut_fields(struct select *s, struct stage *stage,
				    const struct record *r)
{
	sv event = r->body;

	for (size_t i = 0; i < s->n_fields; i++) {
		struct buf *to = &s->cut[i & 1];

		to->n = 0;
		if (!fieldfilter_cut(s->fields[i], event, to))
			return stage_bad(stage, "malformed_event", &malformed);
		event = buf_view(to);
	}
	buf_sv(recout_begin(&stage->out, RECORD_TETRAGON), event);
	if (!recout_end(&stage->out, RECORD_TETRAGON))
		return stage_bad(stage, "unwritable", recout_err(&stage->out));
	return STAGE_WRITTEN;
}

static enum stage_result drop(struct stage *stage)
{
	metric_add(&filtered, 1);
	return stage_drop(stage, "filtered");
}

enum stage_result select_record(struct select *s, struct stage *stage,
				const struct record *r)
{
	enum stage_result res;

	if (LIKELY(s->idle))
		return STAGE_PASS;
	if (!in_time(s, r))
		return drop(stage);
	if (!s->live && (s->n_allow || s->n_deny)) {
		bool ok = is_wanted(s, r->body);

		if (s->subject.malformed)
			return stage_bad(stage, "malformed_event", &malformed);
		if (!ok)
			return drop(stage);
	}
	res = s->n_fields ? cut_fields(s, stage, r) : STAGE_PASS;
	if (s->max_events && res != STAGE_DROPPED &&
	    ++s->written >= s->max_events)
		stage_enough(stage);
	return res;
}

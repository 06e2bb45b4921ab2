/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/stage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/pbwire.h"
#include "event/describe.h"
#include "event/digest.h"
#include "event/gap.h"
#include "pipe/diag.h"
#include "pipe/metrics.h"
#include "pipe/progress.h"
#include "pipe/stop.h"

#define TICK_EVERY 4096 /* records between looks at the clock */

static size_t choice(const char *const *choices, const char *s)
{
	size_t i = 0;

	while (strcmp(choices[i], s) != 0)
		i++;
	return i;
}

int stage_idle(struct stage *s)
{
	int again = s->on_idle ? s->on_idle(s->ctx, s) : -1;
	struct progress p = {s->total, s->total_bad, s->total_dropped,
			     recin_raw_bytes(s->in), s->total_bytes};

	if (!s->sink)
		recout_flush(&s->out);
	metrics_tick();
	progress_tick(&p);
	return again;
}

static int on_idle(void *arg)
{
	return stage_idle(arg);
}

void stage_open(struct stage *s, const struct stage_opts *o)
{
	const char *wrong;

	s->in = recin_new((enum recin_format)choice(recin_formats,
						    o->input_format),
			  (size_t)o->max_record);
	s->ledger.stage = s->name;
	s->ledger.complete = true;
	if (s->sink)
		return;
	wrong = recout_open(&s->out, STDOUT_FILENO,
			    (enum recout_format)choice(recout_formats,
						       o->output_format));
	if (wrong) {
		diag_error("%s", wrong);
		diag_hint("pipe it on, or choose -o json or -o compact");
		exit(TOOL_USAGE);
	}
	recout_colour(&s->out,
		      (enum compact_when)choice(compact_when, o->colour));
}

enum stage_result stage_drop(struct stage *s, const char *reason)
{
	s->drop_reason = reason;
	return STAGE_DROPPED;
}

void stage_created(struct stage *s)
{
	s->ledger.created++;
}

void stage_put_new(struct stage *s, enum record_kind kind, sv body)
{
	buf_sv(recout_begin(&s->out, kind), body);
	if (recout_end(&s->out, kind))
		stage_created(s);
}

void stage_gap(struct stage *s, struct gap *g)
{
	if (s->sink)
		return;
	g->stage = sv_str(s->name);
	gap_write(g, recout_begin(&s->out, RECORD_GAP));
	recout_end(&s->out, RECORD_GAP);
}

/* --- bad records -------------------------------------------------------- */

static const char *origin(const struct stage *s)
{
	return s->origin ? s->origin : recin_name(s->in);
}

static unsigned long long position(const struct stage *s)
{
	return s->origin ? s->total : recin_index(s->in);
}

static void report_bad(struct stage *s, const struct rt_err *e)
{
	s->status = tool_worst(s->status, TOOL_BAD);
	if (!diag_allow(e->msg))
		return;
	diag_error("%s:record %llu (byte %llu): %s", origin(s), position(s),
		   (unsigned long long)(recin_offset(s->in) + e->pos), e->msg);
}

/* The run of bad records starts or goes on. */
static void extend_bad(struct stage *s, const struct rt_err *e)
{
	if (!s->bad.n) {
		s->bad.from = s->last_time;
		snprintf(s->bad.scope, sizeof(s->bad.scope), "%s", origin(s));
		snprintf(s->bad.detail, sizeof(s->bad.detail),
			 "record %llu, byte %llu: %s", position(s),
			 (unsigned long long)(recin_offset(s->in) + e->pos),
			 e->msg);
	}
	s->bad.n++;
	s->total_bad++;
}

static void note_bad(struct stage *s, enum recin_status st)
{
	const struct rt_err *e = recin_err(s->in);

	report_bad(s, e);
	s->ledger.in++;
	s->total++;
	ledger_count(&s->ledger.dropped,
		     st == RECIN_BAD ? "bad_record" : "truncated_input", 1);
	extend_bad(s, e);
	s->bad.truncated |= st != RECIN_BAD;
	s->bad.unknown |= st == RECIN_LOST;
}

enum stage_result stage_bad(struct stage *s, const char *reason,
			    const struct rt_err *e)
{
	struct diag_record about;

	describe_record(s->current, &about);
	if (s->discreet)
		about.process_name = about.container_id = SV_NULL;
	if (s->event_id.n)
		about.event_id = s->event_id;
	diag_set_record(&about);
	report_bad(s, e);
	diag_set_record(NULL);
	extend_bad(s, e);
	return stage_drop(s, reason);
}

/* The run of bad records is over: one gap for all of it. */
static void close_bad(struct stage *s, struct timestamp to)
{
	struct gap g = {
		.reason = s->bad.truncated ? "truncated_input" : "bad_record",
		.count = s->bad.n,
		.unknown = s->bad.unknown,
		.from = s->bad.from,
		.to = to,
		.scope = sv_str(s->bad.scope),
		.detail = sv_str(s->bad.detail)};

	s->bad.n = 0;
	s->bad.truncated = s->bad.unknown = false;
	stage_gap(s, &g);
}

/* --- segments ----------------------------------------------------------- */

static void write_ledger(struct stage *s)
{
	struct ledger *l = &s->ledger;

	if (s->sink)
		return;
	l->digest = s->out.digest;
	ledger_write(l, recout_begin(&s->out, RECORD_LEDGER));
	recout_end(&s->out, RECORD_LEDGER);
	s->out.digest = (struct hash128){0, 0};
	s->out.counted = 0;
}

/* The ledgers of the stages before, which were held back. */
static void pass_ledgers(struct stage *s)
{
	struct pb_cur c = pb_walk(buf_view(&s->ledgers));
	struct pb_field f;
	struct record r;

	while (pb_next(&c, &f) > 0)
		if (record_parse(f.data, &r))
			recout_put(&s->out, &r);
	s->ledgers.n = 0;
}

static void check_upstream(struct stage *s)
{
	struct ledger *l = &s->ledger;

	l->unaccounted = (int64_t)(s->upstream_out - l->in);
	if (!l->unaccounted)
		return;
	l->complete = false;
	if (l->unaccounted > 0)
		diag_warn("%lld records that %s wrote did not arrive here",
			  (long long)l->unaccounted, l->upstream);
	else
		diag_warn("%lld records more than %s says it wrote",
			  -(long long)l->unaccounted, l->upstream);
}

/*
 * Every stage ends what it writes with a ledger. Without one the stage before
 * was killed, or something cut the stream: nobody knows what is missing.
 */
static void no_ledger(struct stage *s)
{
	struct gap g = {.reason = "truncated_input",
			.unknown = true,
			.from = s->last_time,
			.detail = SV("no ledger behind the last record")};

	s->ledger.complete = false;
	diag_warn("the stream ends without the ledger of the stage before");
	stage_gap(s, &g);
}

/* Our own ledger behind the upstream's, then a new segment. */
static bool close_segment(struct stage *s)
{
	struct ledger *l = &s->ledger;
	bool ok = true;

	if (s->bad.n)
		close_bad(s, (struct timestamp){0, 0});
	if (s->closing)
		check_upstream(s);
	else if (s->needs_ledger && !s->cut)
		no_ledger(s);
	if (s->on_close)
		ok = s->on_close(s->ctx, s, l->complete);
	pass_ledgers(s);
	write_ledger(s);
	*l = (struct ledger){.stage = s->name, .complete = true};
	s->closing = false;
	s->needs_ledger = false;
	s->cut = false;
	s->upstream_out = 0;
	return ok;
}

/*
 * An upstream's ledger. It waits until this segment is closed: what a stage
 * still writes then must not come behind the ledgers that close it.
 */
static void take_ledger(struct stage *s, const struct record *r)
{
	struct ledger_view v;
	struct record passed = *r;

	if (!s->sink && (!s->on_ledger || s->on_ledger(s->ctx, &passed)))
		pb_put_bytes(&s->ledgers, 1, passed.wire);
	if (!ledger_parse(s->on_ledger ? passed.body : r->body, &v))
		return;
	/* The last ledger of a run is that of the stage right before us. */
	s->closing = true;
	s->upstream_out = v.out + v.created;
	s->ledger.complete = v.complete && !s->cut;
	snprintf(s->ledger.upstream, sizeof(s->ledger.upstream), "%.*s",
		 SV_ARG(sv_first(v.stage, 63)));
}

/* --- records ------------------------------------------------------------ */

static enum stage_result put(struct stage *s, const struct record *r)
{
	if (s->sink || recout_put(&s->out, r))
		return STAGE_WRITTEN;
	return stage_bad(s, "unwritable", recout_err(&s->out));
}

static void count_in(struct stage *s, sv wire)
{
	struct hash128 from = s->ledger.in_digest;

	s->ledger.in++;
	s->total++;
	s->ledger.in_digest = digest_next(from, wire);
	recout_digest_known(&s->out, wire, from, s->ledger.in_digest);
}

static bool handle(struct stage *s, const struct record *r)
{
	struct timestamp t = {0, 0};
	enum stage_result res;

	s->needs_ledger |= !r->raw;
	count_in(s, r->wire);
	if (record_time(r, &t)) {
		ledger_time(&s->ledger, t);
		s->last_time = t;
	}
	if (s->bad.n)
		close_bad(s, t);
	s->current = r;
	s->event_id = SV_NULL;
	res = s->on_record(s->ctx, s, r);
	if (res == STAGE_PASS)
		res = put(s, r);
	switch (res) {
	case STAGE_PASS:
	case STAGE_WRITTEN:
		s->ledger.out++;
		break;
	case STAGE_DROPPED:
		ledger_count(&s->ledger.dropped, s->drop_reason, 1);
		s->total_dropped++;
		break;
	case STAGE_MERGED:
		s->ledger.merged++;
		break;
	case STAGE_FATAL:
		s->status = tool_worst(s->status, TOOL_SYSTEM);
		return false;
	}
	return !s->enough;
}

/* Not counted, whatever becomes of it. */
static bool pass_gap(struct stage *s, const struct record *r)
{
	enum stage_result res = STAGE_PASS;

	s->current = r;
	s->event_id = SV_NULL;
	if (s->sees_gaps)
		res = s->on_record(s->ctx, s, r);
	if (res == STAGE_PASS)
		res = put(s, r);
	return res != STAGE_FATAL;
}

static bool on_record(struct stage *s, const struct record *r)
{
	if (r->kind == RECORD_LEDGER) {
		take_ledger(s, r);
		return !s->sink ||
		       s->on_record(s->ctx, s, r) != STAGE_FATAL;
	}
	if (s->closing && !close_segment(s))
		return false;
	if (r->kind == RECORD_GAP)
		return pass_gap(s, r);
	return handle(s, r);
}

void stage_lost(struct stage *s, const char *reason, uint64_t n)
{
	s->ledger.in += n;
	s->total += n;
	s->total_dropped += n;
	ledger_count(&s->ledger.dropped, reason, n);
}

void stage_enough(struct stage *s)
{
	s->enough = true;
}

void stage_cut(struct stage *s)
{
	s->cut = true;
	s->ledger.complete = false;
}

/* False when nothing more can be read from this input. */
static bool handle_trouble(struct stage *s, enum recin_status st)
{
	if (s->closing)
		close_segment(s);
	switch (st) {
	case RECIN_BAD:
		note_bad(s, st);
		return true;
	case RECIN_TRUNCATED:
	case RECIN_LOST:
		note_bad(s, st);
		stage_cut(s);
		return false;
	case RECIN_ERROR:
		diag_error("cannot read '%s': %s", recin_name(s->in),
			   strerror(recin_err(s->in)->sys_errno));
		s->status = tool_worst(s->status, TOOL_SYSTEM);
		stage_cut(s);
		return false;
	case RECIN_STOPPED:
		stage_cut(s);
		return false;
	case RECIN_RECORD:
	case RECIN_PAUSED:
	case RECIN_EOF:
		break;
	}
	return false;
}

static bool output_failed(const struct stage *s)
{
	return !s->sink && s->out.out.err;
}

bool stage_take(struct stage *s, const struct record *r)
{
	if (on_record(s, r) && !output_failed(s))
		return true;
	stage_cut(s);
	return false;
}

void stage_settle(struct stage *s)
{
	if (s->bad.n)
		close_bad(s, s->last_time);
	stage_idle(s);
}

static bool may_handle(struct stage *s, const struct record *r)
{
	return !s->before || s->before(s->before_arg, s, r);
}

bool stage_feed(struct stage *s, struct input *in)
{
	return stage_feed_at(s, in, (struct recin_place){0});
}

bool stage_feed_at(struct stage *s, struct input *in, struct recin_place at)
{
	struct record r;
	enum recin_status st;

	input_on_idle(in, on_idle, s);
	recin_attach_at(s->in, in, at);
	for (;;) {
		st = recin_next(s->in, &r);
		if (UNLIKELY(++s->idle_tick >= TICK_EVERY)) {
			struct progress p = {s->total, s->total_bad,
					     s->total_dropped,
					     recin_raw_bytes(s->in),
					     s->total_bytes};

			s->idle_tick = 0;
			if (s->on_idle)
				s->on_idle(s->ctx, s);
			metrics_tick();
			progress_tick(&p);
		}
		if (LIKELY(st == RECIN_RECORD)) {
			if (!may_handle(s, &r) || !on_record(s, &r)) {
				stage_cut(s);
				return false;
			}
		} else if (st == RECIN_EOF || st == RECIN_PAUSED) {
			return true;
		} else if (!handle_trouble(s, st)) {
			return st != RECIN_STOPPED;
		}
		if (UNLIKELY(output_failed(s))) {
			stage_cut(s); /* by us: nobody takes what is left */
			return false;
		}
	}
}

void stage_no_input(struct stage *s, const char *name, int err)
{
	diag_error("cannot open '%s': %s", name, strerror(err));
	s->status = tool_worst(s->status, TOOL_SYSTEM);
	stage_cut(s);
}

enum tool_exit stage_finish(struct stage *s, int *output_errno)
{
	*output_errno = 0;
	if (!close_segment(s))
		s->status = tool_worst(s->status, TOOL_SYSTEM);
	if (!s->sink)
		*output_errno = recout_close(&s->out);
	recin_free(s->in);
	s->in = NULL;
	buf_release(&s->ledgers);
	return s->status;
}

int stage_run_filter(struct stage *s, const struct stage_opts *o)
{
	int output_errno;
	enum tool_exit st;

	stage_open(s, o);
	stage_feed(s, input_open(STDIN_FILENO, "stdin"));
	st = stage_finish(s, &output_errno);
	return tool_end(st, output_errno);
}

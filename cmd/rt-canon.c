/* SPDX-License-Identifier: Apache-2.0 */
/* rt-canon - Tetragon events to canonical calls. rt-canon(1) */
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "canon/frame.h"
#include "canon/framestats.h"
#include "canon/ids.h"
#include "canon/reportfile.h"
#include "canon/samples.h"
#include "canon/sboms.h"
#include "canon/where.h"
#include "event/adapter.h"
#include "event/agentgap.h"
#include "event/tetragon.h"
#include "pipe/diag.h"
#include "pipe/metrics.h"
#include "stream/stage.h"

/* One event in so many is timed for the histogram. */
#define TIMED_ONE_IN 64

struct options {
	struct tool_opts tool;
	struct stage_opts stage;
	struct where_opts where;
	struct sboms_opts sboms;
	struct reportfile_opts report;
	struct opt_result operands; /* "ids" and its files */
};

static const char *const output_forms[] = {"auto",    "json",  "pb",
					   "compact", "table", NULL};

struct canon {
	struct adapter *adapter;
	struct frame_maker *frames;
	struct resolver_opts where;
	struct sbomindex *sbom; /* or NULL */
	struct reportfile report;
	uint64_t seen;
	struct buf last_gap, gap; /* a gap that just passed, and ours */
};

static struct metric converted = {.name = "runtime_events_converted_total",
				  .help = "Events that became calls",
				  .label = ""};
static struct metric dropped = {.name = "runtime_events_dropped_total",
				.help = "Events that became nothing",
				.label = ""};
static struct metric unknown_fields = {
	.name = "tetrapipe_canon_unknown_fields_total",
	.help = "Fields of events that calls have no place for",
	.label = ""};
static struct metric_histogram duration = {
	.name = "runtime_event_conversion_duration_ms",
	.help = "Time to convert one event (one in 64 is timed)",
	.unit = 1e6};

static const struct rt_err malformed = {.msg = "malformed event"};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static enum stage_result on_gap(struct canon *c, const struct record *r)
{
	c->last_gap.n = 0;
	buf_sv(&c->last_gap, gap_without_stage(r->body));
	return STAGE_PASS;
}

/* The agent says that it held back events; tetra-tap may have said so, too. */
static enum stage_result to_gap(struct canon *c, struct stage *s, struct gap *g)
{
	c->gap.n = 0;
	gap_write(g, &c->gap);
	if (!sv_eq(buf_view(&c->gap), buf_view(&c->last_gap)))
		stage_gap(s, g);
	c->last_gap.n = 0;
	return STAGE_MERGED;
}

static enum stage_result convert(struct canon *c, struct stage *s,
				 const struct record *r,
				 const struct tetragon_event *e)
{
	struct buf *out = recout_begin(&s->out, RECORD_CALL);
	struct adapter_info info = {0};

	if (!adapter_write(c->adapter, e, r->body, out, &info)) {
		recout_abandon(&s->out);
		metric_add(&dropped, 1);
		if (info.event_id[0])
			s->event_id =
				(sv){info.event_id, sizeof(info.event_id)};
		return stage_bad(s, "malformed_event", &malformed);
	}
	if (!recout_end(&s->out, RECORD_CALL))
		return stage_bad(s, "unwritable", recout_err(&s->out));
	metric_add(&converted, 1);
	metric_add(&unknown_fields, info.unknown);
	return STAGE_WRITTEN;
}

static enum stage_result on_event(struct canon *c, struct stage *s,
				  const struct record *r)
{
	struct tetragon_event e;
	struct gap g;

	if (!tetragon_parse(r->body, &e)) {
		metric_add(&dropped, 1);
		return stage_bad(s, "malformed_event", &malformed);
	}
	if (agentgap_of(&e, &g))
		return to_gap(c, s, &g);
	switch (e.type) {
	case TETRAGON_NONE:
		return STAGE_PASS; /* not ours to judge */
	case TETRAGON_TEST:
		return stage_drop(s, "test_event");
	default:
		return convert(c, s, r, &e);
	}
}

static enum stage_result on_record(void *ctx, struct stage *s,
				   const struct record *r)
{
	struct canon *c = ctx;
	enum stage_result res;
	uint64_t t;

	if (r->kind == RECORD_GAP)
		return on_gap(c, r);
	if (r->kind != RECORD_TETRAGON)
		return STAGE_PASS;
	if (c->seen++ % TIMED_ONE_IN)
		return on_event(c, s, r);
	frame_metrics_update(c->frames);
	where_metrics_update(&c->where);
	t = now_ns();
	res = on_event(c, s, r);
	metric_observe(&duration, now_ns() - t);
	return res;
}

static bool on_close(void *ctx, struct stage *s, bool complete)
{
	struct canon *c = ctx;

	(void)complete;
	frame_metrics_update(c->frames);
	where_metrics_update(&c->where);
	frame_to_ledger(c->frames, &s->ledger);
	return true;
}

static void parse(struct options *o, int argc, char **argv)
{
	struct opt rows[] = {
		{.help = "Symbols"},
		WHERE_ROWS(&o->where),
		SBOMS_ROWS(&o->sboms),
		REPORTFILE_ROWS(&o->report),
		{.help = "Records"},
		STAGE_INPUT_ROWS_OF(&o->stage, samples_input_forms),
		STAGE_OUTPUT_ROWS_OF(&o->stage, output_forms),
		TOOL_OPT_ROWS(&o->tool),
	};
	struct opt_spec spec = {
		.prog = "rt-canon",
		.summary = "Tetragon events to canonical calls, with frames "
			   "that can be compared.",
		.operands = "[ids FILE...]",
		.max_operands = SIZE_MAX,
		.opts = rows,
		.n = ARRAY_LEN(rows)};

	o->operands = opt_parse(&spec, argc, argv);
	if (o->operands.n_operands && strcmp(o->operands.operands[0], "ids"))
		opt_usage("unexpected operand '%s'", o->operands.operands[0]);
}

/* `rt-canon ids FILE...`: no stream at all. */
static int list_ids(struct options *o)
{
	struct resolver_opts w = where_open(&o->where);
	const char *form = o->stage.output_format;
	bool table = !strcmp(form, "table") ||
		     (!strcmp(form, "auto") && isatty(STDOUT_FILENO));
	int code;

	if (o->operands.n_operands < 2)
		opt_usage("ids needs a FILE");
	if (!table && strcmp(form, "auto") && strcmp(form, "json"))
		opt_usage("ids writes json or table, not %s", form);
	code = ids_run(o->operands.operands + 1, o->operands.n_operands - 1,
		       table ? IDS_TABLE : IDS_JSON, w.debug);
	where_close(&o->where, &w);
	mem_free(o->operands.operands);
	return code;
}

/* The agent's records, or what another profiler printed. */
static enum tool_exit feed(struct stage *s, struct options *o,
			   struct frame_maker *frames)
{
	struct input *in = input_open(STDIN_FILENO, "stdin");
	enum samples_form form;
	bool samples = samples_form(o->stage.input_format, &form);

	if (samples)
		o->stage.input_format = "auto";
	stage_open(s, &o->stage);
	if (samples)
		return samples_feed(s, in, form, o->stage.max_record,
				    frame_write, frames);
	stage_feed(s, in);
	return TOOL_OK;
}

int main(int argc, char **argv)
{
	struct options o = {.tool = TOOL_OPTS_DEFAULT,
			    .stage = STAGE_OPTS_DEFAULT,
			    .where = WHERE_OPTS_DEFAULT,
			    .report = REPORTFILE_OPTS_DEFAULT};
	struct canon c = {0};
	struct stage s = {.name = "rt-canon",
			  .ctx = &c,
			  .on_record = on_record,
			  .on_close = on_close,
			  .sees_gaps = true};
	struct rt_err err;
	enum tool_exit status;
	int code, output_errno;

	tool_init("rt-canon", false);
	parse(&o, argc, argv);
	tool_start(&o.tool);
	if (o.operands.n_operands)
		return list_ids(&o);
	if (!strcmp(o.stage.output_format, "table"))
		opt_usage("-o table is a form of 'ids FILE...' only");
	mem_free(o.operands.operands);
	metrics_register(&converted);
	metrics_register(&dropped);
	metrics_register(&unknown_fields);
	metrics_register_histogram(&duration);
	framestats_register();
	where_metrics_register();
	c.where = where_open(&o.where);
	c.sbom = sboms_open(&o.sboms);
	c.frames = frame_maker_new(&c.where, c.sbom, &err);
	if (!c.frames)
		opt_usage("cannot use --sysroot '%s': %s", o.where.sysroot,
			  err.sys_errno ? strerror(err.sys_errno) : err.msg);
	c.adapter = adapter_new(frame_write, c.frames);
	if (!c.adapter) {
		diag_error("libcrypto has no SHA-256");
		return tool_end(TOOL_SYSTEM, 0);
	}
	adapter_on_files(c.adapter, frame_loaded, frame_package);
	reportfile_open(&c.report, &o.report);
	frame_maker_report(c.frames, c.report.report);
	status = feed(&s, &o, c.frames);
	status = tool_worst(status, stage_finish(&s, &output_errno));
	if (!reportfile_close(&c.report))
		status = tool_worst(status, TOOL_SYSTEM);
	code = tool_end(status, output_errno);
	if (unknown_fields.value)
		diag_warn(
			"%llu fields of events that this version does not "
			"know were left out",
			(unsigned long long)unknown_fields.value);
	buf_release(&c.last_gap);
	buf_release(&c.gap);
	adapter_free(c.adapter);
	frame_maker_free(c.frames);
	sbomindex_free(c.sbom);
	where_close(&o.where, &c.where);
	return code;
}

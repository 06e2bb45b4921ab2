/* SPDX-License-Identifier: Apache-2.0 */
/* tetra-tap - Tetragon events as a stream of records. tetra-tap(1) */
#include "base/mem.h"
#include "event/agentgap.h"
#include "event/probemetric.h"
#include "event/tetragon.h"
#include "pipe/metrics.h"
#include "pipe/metrics_http.h"
#include "replay/rejects.h"
#include "replay/replay.h"
#include "select/select.h"
#include "stream/envelope.h"
#include "stream/stage.h"
#include "tap/live.h"

struct options {
	struct tool_opts tool;
	struct stage_opts stage;
	struct replay_opts replay;
	struct rejects rejects;
	struct live_opts live;
	struct select_opts select;
	const char *metrics_listen;
};

static struct probemetric received = {
	.name = "runtime_events_received_total",
	.help = "Events received, by probe type"};
static struct metric events_total = {
	.name = "tetragon_events_total",
	.help = "Events received from Tetragon or its dumps",
	.label = ""};

/* The event stays, too: this tool changes nothing. */
static void say_gap(struct stage *s, const struct record *r)
{
	struct tetragon_event e;
	struct gap g;

	if (tetragon_parse(r->body, &e) && agentgap_of(&e, &g))
		stage_gap(s, &g);
}

static enum stage_result on_record(void *ctx, struct stage *s,
				   const struct record *r)
{
	enum tetragon_type type;

	if (r->kind != RECORD_TETRAGON)
		return STAGE_PASS;
	type = tetragon_peek(r->body);
	metric_add(&events_total, 1);
	probemetric_add(&received, probe_type_of(type), 1);
	if (UNLIKELY(type == TETRAGON_THROTTLE || type == TETRAGON_RATE_LIMIT))
		say_gap(s, r);
	return select_record(ctx, s, r);
}

static void parse(struct options *o, int argc, char **argv)
{
	struct opt rows[] = {
		{.help = "Source"},
		REPLAY_ROWS(&o->replay),
		REJECTS_ROWS(&o->rejects),
		STAGE_INPUT_ROWS(&o->stage),
		{.help = "Selection"},
		SELECT_ROWS(&o->select),
		{.help = "Live"},
		LIVE_ROWS(&o->live),
		{.help = "Output"},
		STAGE_OUTPUT_ROWS(&o->stage),
		{.name = "metrics-listen", .kind = OPT_STRING, .arg = "ADDR",
		 .help = "serve /metrics and /healthz there",
		 .dst = &o->metrics_listen},
		TOOL_OPT_ROWS(&o->tool),
	};
	struct opt_spec spec = {
		.prog = "tetra-tap",
		.summary = "Tetragon events, live or from captured dumps, as "
			   "records.",
		.operands = "[FILE...]",
		.max_operands = SIZE_MAX,
		.opts = rows,
		.n = ARRAY_LEN(rows)};
	struct opt_result r = opt_parse(&spec, argc, argv);

	for (size_t i = 0; i < r.n_operands; i++) {
		struct opt *row = &rows[1];

		opt_set(row, r.operands[i]);
	}
	mem_free(r.operands);
}

int main(int argc, char **argv)
{
	struct options o = {.tool = TOOL_OPTS_DEFAULT,
			    .stage = STAGE_OPTS_DEFAULT,
			    .live = LIVE_OPTS_DEFAULT};
	struct stage s = {.name = "tetra-tap", .on_record = on_record};
	enum tool_exit st = TOOL_OK, stage_st;
	struct replay *replay;
	int output_errno;

	tool_init("tetra-tap", true);
	parse(&o, argc, argv);
	tool_start(&o.tool);
	replay = replay_new(&o.replay);
	s.ctx = select_new(&o.select, !o.replay.files.n);
	select_register_metrics();
	metrics_register(&events_total);
	probemetric_register(&received);
	envelope_register_metrics();
	if (!o.replay.files.n)
		live_register_metrics();
	metrics_http_start_or_die(o.metrics_listen);
	stage_open(&s, &o.stage);
	rejects_open(&o.rejects, o.replay.files.n != 0, &s);
	if (o.replay.files.n)
		replay_run(replay, &s);
	else
		st = live_run(&s, &o.live, select_request(s.ctx));
	rejects_close(&o.rejects);
	stage_st = stage_finish(&s, &output_errno);
	metrics_http_stop();
	replay_free(replay, output_errno);
	select_free(s.ctx);
	select_opts_release(&o.select);
	mem_free(o.replay.files.v);
	return tool_end(tool_worst(st, stage_st), output_errno);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* tetra-tap - Tetragon events as a stream of records. tetra-tap(1) */
#include "base/mem.h"
#include "event/adapter.h"
#include "event/stage.h"
#include "event/tetragon.h"
#include "pipe/metrics.h"
#include "pipe/metrics_http.h"
#include "tap/replay.h"

struct options {
	struct tool_opts tool;
	struct stage_opts stage;
	struct opt_list replay;
	const char *metrics_listen;
};

static struct metric received[PROBE_TYPES];
static struct metric events_total = {
	.name = "tetragon_events_total",
	.help = "Events received from Tetragon or its dumps",
	.label = ""};

static void register_metrics(void)
{
	static char labels[PROBE_TYPES][40];

	metrics_register(&events_total);
	for (size_t i = 0; i < PROBE_TYPES; i++) {
		const char *name = probe_type_name((enum probe_type)i);
		struct buf b = {0};

		if (i && !strcmp(name, probe_type_name(PROBE_UNSPECIFIED)))
			continue;
		buf_printf(&b, "probe_type=\"%s\"", name);
		memcpy(labels[i], buf_cstr(&b), MIN(b.n + 1, sizeof(labels[i])));
		buf_release(&b);
		received[i] = (struct metric){
			.name = "runtime_events_received_total",
			.help = "Events received, by probe type",
			.label = labels[i]};
		metrics_register(&received[i]);
	}
}

static enum stage_result on_record(void *ctx, struct stage *s,
				   const struct record *r)
{
	(void)ctx, (void)s;
	if (r->kind == RECORD_TETRAGON) {
		metric_add(&events_total, 1);
		metric_add(&received[probe_type_of(tetragon_peek(r->body))], 1);
	}
	return STAGE_PASS;
}

static void parse(struct options *o, int argc, char **argv)
{
	struct opt rows[] = {
		{.help = "Source"},
		{.name = "replay", .kind = OPT_LIST, .arg = "FILE",
		 .help = "dump to read, '-' is stdin; more may follow",
		 .dst = &o->replay},
		STAGE_INPUT_ROWS(&o->stage),
		{.help = "Output"},
		STAGE_OUTPUT_ROWS(&o->stage),
		{.name = "metrics-listen", .kind = OPT_STRING, .arg = "ADDR",
		 .help = "serve /metrics and /healthz there",
		 .dst = &o->metrics_listen},
		TOOL_OPT_ROWS(&o->tool),
	};
	struct opt_spec spec = {
		.prog = "tetra-tap",
		.summary = "Tetragon events, from captured dumps, as records.",
		.operands = "[FILE...]",
		.max_operands = SIZE_MAX,
		.opts = rows,
		.n = ARRAY_LEN(rows)};
	struct opt_result r = opt_parse(&spec, argc, argv);

	if (!o->replay.n)
		opt_usage("no source: give --replay FILE");
	for (size_t i = 0; i < r.n_operands; i++) {
		struct opt *row = &rows[1];

		opt_set(row, r.operands[i]);
	}
	mem_free(r.operands);
}

int main(int argc, char **argv)
{
	struct options o = {.tool = TOOL_OPTS_DEFAULT,
			    .stage = STAGE_OPTS_DEFAULT};
	struct stage s = {.name = "tetra-tap", .on_record = on_record};
	enum tool_exit st;
	int output_errno;

	tool_init("tetra-tap", true);
	parse(&o, argc, argv);
	tool_start(&o.tool);
	register_metrics();
	metrics_http_start_or_die(o.metrics_listen);
	stage_open(&s, &o.stage);
	replay_files(&s, o.replay.v, o.replay.n);
	st = stage_finish(&s, &output_errno);
	metrics_http_stop();
	mem_free(o.replay.v);
	return tool_end(st, output_errno);
}

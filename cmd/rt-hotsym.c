/* SPDX-License-Identifier: Apache-2.0 */
/* rt-hotsym - calls to hot symbols, window by window. rt-hotsym(1) */
#include <unistd.h>

#include "base/mem.h"
#include "hotsym/hotsym.h"
#include "hotsym/sbomout.h"
#include "hotsym/viewer.h"
#include "pipe/diag.h"
#include "pipe/metrics.h"
#include "pipe/metrics_http.h"
#include "stream/stage.h"

struct options {
	struct tool_opts tool;
	struct stage_opts stage;
	struct hotsym_opts hot;
	struct viewer_opts view;
	struct sbomout_opts sbom;
	bool no_samples;
	const char *metrics_listen;
};

struct context {
	struct hotsym *hot;
	struct stage *stage;
};

static struct metric published = {
	.name = "hot_symbols_published_total",
	.help = "Hot symbol records written",
	.label = ""};
static struct metric late_events = {
	.name = "tetrapipe_hotsym_late_events_total",
	.help = "Events behind the watermark, counted in late batches",
	.label = ""};

static struct buf *begin_symbol(void *ctx)
{
	return recout_begin(&((struct context *)ctx)->stage->out,
			    RECORD_HOT_SYMBOL);
}

static void end_symbol(void *ctx)
{
	struct stage *s = ((struct context *)ctx)->stage;

	if (recout_end(&s->out, RECORD_HOT_SYMBOL)) {
		stage_created(s);
		metric_add(&published, 1);
	}
}

static struct buf *begin_package(void *ctx)
{
	return recout_begin(&((struct context *)ctx)->stage->out,
			    RECORD_PACKAGE_SEEN);
}

static void end_package(void *ctx)
{
	struct stage *s = ((struct context *)ctx)->stage;

	if (recout_end(&s->out, RECORD_PACKAGE_SEEN))
		stage_created(s);
}

static void on_late(void *ctx, uint64_t n, struct timestamp from,
		    struct timestamp to)
{
	struct gap g = {.reason = "late", .count = n, .from = from, .to = to};

	metric_add(&late_events, n);
	stage_gap(((struct context *)ctx)->stage, &g);
}

static enum stage_result on_record(void *ctx, struct stage *s,
				   const struct record *r)
{
	static const struct rt_err malformed = {.msg = "malformed call"};
	struct context *c = ctx;

	if (r->kind != RECORD_CALL)
		return STAGE_PASS;
	if (!hotsym_call(c->hot, r->body))
		return stage_bad(s, "malformed_call", &malformed);
	return STAGE_MERGED;
}

static int on_idle(void *ctx, struct stage *s)
{
	(void)s;
	return hotsym_idle(((struct context *)ctx)->hot);
}

/* The end of a segment that ended badly cuts its windows. */
static bool on_close(void *ctx, struct stage *s, bool complete)
{
	struct context *c = ctx;

	(void)s;
	hotsym_flush(c->hot, !complete);
	return true;
}

static void parse(struct options *o, int argc, char **argv)
{
	struct opt rows[] = {
		{.help = "Windows"},
		{.name = "window", .kind = OPT_DURATION, .arg = "TIME",
		 .help = "length of a window, default 60s",
		 .dst = &o->hot.window_ms,
		 .config = "hotSymbols.aggregationWindowSeconds"},
		{.name = "lateness", .kind = OPT_DURATION, .arg = "TIME",
		 .help = "how late an event may come, default 30s",
		 .dst = &o->hot.lateness_ms},
		{.name = "flush-interval", .kind = OPT_DURATION, .arg = "TIME",
		 .help = "live: write what is counted so far, default 30s",
		 .dst = &o->hot.flush_ms},
		{.name = "session", .kind = OPT_STRING, .arg = "NAME",
		 .help = "name of this run, default from the first event",
		 .dst = &o->hot.session},
		{.help = "Keys"},
		{.name = "kernel", .kind = OPT_FLAG,
		 .help = "count kernel functions, too", .dst = &o->hot.kernel},
		{.name = "max-keys", .kind = OPT_UINT, .arg = "N", .min = 1,
		 .help = "keys in memory, default 100000",
		 .dst = &o->hot.max_keys},
		{.name = "max-memory", .kind = OPT_SIZE, .arg = "SIZE",
		 .help = "for what is counted, default 48MiB",
		 .dst = &o->hot.max_bytes},
		{.name = "max-callers", .kind = OPT_UINT, .arg = "N",
		 .help = "distinct callers of a key, default 64",
		 .dst = &o->hot.max_callers},
		{.name = "min-confidence", .kind = OPT_REAL, .arg = "X",
		 .help = "leave out rows below, default 0.2",
		 .dst = &o->hot.min_confidence,
		 .config = "hotSymbols.minConfidenceThreshold"},
		{.name = "no-samples", .kind = OPT_FLAG,
		 .help = "no sample stack and arguments",
		 .dst = &o->no_samples},
		{.name = "max-samples", .kind = OPT_SIZE, .arg = "SIZE",
		 .help = "memory for samples, default 8MiB",
		 .dst = &o->hot.max_samples},
		SBOMOUT_ROWS(&o->sbom),
		{.help = "Views"},
		VIEWER_ROWS(&o->view),
		{.help = "Records"},
		STAGE_INPUT_ROWS(&o->stage),
		STAGE_OUTPUT_ROWS_OF(&o->stage, viewer_forms),
		{.name = "metrics-listen", .kind = OPT_STRING, .arg = "ADDR",
		 .help = "serve /metrics and /healthz there",
		 .dst = &o->metrics_listen},
		TOOL_OPT_ROWS(&o->tool),
	};
	struct opt_spec spec = {
		.prog = "rt-hotsym",
		.summary = "Counts which functions ran, in windows by event "
			   "time.",
		.operands = "",
		.opts = rows,
		.n = ARRAY_LEN(rows)};

	mem_free(opt_parse(&spec, argc, argv).operands);
	if (!o->hot.window_ms)
		opt_usage("--window must not be 0");
	o->hot.samples = !o->no_samples;
}

static void say_bounds(const struct hotsym_stats *st)
{
	if (st->early_flushes)
		diag_warn("--max-keys or --max-memory reached %llu times: "
			  "windows written in parts",
			  (unsigned long long)st->early_flushes);
	if (st->window_flushes)
		diag_warn("event times lie too far apart: windows written in "
			  "parts %llu times",
			  (unsigned long long)st->window_flushes);
	if (st->rows.below_confidence)
		diag_info("%llu rows below --min-confidence",
			  (unsigned long long)st->rows.below_confidence);
	if (st->rows.callers_truncated)
		diag_warn("%llu rows have more callers than --max-callers",
			  (unsigned long long)st->rows.callers_truncated);
	if (st->frames_cut)
		diag_warn("%llu frames behind the first %d of a stack were not "
			  "counted",
			  (unsigned long long)st->frames_cut,
			  CALLVIEW_MAX_FRAMES);
}

int main(int argc, char **argv)
{
	struct options o = {
		.tool = TOOL_OPTS_DEFAULT,
		.stage = STAGE_OPTS_DEFAULT,
		.view = VIEWER_OPTS_DEFAULT,
		.sbom = SBOMOUT_OPTS_DEFAULT,
		.hot = {.window_ms = 60000, .lateness_ms = 30000,
			.flush_ms = 30000,
			.max_keys = 100000, .max_bytes = 48 * MIB, .max_callers = 64,
			.max_samples = 8 * MIB, .min_confidence = 0.2}};
	struct context c = {0};
	struct stage s = {.name = "rt-hotsym", .ctx = &c,
			  .on_record = on_record, .on_close = on_close,
			  .on_idle = on_idle};
	struct batch_sink sink = {&c,		  begin_symbol, end_symbol,
				   begin_package, end_package,	on_late};
	enum view_form form;
	enum tool_exit status;
	int code, output_errno;

	tool_init("rt-hotsym", false);
	parse(&o, argc, argv);
	tool_start(&o.tool);
	metrics_register(&published);
	metrics_register(&late_events);
	metrics_http_start_or_die(o.metrics_listen);
	form = view_form_of(o.stage.output_format);
	if (form != VIEW_NONE && o.sbom.file)
		opt_usage("--sbom-out needs records, not the view '%s'",
			  o.stage.output_format);
	if (form != VIEW_NONE)
		return viewer_run(form, &o.view, o.hot.kernel, &o.stage);
	c.stage = &s;
	o.hot.observed = sbomout_open(&o.sbom);
	c.hot = hotsym_new(&o.hot, &sink);
	stage_open(&s, &o.stage);
	stage_feed(&s, input_open(STDIN_FILENO, "stdin"));
	status = stage_finish(&s, &output_errno);
	if (!sbomout_close(&o.sbom, o.hot.observed))
		status = tool_worst(status, TOOL_SYSTEM);
	code = tool_end(status, output_errno);
	say_bounds(hotsym_get_stats(c.hot));
	metrics_http_stop();
	hotsym_free(c.hot);
	return code;
}

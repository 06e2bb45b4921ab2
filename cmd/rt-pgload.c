/* SPDX-License-Identifier: Apache-2.0 */
/* rt-pgload - hot symbols into PostgreSQL, each batch once. rt-pgload(1) */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "load/admin.h"
#include "load/sink.h"
#include "pipe/diag.h"
#include "pipe/metrics.h"
#include "pipe/metrics_http.h"
#include "stream/stage.h"

struct options {
	struct tool_opts tool;
	struct stage_opts stage;
	struct admin_opts admin;
	struct delivery_opts delivery;
	struct opt_result operands;
	const char *metrics_listen;
	uint64_t batch_rows;
	bool unfinished;
};

struct context {
	const struct options *o;
	struct delivery *delivery;
	enum tool_exit status; /* the worst so far */
};

#define BATCHES(result)                                      \
	{.name = "tetrapipe_pgload_batches_total",           \
	 .help = "Batches, by what became of them",          \
	 .label = "result=\"" result "\""}

enum {
	FLUSHED, APPLIED, PRESENT, CONFLICT, RETRIES, RECONNECTS, SPOOL_JOBS,
	SPOOL_BYTES, METRICS
};

static struct metric metrics[METRICS] = {
	[FLUSHED] = {.name = "tetragon_hotsymbols_flushed",
		     .help = "Hot symbols written to the database",
		     .label = ""},
	[APPLIED] = BATCHES("applied"),
	[PRESENT] = BATCHES("present"),
	[CONFLICT] = BATCHES("conflict"),
	[RETRIES] = {.name = "tetrapipe_pgload_retries_total",
		     .help = "Deadlocks and serialization failures",
		     .label = ""},
	[RECONNECTS] = {.name = "tetrapipe_pgload_reconnects_total",
			.help = "Times that the database came back",
			.label = ""},
	[SPOOL_JOBS] = {.name = "tetrapipe_pgload_spool_jobs",
			.help = "Transactions that wait on disk",
			.label = "", .gauge = true},
	[SPOOL_BYTES] = {.name = "tetrapipe_pgload_spool_bytes",
			 .help = "Size of what waits on disk",
			 .label = "", .gauge = true},
};

/* --- what to tell ------------------------------------------------------- */

/* Says what is wrong; true if nothing is. */
static bool check(struct context *c, enum dbconn_status st)
{
	if (st == DBCONN_OK)
		return true;
	diag_error("%s", delivery_error(c->delivery));
	if (*delivery_detail(c->delivery))
		diag_detail("%s", delivery_detail(c->delivery));
	if (*delivery_hint(c->delivery))
		diag_hint("%s", delivery_hint(c->delivery));
	else if (admin_exit(st) == TOOL_REMOTE)
		diag_hint("the same input again, later, is safe: what is "
			  "loaded is not loaded twice");
	c->status = admin_exit(st);
	return false;
}

static void on_conflict(void *ctx, const char *batch, uint64_t had,
			uint64_t rows)
{
	struct context *c = ctx;

	c->status = tool_worst(c->status, TOOL_BAD);
	if (!diag_allow("batches with other contents than before"))
		return;
	diag_error("batch %s was loaded before with other contents: not "
		   "loaded again", batch);
	diag_detail("%" PRIu64 " rows then, %" PRIu64 " now", had, rows);
}

static void on_unfinished(void *ctx, const char *batch, uint64_t rows)
{
	struct context *c = ctx;

	c->status = tool_worst(c->status, TOOL_BAD);
	diag_error("no ledger behind the last batch, %s: it may be cut, and "
		   "its %" PRIu64 " rows are not loaded", batch, rows);
	diag_hint("--unfinished loads them");
}

static void on_cut(void *ctx, uint64_t rows)
{
	struct context *c = ctx;

	c->status = tool_worst(c->status, TOOL_BAD);
	diag_error("the input of an earlier stage broke off: %" PRIu64
		   " rows of windows that were open are not loaded", rows);
	diag_hint("all of it again loads them whole; --unfinished loads them "
		  "as they are");
}

static void on_incomplete(void *ctx, const char *why)
{
	struct context *c = ctx;

	if (why)
		diag_warn("the ledgers do not close: %s", why);
	if (c->o->admin.require_complete)
		c->status = tool_worst(c->status, TOOL_BAD);
}

static void on_away(void *ctx, const char *why)
{
	const struct context *c = ctx;

	if (!why)
		diag_warn("the database is back");
	else if (c->o->delivery.spool_dir)
		diag_warn("%s: batches wait in %s", why,
			  c->o->delivery.spool_dir);
	else
		diag_warn("%s: trying again", why);
}

static void on_progress(void *ctx)
{
	const struct context *c = ctx;
	struct delivery_stats st = delivery_get_stats(c->delivery);

	metric_set(&metrics[FLUSHED], st.hot_rows);
	metric_set(&metrics[APPLIED], st.applied);
	metric_set(&metrics[PRESENT], st.present);
	metric_set(&metrics[CONFLICT], st.conflicts);
	metric_set(&metrics[RETRIES], st.retries);
	metric_set(&metrics[RECONNECTS], st.reconnects);
	metric_set(&metrics[SPOOL_JOBS], st.waiting_jobs);
	metric_set(&metrics[SPOOL_BYTES], st.waiting_bytes);
}

static void sum_up(const struct context *c, const struct sink *k)
{
	struct delivery_stats st = delivery_get_stats(c->delivery);
	uint64_t repaired = loader_repaired(k->loader);

	if (repaired)
		diag_warn("%" PRIu64 " strings were too long or held bytes "
			  "that PostgreSQL does not take", repaired);
	if (c->o->tool.quiet)
		return;
	diag_set_level(DIAG_INFO);
	diag_info("%" PRIu64 " hot symbols and %" PRIu64 " packages in %" PRIu64
		  " batches loaded, %" PRIu64 " batches were there, %s",
		  st.hot_rows, st.package_rows, st.applied, st.present,
		  k->complete == k->segments ? "complete" : "not complete");
}

/* --- loading ------------------------------------------------------------ */

static void read_stream(struct context *c, struct sink *k)
{
	struct stage s = {.name = "rt-pgload", .ctx = k, .sink = true,
			  .sees_gaps = true, .on_record = sink_record,
			  .on_close = sink_close, .on_idle = sink_idle};
	enum tool_exit st;
	int output_errno;

	stage_open(&s, &c->o->stage);
	stage_feed(&s, input_open(STDIN_FILENO, "stdin"));
	st = stage_finish(&s, &output_errno);
	if (loader_disk_errno(k->loader)) {
		diag_error("cannot keep a batch on disk: %s",
			   strerror(loader_disk_errno(k->loader)));
		c->status = TOOL_SYSTEM;
		return;
	}
	if (k->status == DBCONN_OK)
		k->status = delivery_finish(c->delivery);
	on_progress(c);
	/* A server that went away is not the failure that the stage sees. */
	if (check(c, k->status))
		c->status = tool_worst(c->status, st);
	if (k->status == DBCONN_OK || k->status == DBCONN_AWAY)
		sum_up(c, k);
}

static enum tool_exit load(const struct options *o)
{
	struct context c = {.o = o};
	struct sink k = {
		.events = {&c, on_conflict, on_unfinished, on_cut,
			   on_incomplete, on_away, on_progress},
		.take_unfinished = o->unfinished};
	struct delivery_opts d = o->delivery;

	d.dsn = o->admin.dsn;
	d.ctx = &k;
	d.on_conflict = sink_conflict;
	d.on_away = sink_away;
	c.delivery = k.delivery = delivery_new(&d);
	if (check(&c, delivery_open(c.delivery))) {
		k.loader = loader_new(c.delivery, o->batch_rows, d.spool_dir);
		read_stream(&c, &k);
		loader_free(k.loader);
	}
	delivery_free(c.delivery);
	sink_release(&k);
	return c.status;
}

/* --- options ------------------------------------------------------------ */

static void parse(struct options *o, int argc, char **argv)
{
	struct opt rows[] = {
		{.help = "Database"},
		ADMIN_DB_ROW(&o->admin),
		{.help = "Loading"},
		{.name = "batch-rows", .kind = OPT_UINT, .arg = "N", .min = 1,
		 .help = "rows held in memory, default 100000",
		 .dst = &o->batch_rows},
		ADMIN_COMPLETE_ROW(&o->admin),
		{.name = "retry-for", .kind = OPT_DURATION, .arg = "TIME",
		 .help = "without the server, default 5m",
		 .dst = &o->delivery.retry_ms},
		{.name = "spool", .kind = OPT_STRING, .arg = "DIR",
		 .help = "where batches wait for the server",
		 .dst = &o->delivery.spool_dir},
		{.name = "spool-size", .kind = OPT_SIZE, .arg = "SIZE",
		 .help = "what may wait there, default 1GiB",
		 .dst = &o->delivery.spool_bytes},
		{.name = "unfinished", .kind = OPT_FLAG,
		 .help = "load a last batch without ledger, too",
		 .dst = &o->unfinished},
		ADMIN_QUERY_ROWS(&o->admin),
		{.help = "Records"},
		STAGE_INPUT_ROWS(&o->stage),
		{.name = "metrics-listen", .kind = OPT_STRING, .arg = "ADDR",
		 .help = "serve /metrics and /healthz there",
		 .dst = &o->metrics_listen},
		TOOL_OPT_ROWS(&o->tool),
	};
	struct opt_spec spec = {
		.prog = "rt-pgload",
		.summary = "Loads hot symbols into PostgreSQL, every batch "
			   "exactly once.",
		.operands = "[init | migrate | query QUESTION OPERAND...]",
		.max_operands = SIZE_MAX,
		.opts = rows,
		.n = ARRAY_LEN(rows)};

	o->operands = opt_parse(&spec, argc, argv);
	admin_check(&o->admin, o->operands.operands, o->operands.n_operands);
}

int main(int argc, char **argv)
{
	struct options o = {.tool = TOOL_OPTS_DEFAULT,
			    .stage = STAGE_OPTS_DEFAULT,
			    .admin = ADMIN_OPTS_DEFAULT,
			    .delivery = {.retry_ms = 300000,
					 .spool_bytes = 1024 * MIB},
			    .batch_rows = 100000};
	enum tool_exit st;

	tool_init("rt-pgload", false);
	/* A limit on the size of files is an error of write(2), not an end. */
	signal(SIGXFSZ, SIG_IGN);
	parse(&o, argc, argv);
	tool_start(&o.tool);
	for (size_t i = 0; i < METRICS; i++)
		metrics_register(&metrics[i]);
	metrics_http_start_or_die(o.metrics_listen);
	st = o.operands.n_operands
		     ? admin_run(&o.admin, o.operands.operands)
		     : load(&o);
	mem_free(o.operands.operands);
	metrics_http_stop();
	return tool_end(st, 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* rt-pgload - hot symbols into PostgreSQL, each batch once. rt-pgload(1) */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "load/migrate.h"
#include "load/sink.h"
#include "pipe/diag.h"
#include "pipe/metrics.h"
#include "pipe/metrics_http.h"
#include "stream/stage.h"

struct options {
	struct tool_opts tool;
	struct stage_opts stage;
	const char *db;
	const char *metrics_listen;
	uint64_t batch_rows;
	bool init, require_complete, unfinished;
};

struct context {
	const struct options *o;
	struct dbconn *db;
	enum tool_exit status; /* the worst so far */
};

#define BATCHES(result)                                      \
	{.name = "tetrapipe_pgload_batches_total",           \
	 .help = "Batches, by what became of them",          \
	 .label = "result=\"" result "\""}

enum { FLUSHED, APPLIED, PRESENT, CONFLICT, METRICS };

static struct metric metrics[METRICS] = {
	[FLUSHED] = {.name = "tetragon_hotsymbols_flushed",
		     .help = "Hot symbols written to the database",
		     .label = ""},
	[APPLIED] = BATCHES("applied"),
	[PRESENT] = BATCHES("present"),
	[CONFLICT] = BATCHES("conflict"),
};

/* --- what to tell ------------------------------------------------------- */

static enum tool_exit exit_of(enum dbconn_status st)
{
	switch (st) {
	case DBCONN_OK:
		return TOOL_OK;
	case DBCONN_AGAIN:
	case DBCONN_AWAY:
		return TOOL_REMOTE;
	case DBCONN_CONFIG:
		return TOOL_USAGE;
	case DBCONN_FAILED:
		break;
	}
	return TOOL_SYSTEM;
}

/* Says what the database said; true if it was nothing bad. */
static bool check(struct context *c, enum dbconn_status st, const char *doing)
{
	if (st == DBCONN_OK)
		return true;
	diag_error("cannot %s: %s", doing, dbconn_error(c->db));
	if (*dbconn_detail(c->db))
		diag_detail("%s", dbconn_detail(c->db));
	if (dbconn_missing_table(c->db))
		diag_hint("'rt-pgload --init' creates the schema");
	else if (exit_of(st) == TOOL_REMOTE)
		diag_hint("the same input again, later, is safe: what is "
			  "loaded is not loaded twice");
	c->status = exit_of(st);
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

static void on_incomplete(void *ctx, const char *why)
{
	struct context *c = ctx;

	if (why)
		diag_warn("the ledgers do not close: %s", why);
	if (c->o->require_complete)
		c->status = tool_worst(c->status, TOOL_BAD);
}

static void on_loaded(void *ctx, const struct loader_stats *st)
{
	(void)ctx;
	metric_set(&metrics[FLUSHED], st->hot_rows);
	metric_set(&metrics[APPLIED], st->applied);
	metric_set(&metrics[PRESENT], st->present);
	metric_set(&metrics[CONFLICT], st->conflicts);
}

static void sum_up(const struct context *c, const struct sink *k)
{
	const struct loader_stats *st = loader_get_stats(k->loader);

	if (st->repaired)
		diag_warn("%" PRIu64 " strings were too long or held bytes "
			  "that PostgreSQL does not take", st->repaired);
	if (c->o->tool.quiet)
		return;
	diag_set_level(DIAG_INFO);
	diag_info("%" PRIu64 " hot symbols and %" PRIu64 " packages in %" PRIu64
		  " batches loaded, %" PRIu64 " batches were there, %s",
		  st->hot_rows, st->package_rows, st->applied, st->present,
		  k->complete == k->segments ? "complete" : "not complete");
}

/* --- the two things that it does ---------------------------------------- */

static enum tool_exit init(struct context *c)
{
	int had;

	if (!check(c, migrate_run(c->db, &had), "create the schema"))
		return c->status;
	if (had > MIGRATE_LATEST)
		diag_warn("schema signals has version %d, this rt-pgload "
			  "knows up to %d", had, MIGRATE_LATEST);
	else
		diag_info("schema signals has version %d, before %d",
			  MIGRATE_LATEST, had);
	return TOOL_OK;
}

static bool check_schema(struct context *c)
{
	int version;

	if (!check(c, migrate_version(c->db, &version), "look for the schema"))
		return false;
	if (version == MIGRATE_LATEST)
		return true;
	if (!version)
		diag_error("the database has no schema 'signals'");
	else
		diag_error("schema 'signals' has version %d, not %d", version,
			   MIGRATE_LATEST);
	if (version < MIGRATE_LATEST)
		diag_hint("'rt-pgload --init' creates or upgrades it");
	c->status = TOOL_USAGE;
	return false;
}

static void read_stream(struct context *c, struct sink *k)
{
	struct stage s = {.name = "rt-pgload", .ctx = k, .sink = true,
			  .sees_gaps = true, .on_record = sink_record,
			  .on_close = sink_close};
	enum tool_exit st;
	int output_errno;

	stage_open(&s, &c->o->stage);
	stage_feed(&s, input_open(STDIN_FILENO, "stdin"));
	st = stage_finish(&s, &output_errno);
	/* A server that went away is not the failure that the stage sees. */
	if (check(c, k->status, "load")) {
		c->status = tool_worst(c->status, st);
		sum_up(c, k);
	}
}

static enum tool_exit load(struct context *c)
{
	struct sink k = {
		.events = {c, on_conflict, on_unfinished, on_incomplete,
			   on_loaded},
		.take_unfinished = c->o->unfinished};
	struct loader_opts lo = {c->o->batch_rows, &k, sink_conflict};

	if (!check_schema(c))
		return c->status;
	k.loader = loader_new(c->db, &lo);
	if (check(c, loader_start(k.loader), "prepare to load"))
		read_stream(c, &k);
	loader_free(k.loader);
	sink_release(&k);
	return c->status;
}

/* --- options ------------------------------------------------------------ */

/* The string itself is not shown: it may hold the secret. */
static void check_dsn(const char *dsn)
{
	const char *wrong = dbconn_check(dsn);

	if (!wrong)
		return;
	diag_error("bad value for --db: %s", wrong);
	diag_hint("a password belongs into ~/.pgpass, a service file or "
		  "PGPASSWORD, see rt-pgload(1)");
	exit(TOOL_USAGE);
}

static void parse(struct options *o, int argc, char **argv)
{
	struct opt rows[] = {
		{.help = "Database"},
		{.name = "db", .kind = OPT_STRING, .arg = "DSN",
		 .help = "connection string or URI, without password",
		 .dst = &o->db},
		{.name = "init", .kind = OPT_FLAG,
		 .help = "create or upgrade the schema, load nothing",
		 .dst = &o->init},
		{.help = "Loading"},
		{.name = "batch-rows", .kind = OPT_UINT, .arg = "N", .min = 1,
		 .help = "rows held in memory, default 100000",
		 .dst = &o->batch_rows},
		{.name = "require-complete", .kind = OPT_FLAG,
		 .help = "exit 1 where the ledgers do not close",
		 .dst = &o->require_complete},
		{.name = "unfinished", .kind = OPT_FLAG,
		 .help = "load a last batch without ledger, too",
		 .dst = &o->unfinished},
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
		.operands = "",
		.opts = rows,
		.n = ARRAY_LEN(rows)};

	mem_free(opt_parse(&spec, argc, argv).operands);
	if (o->db)
		check_dsn(o->db);
}

int main(int argc, char **argv)
{
	struct options o = {.tool = TOOL_OPTS_DEFAULT,
			    .stage = STAGE_OPTS_DEFAULT,
			    .batch_rows = 100000};
	struct context c = {.o = &o};

	tool_init("rt-pgload", false);
	parse(&o, argc, argv);
	tool_start(&o.tool);
	for (size_t i = 0; i < METRICS; i++)
		metrics_register(&metrics[i]);
	metrics_http_start_or_die(o.metrics_listen);
	c.db = dbconn_new();
	if (check(&c, dbconn_open(c.db, o.db), "connect to the database"))
		c.status = o.init ? init(&c) : load(&c);
	dbconn_free(c.db);
	metrics_http_stop();
	return tool_end(c.status, 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* rt-redact - takes secrets out of records. rt-redact(1) */
#include "base/mem.h"
#include "pipe/diag.h"
#include "pipe/metrics.h"
#include "redact/recordwalk.h"
#include "stream/stage.h"

struct options {
	struct tool_opts tool;
	struct stage_opts stage;
	struct redact_opts redact;
	bool strict_paths, drop_binary;
};

struct context {
	struct redact *redact;
	struct recordwalk *walk;
	uint64_t counted[LEDGER_MAX_NAMES]; /* per rule, ledgers before */
	uint64_t unknown;		    /* likewise */
};

static struct metric redacted = {
	.name = "tetrapipe_redact_records_total",
	.help = "Records in which something was redacted",
	.label = ""};

static enum stage_result on_record(void *ctx, struct stage *s,
				   const struct record *r)
{
	static const struct rt_err cannot = {.msg = "cannot be judged"};
	struct context *c = ctx;
	struct record changed = *r;

	switch (recordwalk_run(c->walk, r, &changed.wire)) {
	case RECORDWALK_SAME:
		return STAGE_PASS;
	case RECORDWALK_BAD:
		return stage_bad(s, "unjudged", &cannot);
	case RECORDWALK_CHANGED:
		break;
	}
	metric_add(&redacted, 1);
	if (!recout_put(&s->out, &changed))
		return stage_bad(s, "unwritable", recout_err(&s->out));
	return STAGE_WRITTEN;
}

/* What the rules did in this segment goes into its ledger. */
static bool on_close(void *ctx, struct stage *s, bool complete)
{
	struct context *c = ctx;
	uint64_t n = recordwalk_unknown(c->walk);
	const char *name;

	(void)complete;
	if (n > c->unknown)
		ledger_count(&s->ledger.redacted, "unknown-field",
			     n - c->unknown);
	c->unknown = n;
	for (size_t i = 0; i < LEDGER_MAX_NAMES &&
			   redact_rules(c->redact, i, &name, &n);
	     i++) {
		if (n > c->counted[i])
			ledger_count(&s->ledger.redacted, name,
				     n - c->counted[i]);
		c->counted[i] = n;
	}
	return true;
}

static void parse(struct options *o, int argc, char **argv)
{
	struct opt rows[] = {
		{.help = "What goes"},
		{.name = "strict-paths", .kind = OPT_FLAG,
		 .help = "module paths of raw events, too",
		 .dst = &o->strict_paths},
		{.name = "env-all", .kind = OPT_FLAG,
		 .help = "the values of all environment variables",
		 .dst = &o->redact.env_all},
		{.name = "drop-binary", .kind = OPT_FLAG,
		 .help = "bytes that are no text vanish without a mark",
		 .dst = &o->drop_binary},
		{.name = "keep-homes", .kind = OPT_FLAG,
		 .help = "user names in home directories stay",
		 .dst = &o->redact.keep_homes},
		{.name = "keep-credential-files", .kind = OPT_FLAG,
		 .help = "names of credential files stay",
		 .dst = &o->redact.keep_credential_files},
		{.help = "Records"},
		STAGE_INPUT_ROWS(&o->stage),
		STAGE_OUTPUT_ROWS(&o->stage),
		TOOL_OPT_ROWS(&o->tool),
	};
	struct opt_spec spec = {
		.prog = "rt-redact",
		.summary = "Takes secrets out of every string of every "
			   "record.",
		.operands = "",
		.opts = rows,
		.n = ARRAY_LEN(rows)};

	mem_free(opt_parse(&spec, argc, argv).operands);
	if (o->drop_binary)
		o->redact.binary = REDACT_BINARY_DROP;
}

int main(int argc, char **argv)
{
	struct options o = {.tool = TOOL_OPTS_DEFAULT,
			    .stage = STAGE_OPTS_DEFAULT};
	struct context c = {0};
	struct stage s = {.name = "rt-redact", .ctx = &c,
			  .on_record = on_record, .on_close = on_close,
			  .sees_gaps = true};
	int code;

	tool_init("rt-redact", false);
	parse(&o, argc, argv);
	tool_start(&o.tool);
	metrics_register(&redacted);
	c.redact = redact_new(&o.redact);
	if (!c.redact) {
		diag_error("cannot compile the default rules");
		return tool_end(TOOL_SYSTEM, 0);
	}
	c.walk = recordwalk_new(c.redact, o.strict_paths);
	code = stage_run_filter(&s, &o.stage);
	recordwalk_free(c.walk);
	redact_free(c.redact);
	return code;
}

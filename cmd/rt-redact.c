/* SPDX-License-Identifier: Apache-2.0 */
/* rt-redact - takes secrets out of records. rt-redact(1) */
#include <stdlib.h>

#include "base/mem.h"
#include "pipe/diag.h"
#include "pipe/metrics.h"
#include "redact/policyfile.h"
#include "redact/receipts.h"
#include "redact/recordwalk.h"
#include "redact/symids.h"
#include "redact/userfile.h"
#include "stream/stage.h"

#define MIN_KEY 16

struct options {
	struct tool_opts tool;
	struct stage_opts stage;
	struct redact_opts redact;
	struct recordwalk_opts walk;
	struct symids_opts symids;
	bool drop_binary, defaults, arguments, pass_through, explain;
	const char *policy, *token_key, *report;
	struct opt_list namespaces;
};

struct context {
	struct redact *redact;
	struct recordwalk *walk;
	struct receipts *receipts;
	struct symids *symids;
	const char *report;
	bool rehydrate; /* instead of redacting */
	bool pass_through, explain;
	uint64_t counted[LEDGER_MAX_NAMES]; /* per rule, ledgers before */
	uint64_t unknown;		    /* likewise */
};

static struct metric redacted = {
	.name = "tetrapipe_redact_records_total",
	.help = "Records in which something was redacted",
	.label = ""};

static struct metric filtered = {
	.name = "tetragon_events_filtered",
	.help = "Events dropped by privacy filter",
	.label = ""};

/* The record as it is now, with ids for names or names for ids. */
static enum stage_result put(struct context *c, struct stage *s,
			     struct record *r, bool changed)
{
	static const struct rt_err cannot = {.msg = "names cannot be told"};
	enum withhold_result names =
		c->symids ? symids_run(c->symids, r->wire, &r->wire)
			 : WITHHOLD_SAME;

	if (names == WITHHOLD_BAD)
		return stage_bad(s, "unjudged", &cannot);
	if (!changed && names == WITHHOLD_SAME)
		return STAGE_PASS;
	metric_add(&redacted, 1);
	if (!recout_put(&s->out, r))
		return stage_bad(s, "unwritable", recout_err(&s->out));
	return STAGE_WRITTEN;
}

static enum stage_result on_record(void *ctx, struct stage *s,
				   const struct record *r)
{
	static const struct rt_err cannot = {.msg = "cannot be judged"};
	struct context *c = ctx;
	struct record now = *r;
	const struct recordwalk_taken *taken;
	size_t n;

	if (c->pass_through)
		return STAGE_PASS;
	if (c->rehydrate)
		return put(c, s, &now, false);
	switch (recordwalk_run(c->walk, r, &now.wire)) {
	case RECORDWALK_SAME:
		return put(c, s, &now, false);
	case RECORDWALK_BAD:
		return stage_bad(s, "unjudged", &cannot);
	case RECORDWALK_NAMESPACE:
		metric_add(&filtered, 1);
		return stage_drop(s, "namespace");
	case RECORDWALK_CHANGED:
		break;
	}
	taken = recordwalk_taken(c->walk, &n);
	receipts_add(c->receipts, r, taken, n);
	if (c->explain)
		receipts_explain(c->redact, recin_index(s->in), taken, n);
	return put(c, s, &now, true);
}

/* The ledgers of the stages before are text from elsewhere, too. */
static bool on_ledger(void *ctx, struct record *r)
{
	struct context *c = ctx;
	sv changed;

	if (c->pass_through || c->rehydrate)
		return true;
	switch (recordwalk_run(c->walk, r, &changed)) {
	case RECORDWALK_SAME:
		return true;
	case RECORDWALK_CHANGED:
		return record_parse(changed, r);
	case RECORDWALK_BAD:
	case RECORDWALK_NAMESPACE:
		break;
	}
	return false;
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
	receipts_ledger(c->receipts, &s->ledger.redacted_in);
	if (c->report)
		receipts_save(c->receipts, c->report);
	return !c->symids || symids_close(c->symids, &s->ledger);
}

static void parse(struct options *o, int argc, char **argv)
{
	struct opt rows[] = {
		{.help = "Policy"},
		{.name = "policy", .kind = OPT_STRING, .arg = "FILE",
		 .help = "rules of one's own", .dst = &o->policy},
		{.name = "default-rules", .kind = OPT_FLAG,
		 .help = "the built-in rules; =false for none",
		 .dst = &o->defaults,
		 .config = "privacy.useDefaultRedactionPatterns"},
		{.name = "arguments", .kind = OPT_FLAG,
		 .help = "redact command lines; =false for not",
		 .dst = &o->arguments,
		 .config = "privacy.redactArguments"},
		{.name = "allow-namespace", .kind = OPT_LIST, .arg = "NAME",
		 .help = "drop events of others",
		 .dst = &o->namespaces,
		 .config = "privacy.allowedNamespaces"},
		{.name = "token-key", .kind = OPT_STRING, .arg = "FILE",
		 .help = "mark equal secrets alike, by this key",
		 .dst = &o->token_key},
		{.name = "report", .kind = OPT_STRING, .arg = "FILE",
		 .help = "who shows secrets, without them",
		 .dst = &o->report},
		{.name = "explain", .kind = OPT_FLAG,
		 .help = "say which rule took what from where",
		 .dst = &o->explain},
		{.name = "pass-through", .kind = OPT_FLAG,
		 .help = "redact nothing, to see what it costs",
		 .dst = &o->pass_through},
		SYMIDS_OPT_ROWS(&o->symids),
		{.help = "What goes"},
		{.name = "strict-paths", .kind = OPT_FLAG,
		 .help = "module paths of raw events, too",
		 .dst = &o->walk.strict_paths},
		{.name = "env-all", .kind = OPT_FLAG,
		 .help = "the values of all environment variables",
		 .dst = &o->redact.env_all},
		{.name = "drop-binary", .kind = OPT_FLAG,
		 .help = "bytes that are no text vanish without a mark",
		 .dst = &o->drop_binary},
		{.name = "mails", .kind = OPT_FLAG,
		 .help = "e-mail addresses",
		 .dst = &o->redact.mails},
		{.name = "addresses", .kind = OPT_FLAG,
		 .help = "IP addresses",
		 .dst = &o->redact.addresses},
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
	if (o->symids.rehydrate && (o->policy || o->report || o->pass_through))
		opt_usage("--rehydrate does nothing else");
	o->redact.no_defaults = !o->defaults;
	o->walk.keep_arguments = !o->arguments;
	o->redact.binary = o->drop_binary ? REDACT_BINARY_DROP
					  : REDACT_BINARY_REPLACE;
}

static void read_key(struct options *o, struct buf *key)
{
	int err;

	if (!o->token_key)
		return;
	err = userfile_key(o->token_key, key);
	if (err || key->n < MIN_KEY) {
		diag_error("%s: %s", o->token_key,
			   err ? strerror(err)
			       : "a key has 16 bytes at least");
		exit(TOOL_USAGE);
	}
	o->redact.key = buf_view(key);
}

static void read_policy(struct options *o)
{
	struct policyfile_err err;

	if (!o->policy && !o->namespaces.n)
		return;
	o->redact.policy = o->walk.policy = policy_new();
	if (o->policy && !policyfile_read(o->redact.policy, o->policy,
					  o->token_key != NULL, &err)) {
		diag_error("%s:%zu: %s", o->policy, err.line, err.msg);
		exit(TOOL_USAGE);
	}
	for (size_t i = 0; i < o->namespaces.n; i++)
		policy_allow_namespace(o->redact.policy,
				       sv_str(o->namespaces.v[i]));
	policy_compile(o->redact.policy);
}

int main(int argc, char **argv)
{
	struct options o = {.tool = TOOL_OPTS_DEFAULT,
			    .stage = STAGE_OPTS_DEFAULT,
			    .symids = SYMIDS_OPTS_DEFAULT,
			    .defaults = true,
			    .arguments = true};
	struct context c = {0};
	struct stage s = {.name = "rt-redact", .ctx = &c,
			  .on_record = on_record, .on_close = on_close,
			  .on_ledger = on_ledger, .sees_gaps = true,
			  .discreet = true};
	struct buf key = {0};
	int code;

	tool_init("rt-redact", false);
	parse(&o, argc, argv);
	tool_start(&o.tool);
	metrics_register(&redacted);
	metrics_register(&filtered);
	read_key(&o, &key);
	read_policy(&o);
	c.symids = symids_open(&o.symids, buf_view(&key));
	c.rehydrate = o.symids.rehydrate != NULL;
	c.redact = redact_new(&o.redact);
	c.walk = recordwalk_new(c.redact, &o.walk);
	c.receipts = receipts_new(c.redact, &o.redact, o.report);
	c.report = o.report;
	c.pass_through = o.pass_through;
	c.explain = o.explain;
	code = stage_run_filter(&s, &o.stage);
	symids_free(c.symids);
	receipts_free(c.receipts);
	recordwalk_free(c.walk);
	redact_free(c.redact);
	policy_free(o.redact.policy);
	mem_free(o.namespaces.v);
	buf_release(&key);
	return code;
}

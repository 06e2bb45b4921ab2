/* SPDX-License-Identifier: Apache-2.0 */
/* rt-witness - signed statements of what ran. rt-witness(1) */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "pipe/diag.h"
#include "pipe/metrics_http.h"
#include "witness/follows.h"
#include "witness/verifier.h"
#include "witness/witness.h"

struct options {
	struct tool_opts tool;
	struct stage_opts stage;
	struct opt_list keys, stages;
	const char *predicate, *certificate, *claims, *absence, *out;
	const char *environment, *sysroot_digest, *subject, *metrics_listen;
	const char *capture;
	uint64_t passphrase_fd, max_claims, every_ms;
	bool dsse, is_unsigned, clock;
	struct opt_result operands;
};

#define NO_FD UINT64_MAX

static void parse(struct options *o, int argc, char **argv)
{
	struct opt rows[] = {
		{.help = "Statements"},
		{.name = "predicate", .kind = OPT_CHOICE, .arg = "FORM",
		 .help = "of the statements", .dst = &o->predicate,
		 .choices = statement_forms},
		{.name = "subject", .kind = OPT_STRING, .arg = "DIGEST",
		 .help = "of what has no image; verify: must be about it",
		 .dst = &o->subject},
		{.name = "environment", .kind = OPT_STRING, .arg = "ID",
		 .help = "where it ran, default cluster/node",
		 .dst = &o->environment},
		{.name = "sysroot-digest", .kind = OPT_STRING, .arg = "DIGEST",
		 .help = "of the root that symbols came from",
		 .dst = &o->sysroot_digest},
		{.name = "claims", .kind = OPT_STRING, .arg = "FILE",
		 .help = "external ids of claims", .dst = &o->claims},
		{.name = "absence", .kind = OPT_STRING, .arg = "FILE",
		 .help = "policy for saying what was not called",
		 .dst = &o->absence},
		{.name = "every", .kind = OPT_DURATION, .arg = "TIME",
		 .help = "also within the stream, by event time",
		 .dst = &o->every_ms},
		{.name = "max-claims", .kind = OPT_UINT, .arg = "N", .min = 1,
		 .help = "claims in memory, default 100000",
		 .dst = &o->max_claims},
		{.name = "clock", .kind = OPT_FLAG,
		 .help = "say when they were made", .dst = &o->clock},
		{.name = "out", .kind = OPT_STRING, .arg = "DIR",
		 .help = "write files there as well", .dst = &o->out},
		{.help = "Signatures"},
		{.name = "key", .kind = OPT_LIST, .arg = "KEY",
		 .help = "PEM file, fd:N or env:NAME", .dst = &o->keys},
		{.name = "passphrase-fd", .kind = OPT_UINT, .arg = "N",
		 .help = "where the key's passphrase is read",
		 .dst = &o->passphrase_fd},
		{.name = "certificate", .kind = OPT_STRING, .arg = "FILE",
		 .help = "of the key, in place of its hint",
		 .dst = &o->certificate},
		{.name = "dsse", .kind = OPT_FLAG,
		 .help = "bare envelopes, no bundles", .dst = &o->dsse},
		{.name = "unsigned", .kind = OPT_FLAG,
		 .help = "statements as they would be signed",
		 .dst = &o->is_unsigned},
		{.help = "Replay"},
		{.name = "capture", .kind = OPT_STRING, .arg = "DUMP",
		 .help = "replay: what the statement is to follow from",
		 .dst = &o->capture},
		{.name = "stage", .kind = OPT_LIST, .arg = "'TOOL ARG...'",
		 .help = "replay: arguments of a stage", .dst = &o->stages},
		{.help = "Records"},
		STAGE_INPUT_ROWS(&o->stage),
		STAGE_OUTPUT_ROWS(&o->stage),
		{.name = "metrics-listen", .kind = OPT_STRING, .arg = "ADDR",
		 .help = "serve /metrics and /healthz there",
		 .dst = &o->metrics_listen},
		TOOL_OPT_ROWS(&o->tool),
	};
	struct opt_spec spec = {
		.prog = "rt-witness",
		.summary = "Signed statements of which functions ran.",
		.operands = "[verify FILE... | replay FILE]",
		.max_operands = SIZE_MAX,
		.opts = rows,
		.n = ARRAY_LEN(rows)};

	o->operands = opt_parse(&spec, argc, argv);
	if (o->operands.n_operands &&
	    strcmp(o->operands.operands[0], "verify") != 0 &&
	    strcmp(o->operands.operands[0], "replay") != 0)
		opt_usage("unexpected operand '%s'", o->operands.operands[0]);
}

static const char *reason(const struct rt_err *err)
{
	return err->sys_errno ? strerror(err->sys_errno) : err->msg;
}

static bool is_digest(const char *s)
{
	return !strncmp(s, "sha256:", 7) && strlen(s) == CLAIM_ID_LEN &&
	       strspn(s + 7, "0123456789abcdef") == CLAIM_ID_LEN - 7;
}

static sv optional(const char *s)
{
	return s ? sv_str(s) : SV_NULL;
}

static enum statement_form form_of(const char *name)
{
	int i = 0;

	while (strcmp(statement_forms[i], name) != 0)
		i++;
	return (enum statement_form)i;
}

static void open_keys(struct options *o, struct witness_opts *w)
{
	int fd = o->passphrase_fd == NO_FD ? -1 : (int)o->passphrase_fd;
	struct rt_err err;

	if (!o->keys.n && !o->is_unsigned)
		opt_usage("--key is needed, or --unsigned");
	if (o->keys.n && o->is_unsigned)
		opt_usage("--unsigned and --key exclude each other");
	if (o->keys.n > WITNESS_MAX_KEYS)
		opt_usage("more than %d keys", WITNESS_MAX_KEYS);
	if (o->keys.n > 1 && !o->dsse)
		opt_usage("a bundle has one signature: several keys need "
			  "--dsse");
	if (o->certificate && (o->dsse || o->keys.n != 1))
		opt_usage("--certificate is for a bundle, with its key");
	for (size_t i = 0; i < o->keys.n; i++) {
		w->keys[i] = key_private(o->keys.v[i], fd, &err);
		if (!w->keys[i])
			opt_usage("cannot use --key '%s': %s", o->keys.v[i],
				  reason(&err));
		w->n_keys++;
	}
}

static struct witness_opts open_all(struct options *o, struct buf *certificate)
{
	struct witness_opts w = {.form = form_of(o->predicate),
				 .dsse = o->dsse,
				 .clock = o->clock,
				 .out = o->out,
				 .environment = optional(o->environment),
				 .sysroot_digest = optional(o->sysroot_digest),
				 .subject = optional(o->subject),
				 .max_claims = o->max_claims,
				 .every_ms = o->every_ms};
	struct rt_err err;

	if (o->subject && !is_digest(o->subject))
		opt_usage("bad value '%s' for --subject: no sha256:...",
			  o->subject);
	if (o->out && access(o->out, W_OK | X_OK) != 0)
		opt_usage("cannot write into --out '%s'", o->out);
	open_keys(o, &w);
	if (o->certificate) {
		if (!key_certificate(w.keys[0], o->certificate, certificate,
				     &err))
			opt_usage("cannot use --certificate '%s': %s",
				  o->certificate, reason(&err));
		w.certificate = buf_view(certificate);
	}
	if (o->claims) {
		w.ids = claimids_read(o->claims, &err);
		if (!w.ids)
			opt_usage("cannot use --claims '%s': line %zu: %s",
				  o->claims, err.pos, reason(&err));
	}
	if (o->absence) {
		w.absence = absence_read(o->absence, &err);
		if (!w.absence)
			opt_usage("cannot use --absence '%s': byte %zu: %s",
				  o->absence, err.pos, reason(&err));
	}
	return w;
}

static int run(struct options *o)
{
	struct buf certificate = {0};
	struct witness_opts w = open_all(o, &certificate);
	struct witness *witness = witness_new(&w);
	const struct witness_stats *st = witness_get_stats(witness);
	struct stage s = {.name = "rt-witness",
			  .ctx = witness,
			  .on_record = witness_record,
			  .on_ledger = witness_ledger,
			  .on_close = witness_close,
			  .sees_gaps = true};
	enum tool_exit status;
	int output_errno;

	witness_metrics_register();
	metrics_http_start_or_die(o->metrics_listen);
	stage_open(&s, &o->stage);
	stage_feed(&s, input_open(STDIN_FILENO, "stdin"));
	status = stage_finish(&s, &output_errno);
	if (st->refused)
		status = tool_worst(status, TOOL_BAD);
	if (st->early)
		diag_warn("--max-claims reached %llu times: statements in "
			  "parts",
			  (unsigned long long)st->early);
	if (st->without)
		diag_warn("%llu observations without an image digest are in "
			  "no statement (--subject)",
			  (unsigned long long)st->without);
	metrics_http_stop();
	witness_free(witness);
	for (size_t i = 0; i < w.n_keys; i++)
		key_free(w.keys[i]);
	claimids_free((struct claimids *)(uintptr_t)w.ids);
	absence_free((struct absence *)(uintptr_t)w.absence);
	buf_release(&certificate);
	return tool_end(status, output_errno);
}

static int verify(struct options *o)
{
	struct verifier_opts v = {.subject = o->subject,
				  .files = o->operands.operands + 1,
				  .n_files = o->operands.n_operands - 1};
	struct rt_err err;
	int code;

	if (!v.n_files)
		opt_usage("verify needs a FILE");
	if (o->keys.n != 1)
		opt_usage("verify needs one --key");
	if (o->subject && !is_digest(o->subject))
		opt_usage("bad value '%s' for --subject: no sha256:...",
			  o->subject);
	v.key = key_public(o->keys.v[0], &err);
	if (!v.key)
		opt_usage("cannot use --key '%s': %s", o->keys.v[0],
			  reason(&err));
	code = verifier_run(&v);
	key_free(v.key);
	return code;
}

static int replay(struct options *o)
{
	struct follows_opts r = {.capture = o->capture, .stages = &o->stages};
	struct key *key = NULL;
	struct rt_err err;
	int code;

	if (!o->capture || o->operands.n_operands != 2)
		opt_usage("replay needs --capture and one FILE");
	if (o->keys.n)
		key = key_public(o->keys.v[0], &err);
	if (o->keys.n && !key)
		opt_usage("cannot use --key '%s': %s", o->keys.v[0],
			  reason(&err));
	r.file = o->operands.operands[1];
	r.key = key;
	code = follows_run(&r);
	key_free(key);
	return code;
}

int main(int argc, char **argv)
{
	struct options o = {.tool = TOOL_OPTS_DEFAULT,
			    .stage = STAGE_OPTS_DEFAULT,
			    .predicate = "runtime-trace",
			    .passphrase_fd = NO_FD,
			    .max_claims = 100000};
	int code;

	tool_init("rt-witness", false);
	parse(&o, argc, argv);
	tool_start(&o.tool);
	if (!o.operands.n_operands)
		code = run(&o);
	else if (!strcmp(o.operands.operands[0], "verify"))
		code = verify(&o);
	else
		code = replay(&o);
	mem_free(o.stages.v);
	mem_free(o.operands.operands);
	mem_free(o.keys.v);
	return code;
}

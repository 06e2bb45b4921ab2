/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/symids.h"

#include <stdlib.h>

#include "base/mem.h"
#include "event/record.h"
#include "pipe/diag.h"
#include "pipe/tool.h"

struct symids {
	struct namebundle *bundle;
	struct withhold *withhold;
	const char *file;		 /* to be written, or NULL */
	uint64_t count, unkept, unknown; /* that ledgers know of */
};

static bool save(const struct symids *n)
{
	int code = n->file ? namebundle_write(n->bundle, n->file) : 0;

	if (code)
		diag_error("cannot write '%s': %s", n->file, strerror(code));
	return code == 0;
}

static void check(const struct symids_opts *o)
{
	/* To go on without would lose the names for good. */
	if (o->ids_only && !o->bundle)
		opt_usage("--symbol-ids-only needs --bundle FILE");
	if (o->ids_only && o->rehydrate)
		opt_usage("--rehydrate undoes --symbol-ids-only");
	if (o->bundle && !o->ids_only && !o->rehydrate)
		opt_usage("--bundle goes with --symbol-ids-only");
}

struct symids *symids_open(const struct symids_opts *o, sv key)
{
	const char *file = o->rehydrate ? o->rehydrate : o->bundle;
	struct namebundle_err err;
	struct symids *n;

	check(o);
	if (!o->ids_only && !o->rehydrate)
		return NULL;
	n = mem_zalloc(sizeof(*n));
	n->file = o->ids_only ? o->bundle : NULL;
	n->bundle = namebundle_new(key, (size_t)o->max);
	n->withhold = withhold_new(n->bundle, o->ids_only ? WITHHOLD_NAMES
							  : WITHHOLD_REHYDRATE);
	if (!namebundle_read(n->bundle, file, o->ids_only, &err)) {
		if (err.line)
			diag_error("%s:%zu: %s", file, err.line, err.msg);
		else
			diag_error("%s: %s", file, err.msg);
		exit(TOOL_USAGE);
	}
	/* Now rather than when there are names to lose. */
	if (!save(n))
		exit(TOOL_USAGE);
	return n;
}

void symids_free(struct symids *n)
{
	if (!n)
		return;
	withhold_free(n->withhold);
	namebundle_free(n->bundle);
	mem_free(n);
}

enum withhold_result symids_run(struct symids *n, sv wire, sv *out)
{
	return withhold_run(n->withhold, record_schema(), wire, out);
}

/* What is new since the last ledger; said once on standard error if bad. */
static void tell(struct ledger *l, const char *name, uint64_t now,
		 uint64_t *before, const char *warning)
{
	if (now > *before)
		ledger_count(&l->redacted, name, now - *before);
	if (warning && now && !*before)
		diag_warn("%s", warning);
	*before = now;
}

bool symids_close(struct symids *n, struct ledger *l)
{
	tell(l, n->file ? "symbol-id" : "rehydrated",
	     withhold_count(n->withhold), &n->count, NULL);
	tell(l, "unbundled", namebundle_unkept(n->bundle), &n->unkept,
	     "the bundle is full: names go without being kept");
	tell(l, "unknown-name", withhold_unknown(n->withhold), &n->unknown,
	     "the bundle lacks some of the names");
	return save(n);
}

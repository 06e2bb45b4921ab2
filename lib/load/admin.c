/* SPDX-License-Identifier: Apache-2.0 */
#include "load/admin.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "load/migrate.h"
#include "load/roles.h"
#include "pipe/diag.h"
#include "text/rfc3339.h"

const char *const admin_outputs[] = {"auto", "json", "table", NULL};

enum tool_exit admin_exit(enum dbconn_status st)
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

static enum tool_exit failed(const struct dbconn *db, enum dbconn_status st,
			     const char *doing)
{
	diag_error("cannot %s: %s", doing, dbconn_error(db));
	if (*dbconn_detail(db))
		diag_detail("%s", dbconn_detail(db));
	if (dbconn_missing_table(db))
		diag_hint("'rt-pgload init' creates the schema");
	return admin_exit(st);
}

/* --- init, migrate ------------------------------------------------------ */

static enum tool_exit make_roles(struct dbconn *db, bool expected)
{
	bool made;
	enum dbconn_status st = roles_make(db, &made);

	if (st != DBCONN_OK)
		return failed(db, st, "make the roles");
	if (!made && expected)
		diag_warn(
			"no right to make roles: nobody but this user may "
			"use the schema yet");
	return TOOL_OK;
}

static enum tool_exit init(struct dbconn *db, bool create)
{
	int had;
	enum dbconn_status st = migrate_version(db, &had);

	if (st == DBCONN_OK && !had && !create) {
		diag_error("the database has no schema 'signals'");
		diag_hint("'rt-pgload init' creates it");
		return TOOL_USAGE;
	}
	if (st == DBCONN_OK)
		st = migrate_run(db, &had);
	if (st != DBCONN_OK)
		return failed(db, st, "create the schema");
	if (had > MIGRATE_LATEST) {
		diag_warn(
			"schema signals has version %d, this rt-pgload "
			"knows up to %d",
			had, MIGRATE_LATEST);
		return TOOL_OK;
	}
	diag_info("schema signals has version %d, before %d", MIGRATE_LATEST,
		  had);
	return make_roles(db, create);
}

/* --- query -------------------------------------------------------------- */

static bool wants_table(const struct admin_opts *o)
{
	if (!strcmp(o->output, "auto"))
		return isatty(STDOUT_FILENO);
	return !strcmp(o->output, "table");
}

static enum tool_exit print(const struct buf *out)
{
	sv rest = buf_view(out);

	while (rest.n) {
		ssize_t k = write(STDOUT_FILENO, rest.p, rest.n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0) {
			diag_error("cannot write: %s", strerror(errno));
			return TOOL_SYSTEM;
		}
		rest = sv_from(rest, (size_t)k);
	}
	return TOOL_OK;
}

static enum tool_exit query(const struct admin_opts *o, struct dbconn *db,
			    char *const *operands)
{
	const struct query *q = query_find(operands[1]);
	struct buf out = {0};
	bool complete = false;
	enum tool_exit code;
	enum dbconn_status st =
		query_run(q, db, (const char *const *)operands + 2, &o->scope,
			  wants_table(o), &out, &complete);

	code = st == DBCONN_OK ? print(&out) : failed(db, st, "ask");
	if (code == TOOL_OK && o->require_complete && !complete) {
		diag_warn("the windows are not complete");
		code = TOOL_BAD;
	}
	buf_release(&out);
	return code;
}

/* --- operands ----------------------------------------------------------- */

/* The string itself is not shown: it may hold the secret. */
static void check_dsn(const char *dsn)
{
	const char *wrong = dsn ? dbconn_check(dsn) : NULL;

	if (!wrong)
		return;
	diag_error("bad value for --db: %s", wrong);
	diag_hint(
		"a password belongs into ~/.pgpass, a service file or "
		"PGPASSWORD, see rt-pgload(1)");
	exit(TOOL_USAGE);
}

static void check_time(const char *option, const char *text)
{
	struct timestamp t;

	if (text && !rfc3339_parse(sv_str(text), &t))
		opt_usage(
			"bad value '%s' for --%s: it is no time like "
			"2026-01-02T03:04:05Z",
			text, option);
}

static void check_query(char *const *operands, size_t n)
{
	const struct query *q = n > 1 ? query_find(operands[1]) : NULL;

	if (!q)
		opt_usage(
			"the questions are 'observed IMAGE PURL FUNCTION', "
			"'package IMAGE PURL' and 'hot-path IMAGE'");
	if (n - 2 != query_operands(q))
		opt_usage("'query %s' takes %zu operands, not %zu", q->name,
			  query_operands(q), n - 2);
}

void admin_check(const struct admin_opts *o, char *const *operands, size_t n)
{
	check_dsn(o->dsn);
	check_time("since", o->scope.since);
	check_time("until", o->scope.until);
	if (!n)
		return;
	if (!strcmp(operands[0], "query"))
		check_query(operands, n);
	else if (strcmp(operands[0], "init") && strcmp(operands[0], "migrate"))
		opt_usage("unexpected operand '%s'", operands[0]);
	else if (n > 1)
		opt_usage("unexpected operand '%s'", operands[1]);
}

enum tool_exit admin_run(const struct admin_opts *o, char *const *operands)
{
	struct dbconn *db = dbconn_new();
	enum dbconn_status st = dbconn_open(db, o->dsn);
	enum tool_exit code;

	if (st != DBCONN_OK)
		code = failed(db, st, "connect to the database");
	else if (!strcmp(operands[0], "query"))
		code = query(o, db, operands);
	else
		code = init(db, !strcmp(operands[0], "init"));
	dbconn_free(db);
	return code;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "load/dbconn.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

#define CONNECT_TIMEOUT "10" /* s; PGCONNECT_TIMEOUT or the DSN override */
#define COPY_PIECE (64 * KIB)
/* ms without an answer of the server's machine; the DSN overrides it, too. */
#define NETWORK_TIMEOUT "30000"

struct dbconn {
	PGconn *pg;
	PGresult *res;
	char state[6]; /* SQLSTATE */
	char text[512], detail[512];
};

/* --- connection strings ------------------------------------------------- */

/* libpq takes anything else for the name of a database. */
static bool is_conninfo(const char *dsn)
{
	return strchr(dsn, '=') || !strncmp(dsn, "postgres://", 11) ||
	       !strncmp(dsn, "postgresql://", 13);
}

static bool is_secret(const PQconninfoOption *o)
{
	return o->val && *o->val &&
	       (!strcmp(o->keyword, "password") ||
		!strcmp(o->keyword, "sslpassword"));
}

const char *dbconn_check(const char *dsn)
{
	PQconninfoOption *all;
	const char *wrong = NULL;
	char *text = NULL;

	if (!is_conninfo(dsn))
		return NULL;
	all = PQconninfoParse(dsn, &text);
	if (!all) {
		PQfreemem(text);
		return "it is no connection string";
	}
	for (const PQconninfoOption *o = all; o->keyword; o++)
		if (is_secret(o))
			wrong = "it holds a password";
	PQconninfoFree(all);
	return wrong;
}

/* --- errors ------------------------------------------------------------- */

/* One line: what came in several is joined by blanks. */
static void copy_line(char *dst, size_t size, const char *src)
{
	size_t n = 0;

	for (; src && *src && n + 1 < size; src++) {
		char c = *src == '\n' || *src == '\t' ? ' ' : *src;

		if (c != ' ' || (n && dst[n - 1] != ' '))
			dst[n++] = c;
	}
	while (n && dst[n - 1] == ' ')
		n--;
	dst[n] = '\0';
}

static enum dbconn_status by_state(const char *s)
{
	if (!strcmp(s, "40001") || !strcmp(s, "40P01"))
		return DBCONN_AGAIN;
	/* Connection, resources of the server, operator's intervention. */
	if (!strncmp(s, "08", 2) || !strcmp(s, "53300") ||
	    !strcmp(s, "57P01") || !strcmp(s, "57P02") || !strcmp(s, "57P03"))
		return DBCONN_AWAY;
	/* No such schema, table or column. */
	if (!strcmp(s, "3F000") || !strcmp(s, "42P01") || !strcmp(s, "42703"))
		return DBCONN_CONFIG;
	return DBCONN_FAILED;
}

static void clear(struct dbconn *c)
{
	PQclear(c->res);
	c->res = NULL;
	c->state[0] = c->text[0] = c->detail[0] = '\0';
}

static enum dbconn_status fail(struct dbconn *c)
{
	const char *state = PQresultErrorField(c->res, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(c->res, PG_DIAG_MESSAGE_PRIMARY);

	snprintf(c->state, sizeof(c->state), "%s", state ? state : "");
	copy_line(c->text, sizeof(c->text),
		  text ? text : PQerrorMessage(c->pg));
	copy_line(c->detail, sizeof(c->detail),
		  PQresultErrorField(c->res, PG_DIAG_MESSAGE_DETAIL));
	if (PQstatus(c->pg) == CONNECTION_BAD)
		return DBCONN_AWAY;
	return by_state(c->state);
}

const char *dbconn_error(const struct dbconn *c)
{
	return c->text;
}

const char *dbconn_detail(const struct dbconn *c)
{
	return c->detail;
}

bool dbconn_missing_table(const struct dbconn *c)
{
	return !strcmp(c->state, "3F000") || !strcmp(c->state, "42P01");
}

/* --- life --------------------------------------------------------------- */

struct dbconn *dbconn_new(void)
{
	return mem_zalloc(sizeof(struct dbconn));
}

void dbconn_free(struct dbconn *c)
{
	if (!c)
		return;
	clear(c);
	PQfinish(c->pg);
	mem_free(c);
}

static void ignore_notice(void *arg, const PGresult *res)
{
	(void)arg, (void)res;
}

/* Then the ping cannot tell: it does not get through, either. */
static bool is_about_tls(const char *text)
{
	return strstr(text, "certificate") ||
	       strstr(text, "does not support SSL");
}

/*
 * A server that answers but does not let us in will not do so later either;
 * only where it has no room for us.
 */
static enum dbconn_status refused(struct dbconn *c, const char *const *keys,
				  const char *const *values)
{
	copy_line(c->text, sizeof(c->text), PQerrorMessage(c->pg));
	if (is_about_tls(c->text))
		return DBCONN_CONFIG;
	switch (PQpingParams(keys, values, 1)) {
	case PQPING_OK:
		return strstr(c->text, "too many") ||
				       strstr(c->text, "remaining connection")
			       ? DBCONN_AWAY
			       : DBCONN_CONFIG;
	case PQPING_NO_ATTEMPT:
		return DBCONN_CONFIG;
	case PQPING_REJECT:
	case PQPING_NO_RESPONSE:
		break;
	}
	return DBCONN_AWAY;
}

enum dbconn_status dbconn_open(struct dbconn *c, const char *dsn)
{
	const char *keys[8] = {"fallback_application_name", "client_encoding",
			       "tcp_user_timeout"};
	const char *values[8] = {"rt-pgload", "UTF8", NETWORK_TIMEOUT};
	size_t n = 3;

	if (!getenv("PGCONNECT_TIMEOUT")) {
		keys[n] = "connect_timeout";
		values[n++] = CONNECT_TIMEOUT;
	}
	if (dsn && *dsn) {
		keys[n] = "dbname";
		values[n++] = dsn;
	}
	clear(c);
	PQfinish(c->pg);
	c->pg = PQconnectdbParams(keys, values, 1);
	if (PQstatus(c->pg) != CONNECTION_OK)
		return refused(c, keys, values);
	PQsetNoticeReceiver(c->pg, ignore_notice, NULL);
	/* Nobody's search_path may put another table in the place of ours. */
	return dbconn_exec(c, "SET search_path = ''");
}

/* --- statements --------------------------------------------------------- */

static enum dbconn_status take(struct dbconn *c, PGresult *res)
{
	c->res = res;
	switch (PQresultStatus(res)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_EMPTY_QUERY:
		return DBCONN_OK;
	default:
		return fail(c);
	}
}

enum dbconn_status dbconn_exec(struct dbconn *c, const char *sql)
{
	clear(c);
	return take(c, PQexec(c->pg, sql));
}

enum dbconn_status dbconn_query(struct dbconn *c, const char *sql,
				const char *const *args, size_t n)
{
	clear(c);
	return take(
		c, PQexecParams(c->pg, sql, (int)n, NULL, args, NULL, NULL, 0));
}

static bool send_all(struct dbconn *c, sv data)
{
	while (data.n) {
		size_t k = MIN(data.n, COPY_PIECE);

		if (PQputCopyData(c->pg, data.p, (int)k) != 1)
			return false;
		data = sv_from(data, k);
	}
	return true;
}

enum dbconn_status dbconn_copy(struct dbconn *c, const char *sql, sv data)
{
	enum dbconn_status st;
	PGresult *rest;
	bool sent;

	clear(c);
	c->res = PQexec(c->pg, sql);
	if (PQresultStatus(c->res) != PGRES_COPY_IN)
		return fail(c);
	sent = send_all(c, data);
	PQputCopyEnd(c->pg, sent ? NULL : "cannot send");
	clear(c);
	st = take(c, PQgetResult(c->pg));
	while ((rest = PQgetResult(c->pg)))
		PQclear(rest);
	return st == DBCONN_OK && !sent ? fail(c) : st;
}

size_t dbconn_rows(const struct dbconn *c)
{
	return (size_t)PQntuples(c->res);
}

size_t dbconn_columns(const struct dbconn *c)
{
	return (size_t)PQnfields(c->res);
}

const char *dbconn_column(const struct dbconn *c, size_t column)
{
	return PQfname(c->res, (int)column);
}

const char *dbconn_value(const struct dbconn *c, size_t row, size_t column)
{
	const char *v = PQgetvalue(c->res, (int)row, (int)column);

	return v ? v : "";
}

uint64_t dbconn_affected(const struct dbconn *c)
{
	return strtoull(PQcmdTuples(c->res), NULL, 10);
}

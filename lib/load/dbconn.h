/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dbconn.h - one connection to PostgreSQL. libpq is seen in dbconn.c only.
 *
 * What is wrong is a status, which says what to do about it, and a text for
 * people (dbconn_error), which lives until the next call. Results, too, live
 * until the next call.
 */
#ifndef RT_DBCONN_H
#define RT_DBCONN_H

#include "base/base.h"

enum dbconn_status {
	DBCONN_OK,
	DBCONN_AGAIN,  /* deadlock, serialization failure: roll back, repeat */
	DBCONN_AWAY,   /* not reachable, gone, or too busy: later, perhaps */
	DBCONN_CONFIG, /* wrong database, user or schema: somebody must act */
	DBCONN_FAILED, /* everything else */
};

struct dbconn;

/*
 * May the string come from a command line? NULL, or why not (constant): it
 * holds a password, or it is no connection string. A bare database name is
 * one.
 */
const char *dbconn_check(const char *dsn);

struct dbconn *dbconn_new(void);
void dbconn_free(struct dbconn *c);

/* dsn: conninfo, URI or name, NULL for libpq's own defaults (PG*, service). */
enum dbconn_status dbconn_open(struct dbconn *c, const char *dsn);

/* One or more statements without parameters. */
enum dbconn_status dbconn_exec(struct dbconn *c, const char *sql);
/* One statement; $1.. are text, NULL for NULL. */
enum dbconn_status dbconn_query(struct dbconn *c, const char *sql,
				const char *const *args, size_t n);
/* `COPY .. FROM STDIN`: all of data in one go. */
enum dbconn_status dbconn_copy(struct dbconn *c, const char *sql, sv data);

/* Of the last statement that went well. */
size_t dbconn_rows(const struct dbconn *c);
size_t dbconn_columns(const struct dbconn *c);
/* Name of a column. */
const char *dbconn_column(const struct dbconn *c, size_t column);
/* Text of a column, "" for NULL. */
const char *dbconn_value(const struct dbconn *c, size_t row, size_t column);
/* Rows that it inserted, updated or deleted. */
uint64_t dbconn_affected(const struct dbconn *c);

/* Of the last failure: one line, and the server's DETAIL or "". */
const char *dbconn_error(const struct dbconn *c);
const char *dbconn_detail(const struct dbconn *c);
/* Did the statement name a table or schema that is not there? */
bool dbconn_missing_table(const struct dbconn *c);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "load/migrate.h"

#include <stdio.h>
#include <stdlib.h>

#include "load/ddl.h"

#define HAS_SCHEMA "SELECT 1 WHERE to_regnamespace('signals') IS NOT NULL"
#define HAS_VERSION                                                            \
	"SELECT 1 WHERE to_regclass('signals.schema_version') IS NOT NULL"
#define GET_VERSION                                                            \
	"SELECT coalesce(max(version), 0) "                                    \
	"FROM signals.schema_version"
#define VERSION_TABLE                                                          \
	"CREATE TABLE IF NOT EXISTS signals.schema_version ("                  \
	"version INTEGER PRIMARY KEY, "                                        \
	"applied_at TIMESTAMPTZ NOT NULL DEFAULT NOW())"

static const char *const steps[MIGRATE_LATEST] = {ddl_seed, ddl_exactly_once,
						  ddl_bytewise};

/* Asks for one row; *there says whether it came. */
static enum dbconn_status ask(struct dbconn *db, const char *sql, bool *there)
{
	enum dbconn_status st = dbconn_exec(db, sql);

	*there = st == DBCONN_OK && dbconn_rows(db) > 0;
	return st;
}

enum dbconn_status migrate_version(struct dbconn *db, int *version)
{
	enum dbconn_status st;
	bool there;

	*version = 0;
	st = ask(db, HAS_VERSION, &there);
	if (st == DBCONN_OK && there)
		st = ask(db, GET_VERSION, &there);
	if (st == DBCONN_OK && there)
		*version = (int)strtol(dbconn_value(db, 0, 0), NULL, 10);
	return st;
}

/* CREATE SCHEMA asks for a right that only its first creator needs. */
static enum dbconn_status make_schema(struct dbconn *db)
{
	bool there;
	enum dbconn_status st = ask(db, HAS_SCHEMA, &there);

	if (st == DBCONN_OK && !there)
		st = dbconn_exec(db, "CREATE SCHEMA IF NOT EXISTS signals");
	if (st != DBCONN_OK)
		return st;
	st = ask(db, HAS_VERSION, &there);
	if (st == DBCONN_OK && !there)
		st = dbconn_exec(db, VERSION_TABLE);
	return st;
}

static enum dbconn_status step(struct dbconn *db, int version)
{
	enum dbconn_status st = dbconn_exec(db, steps[version - 1]);
	char sql[100];

	if (st != DBCONN_OK)
		return st;
	snprintf(sql, sizeof(sql),
		 "INSERT INTO signals.schema_version VALUES (%d)", version);
	return dbconn_exec(db, sql);
}

enum dbconn_status migrate_run(struct dbconn *db, int *had)
{
	enum dbconn_status st;

	*had = 0;
	st = dbconn_exec(db, "BEGIN");
	if (st == DBCONN_OK)
		st = dbconn_exec(db, MIGRATE_LOCK);
	if (st == DBCONN_OK)
		st = make_schema(db);
	if (st == DBCONN_OK)
		st = migrate_version(db, had);
	for (int v = *had + 1; st == DBCONN_OK && v <= MIGRATE_LATEST; v++)
		st = step(db, v);
	/* On failure the connection is closed, which rolls back. */
	return st == DBCONN_OK ? dbconn_exec(db, "COMMIT") : st;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin.h - what rt-pgload does besides loading: `init`, `migrate` and
 * `query ...`, on a connection of their own; they say themselves what goes
 * wrong.
 */
#ifndef RT_ADMIN_H
#define RT_ADMIN_H

#include "base/base.h"
#include "load/dbconn.h"
#include "load/query.h"
#include "pipe/opt.h"
#include "pipe/tool.h"

struct admin_opts {
	const char *dsn;
	bool require_complete;
	const char *output;
	struct query_scope scope;
};

#define ADMIN_OPTS_DEFAULT                                                     \
	{                                                                      \
		.output = "auto"                                               \
	}

extern const char *const admin_outputs[];

#define ADMIN_DB_ROW(a)                                                        \
	{                                                                      \
		.name = "db", .kind = OPT_STRING, .arg = "DSN",                \
		.help = "connection string or URI, without password",          \
		.dst = &(a)->dsn                                               \
	}

#define ADMIN_COMPLETE_ROW(a)                                                  \
	{                                                                      \
		.name = "require-complete", .kind = OPT_FLAG,                  \
		.help = "exit 1 where something is missing",                   \
		.dst = &(a)->require_complete                                  \
	}

#define ADMIN_QUERY_ROWS(a)                                                    \
	{.help = "Queries"},                                                   \
		{.letter = 'o',                                                \
		 .name = "output",                                             \
		 .kind = OPT_CHOICE,                                           \
		 .arg = "FORM",                                                \
		 .help = "of the answer",                                      \
		 .dst = &(a)->output,                                          \
		 .choices = admin_outputs},                                    \
		{.name = "cluster",                                            \
		 .kind = OPT_STRING,                                           \
		 .arg = "NAME",                                                \
		 .help = "windows of that cluster only",                       \
		 .dst = &(a)->scope.cluster},                                  \
		{.name = "node",                                               \
		 .kind = OPT_STRING,                                           \
		 .arg = "NAME",                                                \
		 .help = "windows of that node only",                          \
		 .dst = &(a)->scope.node},                                     \
		{.name = "since",                                              \
		 .kind = OPT_STRING,                                           \
		 .arg = "TIME",                                                \
		 .help = "windows that end later",                             \
		 .dst = &(a)->scope.since},                                    \
	{                                                                      \
		.name = "until", .kind = OPT_STRING, .arg = "TIME",            \
		.help = "windows that begin earlier", .dst = &(a)->scope.until \
	}

/* Exits 2 where operands or options make no sense. */
void admin_check(const struct admin_opts *o, char *const *operands, size_t n);

/* The first operand says what. */
enum tool_exit admin_run(const struct admin_opts *o, char *const *operands);

enum tool_exit admin_exit(enum dbconn_status st);

#endif

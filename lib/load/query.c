/* SPDX-License-Identifier: Apache-2.0 */
#include "load/query.h"

#include <stdio.h>

#include "load/textgrid.h"

/* clang-format off */

#define OBSERVED \
"SELECT EXISTS (\n" \
"    SELECT 1 FROM signals.hot_symbols\n" \
"    WHERE image_digest = $1\n" \
"  AND purl = $2\n" \
"  AND function_name = $3\n" \
"  AND invocation_count > 0\n" \
")"

#define PACKAGE \
"SELECT function_name, invocation_count, last_observed, sample_stack\n" \
"FROM signals.hot_symbols\n" \
"WHERE image_digest = $1 AND purl = $2\n" \
"ORDER BY invocation_count DESC"

#define HOT_PATH \
"SELECT purl, function_name, SUM(invocation_count) as total_calls\n" \
"FROM signals.hot_symbols\n" \
"WHERE image_digest = $1\n" \
"GROUP BY purl, function_name\n" \
"ORDER BY total_calls DESC\n" \
"LIMIT 100"

#define RFC3339(x) \
	"to_char(" x " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"

static const struct query queries[] = {
	{"observed", {"IMAGE", "PURL", "FUNCTION"}, OBSERVED,
	 "SELECT json_build_object('image_digest', $1::text, 'purl', $2::text,\n"
	 "    'function_name', $3::text, 'observed', q.exists)\n"
	 "FROM (" OBSERVED ") AS q"},
	{"package", {"IMAGE", "PURL"}, PACKAGE,
	 "SELECT json_build_object('image_digest', $1::text, 'purl', $2::text,\n"
	 "    'functions', coalesce(json_agg(json_build_object(\n"
	 "        'function_name', q.function_name,\n"
	 "        'invocation_count', q.invocation_count::text,\n"
	 "        'last_observed', " RFC3339("q.last_observed") ",\n"
	 "        'sample_stack', q.sample_stack)), '[]'))\n"
	 "FROM (" PACKAGE ") AS q"},
	{"hot-path", {"IMAGE"}, HOT_PATH,
	 "SELECT json_build_object('image_digest', $1::text,\n"
	 "    'functions', coalesce(json_agg(json_build_object(\n"
	 "        'purl', q.purl, 'function_name', q.function_name,\n"
	 "        'total_calls', q.total_calls::text)), '[]'))\n"
	 "FROM (" HOT_PATH ") AS q"},
};

/* A window belongs to the question where the two have a moment in common. */
static const char windows[] =
"WITH w AS (\n"
"    SELECT * FROM signals.windows\n"
"    WHERE ($1::text IS NULL OR cluster = $1)\n"
"      AND ($2::text IS NULL OR node = $2)\n"
"      AND ($3::timestamptz IS NULL\n"
"           OR coalesce(window_end, 'infinity') > $3::timestamptz)\n"
"      AND ($4::timestamptz IS NULL OR window_start < $4::timestamptz)\n"
"), g AS (\n"
"    SELECT count(*) AS n FROM signals.gaps\n"
"    WHERE ($1::text IS NULL OR cluster = $1)\n"
"      AND ($2::text IS NULL OR node = $2)\n"
"      AND ($3::timestamptz IS NULL\n"
"           OR coalesce(to_time, from_time, 'infinity') >= $3::timestamptz)\n"
"      AND ($4::timestamptz IS NULL\n"
"           OR coalesce(from_time, '-infinity') < $4::timestamptz)\n"
")\n"
"SELECT count(*), count(*) FILTER (WHERE complete),\n"
"    coalesce(bool_and(complete), false),\n"
"    coalesce(" RFC3339("min(window_start) FILTER (WHERE isfinite(window_start))") ", ''),\n"
"    coalesce(" RFC3339("max(window_end)") ", ''),\n"
"    (SELECT n FROM g)\n"
"FROM w";

/* clang-format on */

const struct query *query_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(queries); i++)
		if (!strcmp(queries[i].name, name))
			return &queries[i];
	return NULL;
}

size_t query_operands(const struct query *q)
{
	size_t n = 0;

	while (q->operands[n])
		n++;
	return n;
}

/* --- how complete ------------------------------------------------------- */

enum { KNOWN, COMPLETE, ALL, FROM, TO, GAPS };

static enum dbconn_status ask_windows(struct dbconn *db,
				      const struct query_scope *s)
{
	const char *args[] = {s->cluster, s->node, s->since, s->until};

	return dbconn_query(db, windows, args, ARRAY_LEN(args));
}

static void put_windows_json(const struct dbconn *db, struct buf *out)
{
	buf_printf(out,
		   "\"windows\": {\"known\": \"%s\", \"complete\": \"%s\", ",
		   dbconn_value(db, 0, KNOWN), dbconn_value(db, 0, COMPLETE));
	if (*dbconn_value(db, 0, FROM))
		buf_printf(out, "\"from\": \"%s\", ",
			   dbconn_value(db, 0, FROM));
	if (*dbconn_value(db, 0, TO))
		buf_printf(out, "\"to\": \"%s\", ", dbconn_value(db, 0, TO));
	buf_printf(out, "\"gaps\": \"%s\"}", dbconn_value(db, 0, GAPS));
}

static void put_windows_text(const struct dbconn *db, struct buf *out)
{
	buf_printf(out, "%s of %s windows complete, %s gaps",
		   dbconn_value(db, 0, COMPLETE), dbconn_value(db, 0, KNOWN),
		   dbconn_value(db, 0, GAPS));
	if (*dbconn_value(db, 0, FROM))
		buf_printf(out, ", %s to %s", dbconn_value(db, 0, FROM),
			   dbconn_value(db, 0, TO));
	buf_ch(out, '\n');
}

/* --- the answer --------------------------------------------------------- */

static enum dbconn_status put_json(const struct query *q, struct dbconn *db,
				   const char *const *operands, struct buf *out)
{
	enum dbconn_status st =
		dbconn_query(db, q->json, operands, query_operands(q));

	if (st != DBCONN_OK)
		return st;
	buf_printf(out, "{\"kind\": \"answer\", \"query\": \"%s\", %.*s, ",
		   q->name, (int)strlen(dbconn_value(db, 0, 0)) - 2,
		   dbconn_value(db, 0, 0) + 1);
	return st;
}

static enum dbconn_status put_table(const struct query *q, struct dbconn *db,
				    const char *const *operands,
				    struct buf *out)
{
	enum dbconn_status st =
		dbconn_query(db, q->sql, operands, query_operands(q));

	if (st == DBCONN_OK)
		textgrid_put(db, out);
	return st;
}

enum dbconn_status query_run(const struct query *q, struct dbconn *db,
			     const char *const *operands,
			     const struct query_scope *scope, bool table,
			     struct buf *out, bool *complete)
{
	/* Answer and windows are of one moment. */
	enum dbconn_status st = dbconn_exec(
		db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");

	if (st == DBCONN_OK)
		st = table ? put_table(q, db, operands, out)
			   : put_json(q, db, operands, out);
	if (st == DBCONN_OK)
		st = ask_windows(db, scope);
	if (st != DBCONN_OK)
		return st;
	*complete = !strcmp(dbconn_value(db, 0, ALL), "t");
	if (table) {
		put_windows_text(db, out);
	} else {
		put_windows_json(db, out);
		buf_str(out, "}\n");
	}
	return st;
}

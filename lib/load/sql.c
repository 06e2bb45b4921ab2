/* SPDX-License-Identifier: Apache-2.0 */
#include "load/sql.h"

/* clang-format off */

/*
 * Bytewise order is the cheapest, and the same in every database. 100,000
 * rows are sorted without temporary files, and JIT never pays for them. Stacks
 * compress with LZ4 where the server has it: pglz takes a quarter of the time.
 */
const char sql_staging[] =
"SET work_mem = '64MB'; SET temp_buffers = '32MB'; SET jit = off;\n"
"DO $$ BEGIN PERFORM set_config(name, 'lz4', false) FROM pg_settings\n"
"    WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals);\n"
"END $$;\n"
"CREATE TEMPORARY TABLE rt_hot (\n"
"    image_digest   TEXT COLLATE \"C\",\n"
"    purl           TEXT COLLATE \"C\",\n"
"    function_name  TEXT COLLATE \"C\",\n"
"    module         TEXT COLLATE \"C\",\n"
"    calls          BIGINT,\n"
"    callers        TEXT[],\n"
"    total_latency  BIGINT,\n"
"    max_latency    BIGINT,\n"
"    first_seen     TIMESTAMPTZ,\n"
"    last_seen      TIMESTAMPTZ,\n"
"    sample_stack   JSONB,\n"
"    sample_args    JSONB\n"
") ON COMMIT DELETE ROWS;\n"
"CREATE TEMPORARY TABLE rt_packages (\n"
"    image_digest   TEXT COLLATE \"C\",\n"
"    purl           TEXT COLLATE \"C\",\n"
"    module         TEXT COLLATE \"C\",\n"
"    build_id       TEXT COLLATE \"C\",\n"
"    evidence       TEXT COLLATE \"C\",\n"
"    seen_count     BIGINT,\n"
"    first_seen     TIMESTAMPTZ,\n"
"    last_seen      TIMESTAMPTZ\n"
") ON COMMIT DELETE ROWS;\n"
"CREATE TEMPORARY TABLE rt_notes (\n"
"    kind           TEXT,\n"
"    record         JSONB\n"
") ON COMMIT DELETE ROWS;\n"
"CREATE TEMPORARY TABLE rt_touched (\n"
"    cluster        TEXT,\n"
"    node           TEXT,\n"
"    session        TEXT,\n"
"    window_start   TEXT,\n"
"    chunk          TEXT,\n"
"    kind           TEXT,\n"
"    row_count      TEXT,\n"
"    digest         TEXT,\n"
"    partial        TEXT\n"
") ON COMMIT DELETE ROWS;\n";

const char sql_copy_hot[] =
"COPY pg_temp.rt_hot FROM STDIN (FORMAT binary)";
const char sql_copy_packages[] =
"COPY pg_temp.rt_packages FROM STDIN (FORMAT binary)";
const char sql_copy_notes[] =
"COPY pg_temp.rt_notes FROM STDIN (FORMAT binary)";
const char sql_copy_touched[] =
"COPY pg_temp.rt_touched FROM STDIN (FORMAT binary)";

/* --- batches ------------------------------------------------------------ */

const char sql_find_batch[] =
"SELECT row_count, digest FROM signals.batches\n"
"WHERE cluster = $1 AND node = $2 AND session = $3\n"
"  AND window_start = $4::timestamptz AND chunk = $5::bigint AND kind = $6";

const char sql_add_batch[] =
"INSERT INTO signals.batches (cluster, node, session, window_start, chunk,\n"
"    kind, row_count, digest, partial)\n"
"VALUES ($1, $2, $3, $4::timestamptz, $5::bigint, $6, $7::bigint, $8,\n"
"    $9::boolean)\n"
"ON CONFLICT ON CONSTRAINT batches_unique DO NOTHING";

const char sql_open_window[] =
"INSERT INTO signals.windows AS w (cluster, node, session, window_start,\n"
"    window_end)\n"
"VALUES ($1, $2, $3, $4::timestamptz,\n"
"    NULLIF($5, '')::timestamptz)\n"
"ON CONFLICT ON CONSTRAINT windows_unique DO UPDATE SET\n"
"    window_end = GREATEST(w.window_end, EXCLUDED.window_end),\n"
"    complete = false";

/* --- merging ------------------------------------------------------------ */

/* Sums stop at the largest bigint; nobody can make a batch fail by them. */
#define CAPPED_SUM(x) "LEAST(sum(" x "), 9223372036854775807)::bigint"
#define ADD(column)                                                        \
	"CASE WHEN coalesce(h." column ", 0) > 9223372036854775807 - "     \
	"EXCLUDED." column " THEN 9223372036854775807\n"                   \
	"         ELSE coalesce(h." column ", 0) + EXCLUDED." column " END"
/* The most recent one that there is. */
#define SAMPLE(column)                                               \
	"(array_agg(" column " ORDER BY last_seen DESC NULLS LAST)\n" \
	"        FILTER (WHERE " column " IS NOT NULL))[1] AS " column

/*
 * A caller is new where its row could be added, which happens once, whoever
 * else loads: so unique_callers is the number of rows without counting them.
 */
const char sql_merge_hot[] =
"WITH merged AS (\n"
"    SELECT image_digest, purl, function_name,\n"
"        NULLIF(max(module), '') AS module,\n"
"        " CAPPED_SUM("calls") " AS calls,\n"
"        " CAPPED_SUM("total_latency") " AS total_latency,\n"
"        max(max_latency) AS max_latency,\n"
"        coalesce(min(first_seen), now()) AS first_seen,\n"
"        coalesce(max(last_seen), now()) AS last_seen,\n"
"        " SAMPLE("sample_stack") ",\n"
"        " SAMPLE("sample_args") "\n"
"    FROM pg_temp.rt_hot\n"
"    GROUP BY image_digest, purl, function_name\n"
"), edges AS (\n"
"    INSERT INTO signals.hot_symbol_callers\n"
"        (image_digest, purl, function_name, caller)\n"
"    SELECT DISTINCT image_digest, purl, function_name,\n"
"        caller COLLATE \"C\"\n"
"    FROM pg_temp.rt_hot, unnest(callers) AS caller\n"
"    ORDER BY 1, 2, 3, 4\n"
"    ON CONFLICT ON CONSTRAINT hot_symbol_callers_unique DO NOTHING\n"
"    RETURNING image_digest COLLATE \"C\" AS image_digest,\n"
"        purl COLLATE \"C\" AS purl,\n"
"        function_name COLLATE \"C\" AS function_name\n"
"), fresh AS (\n"
"    SELECT image_digest, purl, function_name, count(*) AS n\n"
"    FROM edges GROUP BY image_digest, purl, function_name\n"
")\n"
"INSERT INTO signals.hot_symbols AS h (image_digest, purl, function_name,\n"
"    module, invocation_count, unique_callers, total_latency_ns,\n"
"    max_latency_ns, first_observed, last_observed, sample_stack,\n"
"    sample_args)\n"
"SELECT m.image_digest, m.purl, m.function_name, m.module, m.calls,\n"
"    coalesce(f.n, 0), m.total_latency, m.max_latency, m.first_seen,\n"
"    m.last_seen, m.sample_stack, m.sample_args\n"
"FROM merged m LEFT JOIN fresh f USING (image_digest, purl, function_name)\n"
"ORDER BY m.image_digest, m.purl, m.function_name\n"
"ON CONFLICT ON CONSTRAINT hot_symbols_unique DO UPDATE SET\n"
"    module = coalesce(EXCLUDED.module, h.module),\n"
"    invocation_count = " ADD("invocation_count") ",\n"
"    unique_callers = coalesce(h.unique_callers, 0)\n"
"        + EXCLUDED.unique_callers,\n"
"    total_latency_ns = " ADD("total_latency_ns") ",\n"
"    max_latency_ns = GREATEST(h.max_latency_ns, EXCLUDED.max_latency_ns),\n"
"    first_observed = LEAST(h.first_observed, EXCLUDED.first_observed),\n"
"    last_observed = GREATEST(h.last_observed, EXCLUDED.last_observed),\n"
"    sample_stack = CASE WHEN EXCLUDED.last_observed < h.last_observed\n"
"        THEN coalesce(h.sample_stack, EXCLUDED.sample_stack)\n"
"        ELSE coalesce(EXCLUDED.sample_stack, h.sample_stack) END,\n"
"    sample_args = CASE WHEN EXCLUDED.last_observed < h.last_observed\n"
"        THEN coalesce(h.sample_args, EXCLUDED.sample_args)\n"
"        ELSE coalesce(EXCLUDED.sample_args, h.sample_args) END";

const char sql_merge_packages[] =
"INSERT INTO signals.packages_seen AS h (image_digest, purl, module,\n"
"    build_id, evidence, seen_count, first_observed, last_observed)\n"
"SELECT image_digest, purl, module, build_id, evidence,\n"
"    " CAPPED_SUM("seen_count") ", min(first_seen), max(last_seen)\n"
"FROM pg_temp.rt_packages\n"
"GROUP BY image_digest, purl, module, build_id, evidence\n"
"ORDER BY image_digest, purl, module, build_id, evidence\n"
"ON CONFLICT ON CONSTRAINT packages_seen_unique DO UPDATE SET\n"
"    seen_count = " ADD("seen_count") ",\n"
"    first_observed = LEAST(h.first_observed, EXCLUDED.first_observed),\n"
"    last_observed = GREATEST(h.last_observed, EXCLUDED.last_observed)";

/* --- the end of a segment ----------------------------------------------- */

/*
 * A note is known by what it says, whose stream it is in and how many of the
 * same came before it there: reading the stream again adds nothing, and two
 * equal gaps in one stream are two.
 */
#define NUMBERED(kind)                                                      \
	"FROM (SELECT record, row_number() OVER (PARTITION BY record) AS n\n" \
	"      FROM pg_temp.rt_notes WHERE kind = '" kind "') AS notes\n"
#define NOTE_ID                                                    \
	"sha256(convert_to(jsonb_build_array($1::text, $2::text, $3::text, " \
	"n, record)::text, 'UTF8')), $1, $2, $3"
#define TEXT_OF(name) "coalesce(record->>'" name "', '')"
#define NUMBER_OF(name)                                                \
	"LEAST(coalesce((record->>'" name "')::numeric, 0), "           \
	"9223372036854775807)::bigint"
#define FLAG_OF(name) "coalesce((record->>'" name "')::boolean, false)"
#define TIME_OF(name) "(record->>'" name "')::timestamptz"

const char sql_merge_gaps[] =
"INSERT INTO signals.gaps (id, cluster, node, session, stage, reason,\n"
"    record_count, unknown, from_time, to_time, record)\n"
"SELECT " NOTE_ID ", " TEXT_OF("stage") ", " TEXT_OF("reason") ",\n"
"    " NUMBER_OF("count") ", " FLAG_OF("unknown") ",\n"
"    " TIME_OF("from") ", " TIME_OF("to") ", record\n"
NUMBERED("gap")
"ORDER BY 1 ON CONFLICT (id) DO NOTHING";

const char sql_merge_ledgers[] =
"INSERT INTO signals.ledgers (id, cluster, node, session, stage, upstream,\n"
"    records_in, records_out, records_merged, records_created,\n"
"    unaccounted, complete, first_time, last_time, record)\n"
"SELECT " NOTE_ID ", " TEXT_OF("stage") ", " TEXT_OF("upstream") ",\n"
"    " NUMBER_OF("in") ", " NUMBER_OF("out") ",\n"
"    " NUMBER_OF("merged") ", " NUMBER_OF("created") ",\n"
"    " NUMBER_OF("unaccounted") ", " FLAG_OF("complete") ",\n"
"    " TIME_OF("first_time") ", " TIME_OF("last_time") ", record\n"
NUMBERED("ledger")
"ORDER BY 1 ON CONFLICT (id) DO NOTHING";

const char sql_lock_windows[] =
"SELECT 1 FROM signals.windows AS w\n"
"WHERE (cluster, node, session, window_start) IN\n"
"    (SELECT cluster, node, session, window_start::timestamptz\n"
"     FROM pg_temp.rt_touched)\n"
"ORDER BY cluster, node, session, window_start FOR UPDATE";

/*
 * Batch rows change only under their window's lock. What came with other rows
 * than were loaded accounts for nothing.
 */
const char sql_account_batches[] =
"UPDATE signals.batches AS b SET accounted = true,\n"
"    partial = b.partial AND t.partial\n"
"FROM (SELECT cluster, node, session, window_start::timestamptz,\n"
"          chunk::bigint, kind, row_count::bigint, digest,\n"
"          bool_and(partial::boolean) AS partial\n"
"      FROM pg_temp.rt_touched GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) AS t\n"
"WHERE (b.cluster, b.node, b.session, b.window_start, b.chunk, b.kind) =\n"
"    (t.cluster, t.node, t.session, t.window_start, t.chunk, t.kind)\n"
"  AND b.row_count = t.row_count AND b.digest = t.digest\n"
"  AND (NOT b.accounted OR b.partial AND NOT t.partial)";

const char sql_complete_windows[] =
"UPDATE signals.windows AS w SET complete = a.complete\n"
"FROM (SELECT b.cluster, b.node, b.session, b.window_start,\n"
"          bool_and(b.accounted) AND NOT bool_and(b.partial) AS complete\n"
"      FROM signals.batches AS b\n"
"      WHERE (b.cluster, b.node, b.session, b.window_start) IN\n"
"          (SELECT cluster, node, session, window_start::timestamptz\n"
"           FROM pg_temp.rt_touched)\n"
"      GROUP BY 1, 2, 3, 4) AS a\n"
"WHERE (w.cluster, w.node, w.session, w.window_start) =\n"
"    (a.cluster, a.node, a.session, a.window_start)\n"
"  AND w.complete <> a.complete";

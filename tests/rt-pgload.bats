# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
#
# rt-pgload against a real PostgreSQL: one private server for the file, one
# database for each test. What the tables must hold is computed by jq from the
# records, which shares no code with the tool.

load lib
load pg
load pgload

# --- the schema --------------------------------------------------------------

@test "init twice, and by four at once, leaves one schema" {
	local pids=() pid
	for _ in 1 2 3 4; do
		rt-pgload init 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	run rt-pgload init
	assert_success
	assert_output ''
	assert_equal "$(value 'count(*) FROM signals.schema_version')" 3
}

@test "hot_symbols has exactly the seed's columns and indexes" {
	init
	run pg_sql -c "SELECT string_agg(column_name || ' ' || data_type, ', '
		ORDER BY ordinal_position) FROM information_schema.columns
		WHERE table_schema = 'signals' AND table_name = 'hot_symbols'"
	assert_output "id bigint, image_digest text, function_name text, \
module text, purl text, invocation_count bigint, unique_callers integer, \
total_latency_ns bigint, max_latency_ns bigint, \
first_observed timestamp with time zone, \
last_observed timestamp with time zone, sample_stack jsonb, sample_args jsonb"
	run pg_sql -c "SELECT string_agg(indexname, ' ' ORDER BY indexname)
		FROM pg_indexes WHERE schemaname = 'signals'
		AND tablename = 'hot_symbols'"
	assert_output "hot_symbols_pkey hot_symbols_unique \
idx_hot_symbols_count idx_hot_symbols_image idx_hot_symbols_last \
idx_hot_symbols_purl"
}

@test "init repairs a table that was made by the seed's own SQL" {
	pg_sql -c "CREATE SCHEMA signals" -c "CREATE TABLE signals.hot_symbols (
		id BIGSERIAL PRIMARY KEY, image_digest TEXT NOT NULL,
		function_name TEXT NOT NULL, module TEXT, purl TEXT,
		invocation_count BIGINT DEFAULT 0,
		unique_callers INTEGER DEFAULT 0,
		total_latency_ns BIGINT DEFAULT 0,
		max_latency_ns BIGINT DEFAULT 0,
		first_observed TIMESTAMPTZ NOT NULL DEFAULT NOW(),
		last_observed TIMESTAMPTZ NOT NULL DEFAULT NOW(),
		sample_stack JSONB, sample_args JSONB,
		CONSTRAINT hot_symbols_unique
			UNIQUE (image_digest, function_name))" \
		-c "INSERT INTO signals.hot_symbols (image_digest,
		function_name, invocation_count) VALUES ('sha256:0', 'f0', 40)"
	init
	stream 1 2 >"$(tmp in)"
	rt-pgload -q <"$(tmp in)"
	run value "invocation_count FROM signals.hot_symbols
		WHERE function_name = 'f0'"
	assert_output 41
}

@test "without the schema: exit 2 and a hint, nothing is created" {
	stream 1 1 >"$(tmp in)"
	run --separate-stderr rt-pgload <"$(tmp in)"
	assert_equal "$status" 2
	assert_equal "$output" ''
	assert_regex "$stderr" "error: the database has no schema 'signals'"
	assert_regex "$stderr" "hint: 'rt-pgload init'"
	assert_equal "$(value "to_regnamespace('signals') IS NULL")" t
}

@test "a schema of a later version is left alone: exit 2" {
	init
	pg_sql -c "INSERT INTO signals.schema_version VALUES (99)"
	run rt-pgload </dev/null
	assert_failure 2
	assert_output --partial 'has version 99'
	run rt-pgload init
	assert_success
}

# --- loading -----------------------------------------------------------------

@test "counts, callers, latencies and times are those that jq finds" {
	init
	stream 5 60 >"$(tmp in)"
	run rt-pgload <"$(tmp in)"
	assert_success
	assert_output "rt-pgload: info: 300 hot symbols and 5 packages in 10 \
batches loaded, 0 batches were there, complete"
	assert_same <(expected "$(tmp in)") <(loaded)
	run value "seen_count, first_observed, last_observed
		FROM signals.packages_seen"
	assert_output '10|2026-01-01 00:00:00+00|2026-01-01 00:04:09+00'
	run value "count(*), bool_and(complete) FROM signals.windows"
	assert_output '5|t'
	assert_equal "$(value 'sum(record_count), count(*) FROM signals.gaps')" '4|2'
	run value "string_agg(stage || ' ' || records_in, ',' ORDER BY stage)
		FROM signals.ledgers"
	assert_output 'rt-hotsym 7,rt-pgload 305,tetra-tap 7'
}

@test "json and pb of one stream load the same" {
	stream 3 30 >"$(tmp in)"
	init
	rt-pgload -q <"$(tmp in)"
	tables | grep -v xxh3 >"$(tmp json)"
	pg_sql -c 'DROP SCHEMA signals CASCADE' 2>/dev/null
	init
	tap -o pb <"$(tmp in)" | rt-pgload -q
	tables | grep -v xxh3 >"$(tmp pb)"
	assert_same "$(tmp json)" "$(tmp pb)"
}

@test "the same stream again changes nothing" {
	init
	stream 4 50 >"$(tmp in)"
	rt-pgload -q <"$(tmp in)"
	tables >"$(tmp once)"
	run rt-pgload <"$(tmp in)"
	assert_success
	assert_output --partial '0 batches loaded, 8 batches were there, complete'
	tables >"$(tmp twice)"
	assert_same "$(tmp once)" "$(tmp twice)"
}

@test "a batch may be larger than what is held in memory" {
	init
	stream 2 100 >"$(tmp in)"
	rt-pgload -q --batch-rows 7 <"$(tmp in)"
	assert_same <(expected "$(tmp in)") <(loaded)
	assert_equal "$(value 'max(row_count) FROM signals.batches')" 100
	run rt-pgload <"$(tmp in)"
	assert_output --partial '4 batches were there'
	assert_same <(expected "$(tmp in)") <(loaded)
}

@test "late and partial batches of a window add up" {
	init
	stream 1 20 >"$(tmp a)"
	jq -c 'if .kind == "gap" then empty
		elif .stage == "rt-hotsym" then .created = "42"
		elif .kind == "ledger" then .
		else .chunk = 1 | .partial = true end' \
		<"$(tmp a)" >"$(tmp late)"
	{ grep -v '"ledger"' "$(tmp a)"; cat "$(tmp late)"; } >"$(tmp in)"
	run rt-pgload -q <"$(tmp in)"
	assert_same <(expected "$(tmp in)") <(loaded)
	assert_equal "$(value 'complete FROM signals.windows')" t
}

@test "a live batch is loaded at a pause, and what follows of it, too" {
	init
	start=$(date -u +%FT%TZ)
	end=$(date -u -d '+10 minutes' +%FT%TZ)
	stream 1 9 | jq -c --arg s "$start" --arg e "$end" '
		if .window_start then .window_start = $s | .window_end = $e |
			.partial = true else . end' >"$(tmp in)"
	mkfifo "$(tmp fifo)"
	rt-pgload <"$(tmp fifo)" >"$(tmp err)" 2>&1 3>&- &
	pid=$!
	exec 9>"$(tmp fifo)"
	head -n 5 "$(tmp in)" >&9
	later applied 1
	assert_equal "$(value 'count(*) FROM signals.hot_symbols')" 3
	sed -n 6,8p "$(tmp in)" >&9
	later applied 2
	tail -n +9 "$(tmp in)" >&9
	exec 9>&-
	wait $pid
	assert_same <(expected "$(tmp in)") <(loaded)
	run value "string_agg(kind || ' ' || row_count || accounted, ','
		ORDER BY kind) FROM signals.batches"
	assert_output 'hot_symbol 3true,hot_symbol+1 3true,hot_symbol+2 3true,package_seen+2 1true'
	# The same again comes in one piece: it is not counted twice.
	run rt-pgload -q <"$(tmp in)"
	assert_failure 1
	assert_same <(expected "$(tmp in)") <(loaded)
}

@test "rows that share a key within a batch are merged" {
	init
	stream 1 10 | jq -c 'if .kind == "hot_symbol" then
		.function_name = "same" else . end' >"$(tmp in)"
	rt-pgload -q <"$(tmp in)"
	assert_same <(expected "$(tmp in)") <(loaded)
}

@test "two loaders at once, on one stream and on two, come to the same" {
	init
	stream 20 40 n1 >"$(tmp n1)"
	stream 20 40 n2 >"$(tmp n2)"
	for f in n1 n2 n1 n2; do
		rt-pgload -q <"$(tmp $f)" 3>&- &
		pids="$pids $!"
	done
	for p in $pids; do
		wait "$p"
	done
	assert_same <(expected "$(tmp n1)" "$(tmp n2)") <(loaded)
	run value "count(*), bool_and(complete) FROM signals.windows"
	assert_output '40|t'
	assert_equal "$(value 'sum(record_count), count(*) FROM signals.gaps')" '8|4'
}

@test "a deadlock with somebody else's transaction is tried again" {
	init
	stream 1 9 | rt-pgload -q
	stream 2 9 >"$(tmp in)"
	before=$(grep -c 'deadlock detected' "$PG_DIR/data/log") || true
	# The loader's wait is the longer one: it is the one to give way.
	pg_sql -c BEGIN -c "UPDATE signals.hot_symbols SET module = 'x'
		WHERE image_digest = 'sha256:2'" -c 'SELECT pg_sleep(0.6)' \
		-c "UPDATE signals.hot_symbols SET module = 'x'
		WHERE image_digest = 'sha256:0'" -c COMMIT 3>&- &
	local other=$!
	sleep 0.3
	run rt-pgload -q <"$(tmp in)"
	assert_success
	wait "$other"
	after=$(grep -c 'deadlock detected' "$PG_DIR/data/log")
	[ "$after" -gt "$before" ]
	assert_same <(expected "$(tmp in)") <(loaded)
}

@test "times only widen: an older window after a newer one" {
	init
	stream 2 5 >"$(tmp in)"
	tac "$(tmp in)" | grep -v ledger >"$(tmp back)"
	grep ledger "$(tmp in)" >>"$(tmp back)"
	rt-pgload -q <"$(tmp back)"
	assert_same <(expected "$(tmp in)") <(loaded)
}

# --- completeness ------------------------------------------------------------

@test "a stream without ledgers: its last batch waits for --unfinished" {
	init
	stream 2 5 | grep -v '"ledger"' >"$(tmp in)"
	run rt-pgload <"$(tmp in)"
	assert_failure 1
	assert_output --partial 'its 6 rows are not loaded'
	assert_output --partial 'hint: --unfinished'
	assert_equal "$(value 'count(*) FROM signals.windows')" 1
	run rt-pgload --unfinished <"$(tmp in)"
	assert_success
	assert_same <(expected "$(tmp in)") <(loaded)
	assert_equal "$(value 'bool_or(complete) FROM signals.windows')" f
}

@test "a stream that was cut, and then the whole of it" {
	init
	stream 3 10 >"$(tmp in)"
	head -n 20 "$(tmp in)" >"$(tmp cut)"
	run rt-pgload <"$(tmp cut)"
	assert_failure 1
	assert_equal "$(value 'bool_or(complete) FROM signals.windows')" f
	run rt-pgload --require-complete <"$(tmp in)"
	assert_success
	assert_same <(expected "$(tmp in)") <(loaded)
	run value "count(*), bool_and(complete) FROM signals.windows"
	assert_output '3|t'
}

@test "--require-complete: ledgers that do not close are exit 1" {
	init
	good=$(tmp good)
	stream 1 3 >"$good"
	for break in '.in = "8"' '.complete = false' '.upstream = "rt-canon"' \
		'.created = "9"' 'empty'; do
		jq -c "if .stage == \"rt-hotsym\" then $break else . end" \
			<"$good" >"$(tmp bad)"
		run rt-pgload --require-complete <"$(tmp bad)"
		assert_failure 1
		assert_output --partial 'not complete'
		assert_equal "$(value 'complete FROM signals.windows')" f
	done
	run rt-pgload <"$(tmp bad)"
	assert_success
	run rt-pgload --require-complete <"$good"
	assert_success
	assert_equal "$(value 'complete FROM signals.windows')" t
}

@test "a window that is written in parts is complete with the last" {
	init
	stream 1 5 | jq -c 'if .kind == "hot_symbol" or .kind == "package_seen"
		then .partial = true else . end' >"$(tmp first)"
	stream 1 5 | jq -c 'if .kind == "hot_symbol" or .kind == "package_seen"
		then .chunk = 1 else . end' >"$(tmp last)"
	rt-pgload -q <"$(tmp first)"
	assert_equal "$(value 'complete FROM signals.windows')" f
	rt-pgload -q <"$(tmp last)"
	assert_equal "$(value 'complete FROM signals.windows')" t
}

@test "a known batch with other rows is refused, counted and said" {
	init
	stream 1 5 >"$(tmp in)"
	rt-pgload -q <"$(tmp in)"
	tables | grep -v rt-pgload >"$(tmp before)"
	sed 's/"f3"/"other"/' "$(tmp in)" >"$(tmp changed)"
	run rt-pgload <"$(tmp changed)"
	assert_failure 1
	assert_output --partial 'loaded before with other contents'
	tables | grep -v rt-pgload >"$(tmp after)"
	assert_same "$(tmp before)" "$(tmp after)"
	run value "record->'dropped'->>'batch_conflict' FROM signals.ledgers
		WHERE stage = 'rt-pgload' AND record ? 'dropped'"
	assert_output 5
}

# --- what comes in -----------------------------------------------------------

@test "hostile strings arrive as they are, or repaired and counted" {
	init
	stream 1 1 >"$(tmp in)"
	jq -c 'if .kind == "hot_symbol" then
		.function_name = "\\\t\n\r'\''\";DROP TABLE\\.\u0001{}\\N"
		| .purl = "pkg:a\\b" | .callers = ["{x,y}", "\"q\"", "", "a\\"]
		| .sample_stack[0].symbol = "\\u0000 \u0000 \\\u0000" else . end' \
		<"$(tmp in)" >"$(tmp hostile)"
	rt-pgload --unfinished -q <"$(tmp hostile)"
	run pg_sql -c "SELECT function_name =
		E'\\\\\\t\\n\\r\\'\";DROP TABLE\\\\.\\x01{}\\\\N',
		purl = E'pkg:a\\\\b', unique_callers,
		sample_stack->0->>'symbol' =
		E'\\\\u0000 \\uFFFD \\\\\\uFFFD' FROM signals.hot_symbols"
	assert_output 't|t|4|t'
	run value "count(*) FROM signals.hot_symbol_callers
		WHERE caller IN ('{x,y}', '\"q\"', '', 'a\\')"
	assert_output 4
}

@test "NUL, invalid UTF-8 and endless names cannot make a batch fail" {
	init
	stream 1 3 | tap -o pb >"$(tmp pb)"
	# Same length, so that the frames stay right.
	LC_ALL=C sed 's/\/lib\/m1\.so/\/li\xff\/m\x001so/g' "$(tmp pb)" \
		>"$(tmp bad)"
	run rt-pgload --input-format pb <"$(tmp bad)"
	assert_success
	assert_output --partial 'strings were too long or held bytes'
	run value "module = E'/li\\uFFFD/m\\uFFFD1so' FROM signals.hot_symbols
		WHERE function_name = 'f1'"
	assert_output t
	stream 1 2 n2 | jq -c --arg long "$(head -c 3000 /dev/urandom | base64 -w0)" '
		if .kind == "hot_symbol" then .purl = "pkg:\($long)"
		| .function_name += $long | .callers = ["a\($long)", "b\($long)"]
		| .module = $long | .image_digest = $long else . end' |
		rt-pgload -q
	run value "count(*), max(octet_length(function_name)),
		max(unique_callers) FROM signals.hot_symbols
		WHERE purl LIKE 'pkg:%~%'"
	assert_output '2|1024|2'
}

@test "numbers beyond bigint stop at its end" {
	init
	stream 2 1 | jq -c 'if .kind == "hot_symbol" then
		.invocation_count = "18446744073709551615"
		| .total_latency_ns = "9223372036854775807" else . end' |
		rt-pgload -q
	run value "invocation_count, total_latency_ns FROM signals.hot_symbols"
	assert_output '9223372036854775807|9223372036854775807'
}

@test "windows and events without any time are loaded, too" {
	init
	stream 1 2 | jq -c 'del(.window_start, .window_end, .first_seen,
		.last_seen)' >"$(tmp in)"
	rt-pgload -q <"$(tmp in)"
	rt-pgload -q <"$(tmp in)"
	run value "count(*), sum(invocation_count) FROM signals.hot_symbols"
	assert_output '2|3'
	assert_equal "$(value 'window_start FROM signals.windows')" '-infinity'
}

@test "bad records: counted, exit 1, the rest is loaded" {
	init
	stream 1 4 >"$(tmp in)"
	{
		echo '{"kind":"hot_symbol","window_start":"not a time"}'
		head -n 4 "$(tmp in)"
		echo 'garbage'
		tail -n +5 "$(tmp in)"
	} >"$(tmp bad)"
	run rt-pgload <"$(tmp bad)"
	assert_failure 1
	assert_same <(expected "$(tmp in)") <(loaded)
}

@test "records of other kinds are left out and counted" {
	init
	{ echo '{"process_exec":{}}'; stream 1 2; } >"$(tmp in)"
	run rt-pgload <"$(tmp in)"
	assert_success
	run value "record->'dropped'->>'not_loaded' FROM signals.ledgers
		WHERE stage = 'rt-pgload'"
	assert_output 1
}

# --- the connection ----------------------------------------------------------

@test "server not reachable: exit 4" {
	run rt-pgload --db 'host=/nonexistent' </dev/null
	assert_failure 4
	assert_output --partial 'error: cannot connect to the database'
	run rt-pgload --db 'postgresql://localhost:1/x' </dev/null
	assert_failure 4
}

@test "no such database: exit 2; no permission: exit 3" {
	run rt-pgload --db nosuchdatabase </dev/null
	assert_failure 2
	init
	pg_sql -c "DROP ROLE IF EXISTS nobody_here" \
		-c "CREATE ROLE nobody_here LOGIN"
	stream 1 1 >"$(tmp in)"
	PGUSER=nobody_here run rt-pgload <"$(tmp in)"
	assert_failure 3
	assert_output --partial 'permission denied'
	PGUSER=nobody_here run rt-pgload init
	assert_failure 3
}

@test "a password in --db is refused and not repeated" {
	for dsn in 'host=x password=s3cret' 'postgresql://u:s3cret@h/d' \
		'postgresql://h/d?password=s3cret'; do
		run rt-pgload --db "$dsn" </dev/null
		assert_failure 2
		assert_output --partial 'it holds a password'
		refute_output --partial s3cret
		TETRAPIPE_DB=$dsn run rt-pgload </dev/null
		assert_failure 2
		refute_output --partial s3cret
	done
	run rt-pgload --db 'host = = x' </dev/null
	assert_failure 2
}

@test "the database comes from TETRAPIPE_DB, PG* or a service" {
	init
	db=$PGDATABASE
	printf '[svc]\ndbname=%s\n' "$db" >"$(tmp service)"
	export PGSERVICEFILE
	PGSERVICEFILE=$(tmp service)
	stream 1 1 >"$(tmp in)"
	PGDATABASE=nosuch run rt-pgload --db "dbname=$db" <"$(tmp in)"
	assert_success
	PGDATABASE=nosuch TETRAPIPE_DB=$db run rt-pgload <"$(tmp in)"
	assert_success
	PGDATABASE=nosuch run rt-pgload --db service=svc <"$(tmp in)"
	assert_success
}

# --- the seed's queries ------------------------------------------------------

# seed_queries: the three, verbatim, as prepared statements
seed_queries() {
	cat <<-'SQL'
		PREPARE observed AS
		SELECT EXISTS (
		    SELECT 1 FROM signals.hot_symbols
		    WHERE image_digest = $1
		  AND purl = $2
		  AND function_name = $3
		  AND invocation_count > 0
		);
		PREPARE package AS
		SELECT function_name, invocation_count, last_observed, sample_stack
		FROM signals.hot_symbols
		WHERE image_digest = $1 AND purl = $2
		ORDER BY invocation_count DESC;
		PREPARE hot_path AS
		SELECT purl, function_name, SUM(invocation_count) as total_calls
		FROM signals.hot_symbols
		WHERE image_digest = $1
		GROUP BY purl, function_name
		ORDER BY total_calls DESC
		LIMIT 100;
	SQL
}

@test "the seed's three queries, verbatim" {
	init
	stream 1 30 | rt-pgload -q
	{
		seed_queries
		echo "EXECUTE observed('sha256:1', 'pkg:deb/debian/p2@1', 'f7');"
		echo "EXECUTE observed('sha256:1', 'pkg:deb/debian/p2@1', 'f8');"
		echo "EXECUTE package('sha256:1', 'pkg:deb/debian/p2@1');"
		echo "EXECUTE hot_path('sha256:1');"
	} >"$(tmp q)"
	run pg_sql -f "$(tmp q)"
	assert_success
	assert_equal "${lines[0]}" t
	assert_equal "${lines[1]}" f
	assert_equal "${lines[2]%%|2026*}" 'f22|23'
	assert_regex "${lines[2]}" '"symbol": "f22\(\)"'
	assert_equal "${lines[4]}" '|f28|29'
	assert_equal "${lines[5]}" 'pkg:deb/debian/p0@1|f25|26'
	assert_equal "${#lines[@]}" 14
}

@test "the seed's queries use the indexes" {
	init
	stream 1 30 | rt-pgload -q
	{
		seed_queries
		echo "SET enable_seqscan = off;"
		echo "EXPLAIN EXECUTE observed('sha256:1', 'p', 'f7');"
		echo "EXPLAIN EXECUTE package('sha256:1', 'p');"
		echo "EXPLAIN EXECUTE hot_path('sha256:1');"
	} >"$(tmp q)"
	run pg_sql -f "$(tmp q)"
	assert_success
	refute_output --partial 'Seq Scan'
	assert_equal "$(grep -c 'Index.* Scan.* \(using\|on\) \(hot_symbols_unique\|idx_hot\)' \
		<<<"$output")" 3
}

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
#
# What the test files of rt-pgload share: a server for each file, a database
# for each test, streams whose numbers follow from their positions, and what
# jq says that the tables must hold.

setup_file() {
	pg_start
	export PG_DIR PG_PID PGHOST PGPORT PGUSER PGDATABASE
}

teardown_file() {
	pg_stop
}

setup() {
	export PGDATABASE=test_$BATS_TEST_NUMBER
	psql -Xqd postgres -c "CREATE DATABASE $PGDATABASE"
}

# --- records -----------------------------------------------------------------

# stream WINDOWS SYMBOLS [NODE]: hot symbols, packages, two equal gaps and the
# ledgers of two stages that close. All numbers follow from the positions.
stream() {
	jq -nc --argjson w "$1" --argjson n "$2" --arg node "${3:-n1}" '
	def at(t): 1767225600 + t | todate;
	def source: {cluster: "c", node: $node, session: "s1"};
	def gap: {kind: "gap", stage: "tetra-tap", reason: "bad_record",
		count: "2"};
	def ledgers(k): {kind: "ledger", stage: "tetra-tap", version: "0",
			in: "7", out: "7", complete: true},
		{kind: "ledger", stage: "rt-hotsym", version: "0", in: "7",
			merged: "7", created: (k|tostring), complete: true,
			upstream: "tetra-tap"};
	gap, gap,
	(range($w) as $i |
		(range($n) as $k | {kind: "hot_symbol",
			window_start: at(60 * $i), window_end: at(60 * $i + 60),
			image_digest: "sha256:\($k % 3)",
			purl: (if $k % 4 == 0 then null
				else "pkg:deb/debian/p\($k % 5)@1" end),
			function_name: "f\($k)", module: "/lib/m\($k % 5).so",
			invocation_count: ($k + $i + 1 | tostring),
			callers: [range($k % 3) | "b:caller\(. + $i)+0x0"],
			unique_callers: ($k % 3), max_latency_ns: "\($k * 7 + $i)",
			total_latency_ns: "\($k * 10)",
			first_seen: at(60 * $i + $k % 50),
			last_seen: at(60 * $i + $k % 50 + 5),
			sample_stack: [{module: "/lib/m.so", symbol: "f\($k)()",
				offset: "18", verdict: "same"}],
			confidence: 0.8, source: source, chunk: $i}
			| del(..|nulls)),
		{kind: "package_seen", image_digest: "sha256:0",
			module: "/bin/app", build_id: "ab",
			evidence: "binary_exec", count: "2",
			first_seen: at(60 * $i), last_seen: at(60 * $i + 9),
			window_start: at(60 * $i), window_end: at(60 * $i + 60),
			source: source, chunk: $i}),
	ledgers($w * ($n + 1))'
}

# The tables, without what a run may change: times of loading.
tables() {
	pg_sql <<-'SQL'
		SELECT image_digest, purl, function_name, module,
			invocation_count, unique_callers, total_latency_ns,
			max_latency_ns, first_observed, last_observed,
			sample_stack, sample_args
		FROM signals.hot_symbols ORDER BY 1, 2, 3;
		SELECT * FROM signals.hot_symbol_callers ORDER BY 1, 2, 3, 4;
		SELECT * FROM signals.packages_seen ORDER BY 1, 2, 3, 4, 5;
		SELECT * FROM signals.windows ORDER BY 1, 2, 3, 4;
		SELECT * FROM signals.gaps ORDER BY id;
		SELECT * FROM signals.ledgers ORDER BY id;
		SELECT cluster, node, session, window_start, chunk, kind,
			row_count, digest, partial, accounted
		FROM signals.batches ORDER BY 1, 2, 3, 4, 5, 6;
	SQL
}

# expected FILE...: hot_symbols by jq, one "image|purl|function|count|callers|
# max latency|first|last" a line
expected() {
	jq -rs 'map(select(.kind == "hot_symbol"))
		| group_by([.image_digest, .purl // "", .function_name])[]
		| [.[0].image_digest, .[0].purl // "", .[0].function_name,
		   (map(.invocation_count | tonumber) | add),
		   (map(.callers // [] | .[]) | unique | length),
		   (map(.max_latency_ns // "0" | tonumber) | max),
		   (map(.first_seen) | min), (map(.last_seen) | max)]
		| join("|")' "$@" | sort
}

loaded() {
	pg_sql -c "SET timezone = 'UTC'" -c "SELECT image_digest, purl,
		function_name, invocation_count, unique_callers,
		max_latency_ns,
		to_char(first_observed, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),
		to_char(last_observed, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')
		FROM signals.hot_symbols" | sort
}

init() {
	rt-pgload init
}

value() {
	pg_sql -c "SELECT $1"
}

# later CONDITION...: waits until the command holds, 20 s at most
later() {
	for _ in {1..400}; do
		"$@" && return
		sleep 0.05
	done
	echo "never: $*"
	return 1
}

# applied N: that many batches at least are in the database
applied() {
	[ "$(value 'count(*) FROM signals.batches' 2>/dev/null || echo 0)" -ge "$1" ]
}

# spooled DIR N: that many jobs at least wait there
spooled() {
	[ "$(find "$1" -name '*.job' 2>/dev/null | wc -l)" -ge "$2" ]
}

# said FILE TEXT
said() { grep -q "$2" "$1"; }

# same_as_clean FILE...: the tables hold what one clean run of each leaves
same_as_clean() {
	local f
	tables | grep -v xxh3 >"$(tmp was)"
	pg_sql -c 'DROP SCHEMA signals CASCADE' 2>/dev/null
	init
	for f in "$@"; do
		rt-pgload -q <"$f"
	done
	tables | grep -v xxh3 >"$(tmp clean)"
	assert_same "$(tmp clean)" "$(tmp was)"
}

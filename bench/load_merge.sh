#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bench/load_merge.sh [BIN_DIR]: rt-pgload with ROWS distinct hot symbols in one
# batch, beside the same rows upserted row by row in one transaction, by psql
# over the same socket: as statements, and as executions of a prepared one. In
# turn, ROUNDS times; the best of each counts. First without callers, when the
# peers do all that rt-pgload does but its accounts; then with one each, where
# the peers have two statements a row. rt-pgload's time is that of the whole
# process; the rows come in the order in which rt-hotsym writes them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$(realpath "${1:-build/bin}"):$PATH
. tests/pg.bash
rows=${ROWS:-100000}
work=$(mktemp -d)
trap 'pg_stop; rm -rf "$work"' EXIT
pg_start

# make_rows CALLERS: the stream and the peers' scripts
make_rows()
{
	awk -v n="$rows" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "sha256:%064x\tpkg:deb/debian/lib%d@1.2.3-4\t" \
				"namespace::component::function_%d\t" \
				"/usr/lib/lib%d.so\t%d\n", i % 50, i % 400, i,
				i % 400, i + 1
	}' | LC_ALL=C sort | awk -F '\t' -v with="$1" -v sql="$work/plain.sql" \
		-v prepared="$work/prepared.sql" '
	BEGIN {
		head = "INSERT INTO signals.hot_symbols AS h (image_digest," \
			" purl, function_name, module, invocation_count," \
			" unique_callers, max_latency_ns, first_observed," \
			" last_observed) VALUES ("
		tail = ", 1, 9, '\''2026-01-01T00:00:01Z'\''," \
			" '\''2026-01-01T00:00:59Z'\'') ON CONFLICT" \
			" (image_digest, purl, function_name) DO UPDATE SET" \
			" invocation_count = h.invocation_count +" \
			" EXCLUDED.invocation_count, last_observed =" \
			" GREATEST(h.last_observed, EXCLUDED.last_observed);"
		print "BEGIN;" >sql
		print "BEGIN; PREPARE up AS " head "$1, $2, $3, $4, $5" tail \
			>prepared
	}
	{
		v = "'\''" $1 "'\'', '\''" $2 "'\'', '\''" $3 "'\''"
		all = v ", '\''" $4 "'\'', " $5
		print head all tail >sql
		print "EXECUTE up(" all ");" >prepared
		edge = "INSERT INTO signals.hot_symbol_callers VALUES (" v \
			", '\''b:main+0x0'\'') ON CONFLICT DO NOTHING;"
		if (with) {
			print edge >sql
			print edge >prepared
		}
		printf "{\"kind\":\"hot_symbol\",\"image_digest\":\"%s\"," \
			"\"purl\":\"%s\",\"function_name\":\"%s\"," \
			"\"module\":\"%s\",\"invocation_count\":\"%s\"," \
			"\"max_latency_ns\":\"9\",%s" \
			"\"window_start\":\"2026-01-01T00:00:00Z\"," \
			"\"window_end\":\"2026-01-01T00:01:00Z\"," \
			"\"first_seen\":\"2026-01-01T00:00:01Z\"," \
			"\"last_seen\":\"2026-01-01T00:00:59Z\"," \
			"\"source\":{\"node\":\"n\"}}\n", $1, $2, $3, $4, $5,
			with ? "\"callers\":[\"b:main+0x0\"]," \
				"\"unique_callers\":1," : ""
	}
	END { print "COMMIT;" >sql; print "COMMIT;" >prepared }' |
		tetra-tap -q --replay - -o pb >"$work/rows.pb"
}

upsert() { psql -Xq -v ON_ERROR_STOP=1 -f "$work/$1.sql" >/dev/null; }
merge() { rt-pgload -q --unfinished <"$work/rows.pb" 2>/dev/null || true; }

# timed NAME COMMAND...: on an empty schema; name, seconds, rows
timed()
{
	local name=$1 a b
	shift
	psql -Xq -c 'SET client_min_messages = error' \
		-c 'DROP SCHEMA IF EXISTS signals CASCADE'
	rt-pgload -q init
	psql -Xq -c CHECKPOINT
	a=$(date +%s.%N)
	"$@"
	b=$(date +%s.%N)
	echo "$name $a $b $(pg_sql -c \
		'SELECT count(*) FROM signals.hot_symbols')"
}

for callers in 0 1; do
	make_rows $callers
	for ((i = 0; i < ${ROUNDS:-3}; i++)); do
		timed statements upsert plain
		timed prepared upsert prepared
		timed rt-pgload merge
	done | awk -v n="$rows" -v callers=$callers '
		$4 != n { print "only " $4 " rows by " $1; exit 1 }
		!($1 in best) || $3 - $2 < best[$1] { best[$1] = $3 - $2 }
		END {
			ours = best["rt-pgload"]
			printf "%d rows, %d callers: row by row %.0f rows/s," \
				" prepared %.0f, rt-pgload %.0f; %.1f and" \
				" %.1f times\n", n, callers,
				n / best["statements"], n / best["prepared"],
				n / ours, best["statements"] / ours,
				best["prepared"] / ours
		}'
done

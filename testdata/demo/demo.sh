#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# demo.sh [BIN_DIR]: the main job on the recorded shop and the documentation's
# attack events, into a private PostgreSQL that is gone afterwards. Exit 0 only
# if every stage succeeded and the table has rows.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
bin=$(cd "${1:-$root/build/bin}" && pwd)
# shellcheck source=tests/pg.bash
. "$root/tests/pg.bash"

for tool in tetra-tap rt-canon rt-redact rt-hotsym rt-pgload; do
	if [ ! -x "$bin/$tool" ]; then
		echo "demo.sh: no $tool in $bin; 'make' builds it" >&2
		exit 1
	fi
done
unset "${!TETRAPIPE_@}"
export PSQL_PAGER=cat

trap pg_stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '\n=== %s\n' "$*"; }

cd "$root"
mapfile -t attacks < <(find \
	testdata/events/tetragon-docs/03_* -name '*.json' | LC_ALL=C sort)

say "A private PostgreSQL ($(pg_bindir)), and the schema of rt-pgload init"
pg_start
db="host=$PGHOST port=$PGPORT user=$PGUSER dbname=$PGDATABASE"
"$bin/rt-pgload" init --db "$db"
echo "psql '$db'"

say "Two dumps, five filters: events in, evidence out"
cat <<-TEXT
	tetra-tap --replay testdata/demo/shop.ndjson.gz \\
	        \$(find testdata/events/tetragon-docs/03_* -name '*.json') -o pb |
	    rt-canon --sysroot testdata/demo/sysroot -o pb |
	    rt-redact -o pb |
	    rt-hotsym -o pb |
	    rt-pgload --db "\$DSN"
TEXT
"$bin/tetra-tap" --replay "$here/shop.ndjson.gz" "${attacks[@]}" -o pb |
	"$bin/rt-canon" --sysroot "$here/sysroot" -o pb |
	"$bin/rt-redact" -o pb |
	"$bin/rt-hotsym" -o pb |
	"$bin/rt-pgload" --db "$db"

rows=$(pg_sql -c 'SELECT count(*) FROM signals.hot_symbols')
if [ "$rows" -eq 0 ]; then
	echo 'demo.sh: signals.hot_symbols is empty' >&2
	exit 1
fi

say "What the documentation's attacker ran (seen, but not a hot symbol)"
psql -X -q -v ON_ERROR_STOP=1 <<'SQL'
\pset footer off
SELECT module AS program, seen_count AS count,
       to_char(first_observed AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')
           AS "first seen"
FROM signals.packages_seen
WHERE evidence = 'binary_exec' AND first_observed < '2026-01-01'
ORDER BY first_observed, module LIMIT 12;
SQL

say "May absence be claimed? Windows, and what the ledgers and gaps say"
psql -X -q -v ON_ERROR_STOP=1 <<'SQL'
\pset footer off
SELECT count(*) AS windows, count(*) FILTER (WHERE complete) AS complete,
       (SELECT count(*) FROM signals.gaps) AS gaps,
       (SELECT string_agg(reason || ' ' || records, ', ' ORDER BY 1)
        FROM (SELECT reason, sum(record_count) AS records
              FROM signals.gaps GROUP BY reason) AS g) AS "records in them"
FROM signals.windows;
SELECT stage, records_in AS "in", records_out AS out,
       records_merged AS merged, records_created AS created, complete
FROM signals.ledgers ORDER BY upstream <> '', records_in DESC,
       stage = 'rt-pgload', stage = 'rt-hotsym', stage = 'rt-redact';
SQL

say "The hot path of the busiest image, by the seed's own query"
psql -X -q -v ON_ERROR_STOP=1 <<'SQL'
SELECT image_digest AS image FROM signals.hot_symbols
WHERE image_digest <> ''
GROUP BY 1 ORDER BY sum(invocation_count) DESC, 1 LIMIT 1 \gset
\echo image_digest = :image
\pset format wrapped
\pset columns 100
\pset footer off
PREPARE hot_path AS
SELECT purl, function_name, SUM(invocation_count) as total_calls
FROM signals.hot_symbols
WHERE image_digest = $1
GROUP BY purl, function_name
ORDER BY total_calls DESC
LIMIT 100;
EXECUTE hot_path(:'image');
SQL

say "The same for people: $rows functions, the 25 most called"
psql -X -q -v ON_ERROR_STOP=1 <<'SQL'
SET timezone = 'UTC';
\pset footer off
SELECT CASE WHEN length(function_name) > 44
            THEN left(function_name, 43) || '…'
            ELSE function_name END AS function,
       coalesce(nullif(purl, ''), module) AS "package or module",
       substr(image_digest, 8, 12) AS image,
       invocation_count AS count,
       to_char(last_observed, 'YYYY-MM-DD HH24:MI:SS') AS "last seen"
FROM signals.hot_symbols
ORDER BY invocation_count DESC, image_digest, function_name
LIMIT 25;
SQL

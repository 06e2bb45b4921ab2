#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bench/load_pipe.sh DUMP [BIN_DIR]: from a dump to committed rows, beside the
# same pipe that ends in nothing. In turn, ROUNDS times; the best of each.
set -euo pipefail
dump=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$(realpath "${2:-build/bin}"):$PATH
. tests/pg.bash
trap pg_stop EXIT
pg_start

# pipe COMMAND...: how the dump's hot symbols end
pipe()
{
	tetra-tap --replay "$dump" -o pb | rt-canon -o pb | rt-redact -o pb |
		rt-hotsym --max-keys=1000000 -o pb | "$@"
}

sink() { cat >/dev/null; }

# timed NAME COMMAND...
timed()
{
	local name=$1 a b

	shift
	psql -Xq -c 'SET client_min_messages = error' \
		-c 'DROP SCHEMA IF EXISTS signals CASCADE'
	rt-pgload -q init
	psql -Xq -c CHECKPOINT
	a=$(date +%s.%N)
	pipe "$@"
	b=$(date +%s.%N)
	echo "$name $a $b $(pg_sql -c \
		'SELECT count(*) FROM signals.hot_symbols')"
}

for ((i = 0; i < ${ROUNDS:-3}; i++)); do
	timed nothing sink
	timed rows rt-pgload -q
done | awk '
	!($1 in best) || $3 - $2 < best[$1] { best[$1] = $3 - $2; rows[$1] = $4 }
	END {
		printf "dump to hot symbols %.2f s; to %d committed rows" \
			" %.2f s: %.2f times\n", best["nothing"], rows["rows"],
			best["rows"], best["rows"] / best["nothing"]
	}'

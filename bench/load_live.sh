#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bench/load_live.sh [BIN_DIR]: how long after an event was written its row is
# visible to others in the database, through rt-hotsym --flush-interval and
# rt-pgload, live. The server says when the transaction was committed
# (track_commit_timestamp); each event calls a function of its own.
#
# EVENTS=400 EVERY=0.01 (seconds) FLUSH=50ms
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$(realpath "${1:-build/bin}"):$PATH
. tests/pg.bash
trap pg_stop EXIT
PG_OPTIONS='-c track_commit_timestamp=on' pg_start
rt-pgload -q init
perl -MTime::HiRes=time,sleep -MPOSIX=strftime -e '
	$| = 1;
	for (1 .. $ARGV[0]) {
		my $t = time;
		printf "{\"kind\":\"call\",\"event_id\":\"e%d\",\"node_name\":" .
			"\"n\",\"timestamp\":\"%s.%06dZ\",\"stack_frames\":[{" .
			"\"function_name\":\"f%d\",\"module\":\"/lib/x.so\"}]}\n",
			$_, strftime("%Y-%m-%dT%H:%M:%S", gmtime $t),
			($t - int $t) * 1e6, $_;
		sleep $ARGV[1];
	}' "${EVENTS:-400}" "${EVERY:-0.01}" |
	rt-redact -o pb | rt-hotsym --flush-interval "${FLUSH:-50ms}" -o pb |
	rt-pgload -q --unfinished || true
pg_sql -F ' ' -c "SELECT format('%s rows, event written to row visible: ' ||
	'P50 %s ms, P95 %s ms, P99 %s ms, max %s ms', count(*),
	round(p[1]), round(p[2]), round(p[3]), round(max(ms)))
	FROM (SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin)
		- first_observed) * 1000 AS ms FROM signals.hot_symbols) AS a,
	(SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY
		extract(epoch FROM pg_xact_commit_timestamp(xmin)
		- first_observed) * 1000)::numeric[] AS p
	FROM signals.hot_symbols) AS b GROUP BY p"

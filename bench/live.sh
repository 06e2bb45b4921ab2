#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# live.sh BIN_DIR BENCH_DIR [COUNT [ADDRESS]] - a million events of 1 KiB from a real
# gRPC server on loopback: events/s, CPU time an event, peak RSS; and are all
# of them there, in order?
set -eu
export LC_ALL=C

bin=$1 bench=$2 count=${3:-1000000} address=${4:-127.0.0.1:29512}
dir=$(mktemp -d)
trap 'kill $server 2>/dev/null; rm -rf "$dir"' EXIT
"$bench/agent-load" "$address" "$count" 1024 >"$dir/log" &
server=$!
until grep -q ready "$dir/log"; do sleep 0.05; done

# timed OUT: seconds, CPU seconds, KiB
timed()
{
	/usr/bin/time -f '%e %U %S %M' -o "$dir/time" "$bin/tetra-tap" -q \
		--address "$address" --no-reconnect -o pb >"$1"
	cat "$dir/time"
}

for _ in 1 2 3; do
	read -r wall user sys rss < <(timed /dev/null)
	awk -v n="$count" -v w="$wall" -v u="$user" -v s="$sys" -v r="$rss" \
		'BEGIN { printf "tetra-tap live: %d events/s, %.2f us CPU an event, %.1f MiB RSS\n",
			n / w, (u + s) * 1e6 / n, r / 1024 }'
done
timed "$dir/out.pb" >/dev/null
"$bin/tetra-tap" -q "$dir/out.pb" |
	jq -rn --argjson n "$count" 'reduce (inputs |
		select(.kind == "tetragon") | .node_name[1:] | tonumber) as $i
		({next: 0, wrong: 0}; if $i == .next then .next += 1
		else .wrong += 1 end) |
		"\(.next) of \($n) in order, \(.wrong) out of it"'
grep sent "$dir/log" | tail -n 1

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bench/run.sh BIN_DIR BENCH_DIR: how fast the tools are, beside peers and
# floors measured in the same run. Figures of different machines or hours do
# not compare; the ratios of one run do.
#
# EVENTS=500000 SEED=1 ROUNDS=3 set the dump and how often each line is run;
# the best round counts. JQ_EVENTS: jq is slow, it gets the first so many.
set -eu

bin=$1
bench=$2
events=${EVENTS:-500000}
seed=${SEED:-1}
rounds=${ROUNDS:-3}
jq_events=${JQ_EVENTS:-20000}
work=${BENCH_WORK:-build/bench-data}
dump=$work/dump-$events-$seed.ndjson
time=$(command -v time || true)
[ -x "${time:-/usr/bin/time}" ] || { echo 'GNU time is needed' >&2; exit 1; }
time=${time:-/usr/bin/time}

mkdir -p "$work"
if [ ! -s "$dump" ]; then
	find testdata/events -mindepth 2 -type f ! -name stack-entries.txt |
		LC_ALL=C sort | xargs "$bench/gen-events" \
		--events "$events" --seed "$seed" >"$dump.tmp"
	mv "$dump.tmp" "$dump"
fi
head -n "$jq_events" "$dump" >"$work/head.ndjson"
"$bin/tetra-tap" --replay "$dump" -o pb >"$work/dump.pb"
"$bin/rt-canon" -o pb <"$work/dump.pb" >"$work/canon.pb"

# measure INPUT COMMAND...: "seconds cpu-seconds KiB" of the best round.
measure()
{
	input=$1
	shift
	i=0
	while [ $i -lt "$rounds" ]; do
		"$time" -f '%e %U %S %M' -o "$work/time" \
			"$@" <"$input" >/dev/null
		tail -n 1 "$work/time"
		i=$((i + 1))
	done | awk '{ c = $2 + $3; if (!n++ || c < best) { best = c; e = $1; m = $4 } }
		END { printf "%.3f %.3f %d\n", e, best, m }'
}

# line NAME EVENTS BYTES INPUT COMMAND...: one row; rates are per CPU second,
# which is what one core does.
line()
{
	name=$1 n=$2 bytes=$3
	shift 3
	measure "$@" >"$work/result"
	awk -v name="$name" -v n="$n" -v bytes="$bytes" -v jq="${jq_rate:-0}" \
		'{ t = $2 > 0 ? $2 : 0.001
		printf "%-34s %10.0f %8.0f %7.2f %8.1f", name, n / t,
			bytes / t / 1e6, $1, $3 / 1024
		if (jq > 0) printf " %8.1f", n / t / jq
		printf "\n" }' "$work/result"
	rate=$(awk -v n="$n" '{ print n / ($2 > 0 ? $2 : 0.001) }' \
		"$work/result")
}

size() { stat -c %s "$1"; }

echo "$events events, seed $seed, best of $rounds; $(nproc) cores"
printf '%-34s %10s %8s %7s %8s %8s\n' 'stage (one core)' events/s MB/s \
	'wall s' 'RSS MiB' 'x jq -c'
line 'jq -c . (peer)' "$jq_events" "$(size "$work/head.ndjson")" \
	"$work/head.ndjson" jq -c .
jq_rate=$rate
line 'cat (floor)' "$events" "$(size "$dump")" "$dump" cat
line 'tetra-tap JSON -> pb' "$events" "$(size "$dump")" \
	"$dump" "$bin/tetra-tap" --replay - -o pb
line 'tetra-tap pb -> JSON' "$events" "$(size "$work/dump.pb")" \
	"$work/dump.pb" "$bin/tetra-tap" --replay - -o json
line 'tetra-tap pb -> pb' "$events" "$(size "$work/dump.pb")" \
	"$work/dump.pb" "$bin/tetra-tap" --replay - -o pb
line 'rt-canon pb -> pb' "$events" "$(size "$work/dump.pb")" \
	"$work/dump.pb" "$bin/rt-canon" -o pb
line 'rt-redact pb -> pb, of events' "$events" "$(size "$work/dump.pb")" \
	"$work/dump.pb" "$bin/rt-redact" -o pb
line 'rt-redact pb -> pb, of calls' "$events" "$(size "$work/canon.pb")" \
	"$work/canon.pb" "$bin/rt-redact" -o pb
line 'rt-hotsym pb -> pb' "$events" "$(size "$work/canon.pb")" \
	"$work/canon.pb" "$bin/rt-hotsym" -o pb

cat >"$work/pipe.sh" <<'PIPE'
"$1/tetra-tap" --replay "$2" -o pb | "$1/rt-canon" -o pb |
	"$1/rt-redact" -o pb | "$1/rt-hotsym" -o pb
PIPE
measure "$dump" sh "$work/pipe.sh" "$bin" "$dump" >"$work/result"
awk -v n="$events" -v jq="$jq_rate" '{
	printf "%-34s %10.0f %8s %7.2f %8s %8.1f\n",
		"whole pipe, by wall clock", n / $1, "", $1, "", n / $1 / jq }' \
	"$work/result"

# The seed's figure: what redaction adds to the pipe, in CPU; framed as pb, and
# as JSON, which is what a pipe has if nothing is said.
cat >"$work/privacy.sh" <<'PIPE'
"$1/tetra-tap" --replay "$2" -o "$4" | "$1/rt-canon" -o "$4" |
	"$1/rt-redact" $3 -o "$4"
PIPE
for framing in pb json; do
	measure "$dump" sh "$work/privacy.sh" "$bin" "$dump" --pass-through \
		$framing >"$work/through"
	measure "$dump" sh "$work/privacy.sh" "$bin" "$dump" '' $framing \
		>"$work/result"
	awk -v f=$framing 'NR == 1 { base = $2 }
		NR == 2 { printf "%s, %s: %.1f %% (%.2f s, %.2f s)\n",
			"CPU that rt-redact adds to tap | canon | redact",
			f, ($2 / base - 1) * 100, base, $2 }' \
		"$work/through" "$work/result"
done

echo
jq -r '.. | .arguments? // empty | strings | gsub("\n"; " ")' \
	"$work/head.ndjson" | grep . >"$work/lines"
sort -u "$work/lines" >"$work/once"
fold -s -w 34 "$work/once" | grep . | sort -u >"$work/pieces"
echo 'argument text: command lines as they come, each once, and in pieces:'
for strings in lines once pieces; do
	"$bench/redact-strings" "$work/$strings"
done

echo
echo 'floors of this machine, MB/s:'
"$bench/floor" "$dump"

# names KIND PATTERN FILE: demangling over the dynamic symbols of a library
names()
{
	[ -e "$3" ] || return 0
	nm -D --defined-only "$3" | sed 's/.* //; s/@.*//' | grep "$2" \
		>"$work/names" || return 0
	echo
	echo "$1 names of $3:"
	"$bench/names" "$work/names"
}

names C++ '^_Z' /usr/lib/x86_64-linux-gnu/libstdc++.so.6
for lib in /usr/lib/x86_64-linux-gnu/librustc_driver-*.so \
	/usr/lib/x86_64-linux-gnu/libstd-*.so; do
	names Rust '^_R\|^_ZN.*17h' "$lib"
done

libc=/usr/lib/x86_64-linux-gnu/libc.so.6
if [ -r $libc ]; then
	echo
	echo "frames of $libc, then 500 files:"
	# shellcheck disable=SC2046 # names without spaces
	"$bench/frames" $libc $(find /usr/lib/x86_64-linux-gnu /usr/bin -type f |
		LC_ALL=C sort | head -n 499)
fi

echo
echo 'an SBOM of 50 MB:'
"$bench/sboms" "$work/sbom.json" 50

echo
echo 'packages of a root with 3,000 of them:'
mkdir "$work/root"
"$bench/packages" "$work/root"
if command -v dpkg >/dev/null; then
	path=/usr/lib/x86_64-linux-gnu/package-7/folder-0/libsomething-7.so.7
	measure "$dump" dpkg --root="$work/root" -S $path >"$work/result"
	awk '{ printf "%-46s %8.1f ms\n", "peer: dpkg -S, one path", $1 * 1e3 }' \
		"$work/result"
fi

echo
echo 'rt-pgload, on a PostgreSQL of its own:'
bench/load_merge.sh "$bin"
bench/load_live.sh "$bin"
bench/load_pipe.sh "$dump" "$bin"

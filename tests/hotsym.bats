#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# rt-hotsym: what it counts is what jq counts in the same calls.

load lib

setup_file() {
	load lib
	export CALLS=$BATS_FILE_TMPDIR/calls
	tetra-tap --replay "$DEMO" | rt-canon --sysroot "$SYSROOT" >"$CALLS"
}

# Functions per window of N seconds, counted once an event.
JQ_COUNT='
def seconds: sub("\\.[0-9]+Z$"; "Z") | fromdate;
def key: [.start, .image_digest // "", .purl // "", .function_name];
def expected($len; $kernel):
	[inputs | select(.kind == "call" and .timestamp) |
	 . as $e | (.timestamp | seconds) as $t |
	 [.stack_frames // [] | .[] | select(.function_name and
		($kernel or (.is_kernel_space | not))) |
		[.purl // "", .function_name]] | unique[] |
	 {k: [$t - $t % $len, $e.image_digest // "", .[0], .[1], $e.node_name],
	  t: $e.timestamp}] |
	group_by(.k) | map({k: .[0].k, n: length});
def found:
	[inputs | select(.kind == "hot_symbol") |
	 {k: [(.window_start | seconds), .image_digest // "", .purl // "",
	      .function_name, .source.node // ""],
	  n: (.invocation_count | tonumber)}] |
	group_by(.k) | map({k: .[0].k, n: (map(.n) | add)});'

# counts_agree LEN KERNEL ARG...
counts_agree() {
	local len=$1 kernel=$2
	shift 2
	rt-hotsym "$@" <"$CALLS" >"$(tmp out)"
	jq -nc "$JQ_COUNT expected($len; $kernel)[]" "$CALLS" >"$(tmp want)"
	jq -nc "$JQ_COUNT found[]" "$(tmp out)" >"$(tmp got)"
	(($(wc -l <"$(tmp want)") > 20))
	assert_same "$(tmp want)" "$(tmp got)"
	assert_balanced "$(tmp out)" tetra-tap rt-canon rt-hotsym
}

@test "functions of one-minute windows are counted as jq counts them" {
	counts_agree 60 false
	run jq -s 'map(select(.partial)) | length' "$(tmp out)"
	assert_output 0
}

@test "the same with other windows, lateness and kernel functions" {
	counts_agree 10 false --window=10s
	counts_agree 3600 false --window=1h
	counts_agree 60 false --lateness=0
	counts_agree 60 true --kernel
}

@test "few keys in memory: batches in parts, the same sums" {
	counts_agree 60 false --max-keys=5
	run jq -s 'map(select(.partial)) | length > 10' "$(tmp out)"
	assert_output true
}

@test "late events are in a gap and still counted" {
	# The last ten minutes first.
	{ jq -c 'select(.kind == "call" and .timestamp)' "$CALLS" | tac; } \
		>"$(tmp calls)"
	rt-hotsym --lateness=0 <"$(tmp calls)" >"$(tmp out)"
	jq -nc "$JQ_COUNT expected(60; false)[]" "$(tmp calls)" >"$(tmp want)"
	jq -nc "$JQ_COUNT found[]" "$(tmp out)" >"$(tmp got)"
	assert_same "$(tmp want)" "$(tmp got)"
	run jq -s 'map(select(.kind == "gap" and .reason == "late") |
		.count | tonumber) | add > 100' "$(tmp out)"
	assert_output true
}

@test "a batch is written once: (node, window, chunk) names it" {
	rt-hotsym --max-keys=20 <"$CALLS" >"$(tmp out)"
	run jq -s '[.[] | select(.kind == "hot_symbol")] |
		group_by([.source, .window_start, .chunk]) |
		map(map([.image_digest, .purl, .function_name]) |
			length - (unique | length)) | add' "$(tmp out)"
	assert_output 0
	run jq -r 'select(.kind == "hot_symbol") | .source.session' "$(tmp out)"
	assert_equal "$(printf '%s\n' "${lines[@]}" | sort -u | wc -l)" 1
	# The same again says the same, batch for batch.
	rt-hotsym --max-keys=20 <"$CALLS" >"$(tmp again)"
	assert_same "$(tmp out)" "$(tmp again)"
}

@test "callers are distinct, sorted, of the same stack, and bounded" {
	rt-hotsym <"$CALLS" >"$(tmp out)"
	run jq -s 'map(select(.kind == "hot_symbol")) |
		all((.callers // []) == ((.callers // []) | unique) and
		    (.unique_callers // 0) == ((.callers // []) | length))' \
		"$(tmp out)"
	assert_output true
	# Every caller is some frame's function with +0x0.
	jq -r '.stack_frames[]?.function_id // empty |
		sub("\\+0x[0-9a-f]+$"; "+0x0")' "$CALLS" | sort -u >"$(tmp ids)"
	jq -r 'select(.kind == "hot_symbol") | .callers[]?' "$(tmp out)" |
		sort -u >"$(tmp callers)"
	[ -s "$(tmp callers)" ]
	assert_equal "$(comm -13 "$(tmp ids)" "$(tmp callers)")" ""
	rt-hotsym --max-callers=1 <"$CALLS" >"$(tmp out)" 2>/dev/null
	run jq -s 'map(select(.kind == "hot_symbol")) |
		[(map((.callers // []) | length) | max),
		 any(.callers_truncated)]' -c "$(tmp out)"
	assert_output '[1,true]'
}

@test "executed and loaded files are package_seen, never functions" {
	rt-hotsym <"$CALLS" >"$(tmp out)"
	assert_equal "$(jq -s 'map(select(.kind == "package_seen" and
		.evidence == "binary_exec") | .count | tonumber) | add' \
		"$(tmp out)")" "$(jq -c 'select(.probe_type == "ProcessExec")' \
		"$CALLS" | wc -l)"
	assert_equal "$(jq -s 'map(select(.kind == "package_seen" and
		.evidence == "library_loaded") | .count | tonumber) | add' \
		"$(tmp out)")" "$(jq -c 'select(.probe_type == "Loader")' \
		"$CALLS" | wc -l)"
}

@test "first and last time are those of the events" {
	rt-hotsym <"$CALLS" >"$(tmp out)"
	jq -nc '[inputs | select(.kind == "call") | . as $e |
		.stack_frames[]? | select(.function_name and
			(.is_kernel_space | not)) |
		{f: .function_name, t: $e.timestamp}] | group_by(.f) |
		map([.[0].f, (map(.t) | min), (map(.t) | max)])[]' "$CALLS" \
		>"$(tmp want)"
	jq -nc '[inputs | select(.kind == "hot_symbol")] |
		group_by(.function_name) | map([.[0].function_name,
			(map(.first_seen) | min), (map(.last_seen) | max)])[]' \
		"$(tmp out)" >"$(tmp got)"
	assert_same "$(tmp want)" "$(tmp got)"
}

# What calls say of each frame, one line a frame:
# event time image node purl function caller.
JQ_FRAMES='
select(.kind == "call" and .timestamp) | input_line_number as $event |
. as $e | (.stack_frames // []) as $f | range($f | length) |
$f[.] as $it | $f[. + 1] as $up |
select($it.function_name and ($it.is_kernel_space | not)) |
[$event, $e.timestamp, $e.image_digest // "", $e.node_name // "",
 $it.purl // "", $it.function_name,
 if $up and ($up.is_kernel_space | not) then
	$up.function_id // "" | sub("\\+0x[0-9a-f]+$"; "+0x0") else "" end] |
@tsv'

# The oracle: rows of minute, image, node, purl, function; count, distinct
# callers, first, last; then the callers themselves.
AWK_ORACLE='
function nanos(t) {
	sub(/Z$/, "", t)
	if (t !~ /\./) t = t "."
	while (length(t) < 29) t = t "0"
	return t
}
{
	t = nanos($2)
	k = substr($2, 1, 16) FS $3 FS $4 FS $5 FS $6
	if (last_event[k] != $1) { last_event[k] = $1; n[k]++ }
	if (!(k in first) || t < first[k]) first[k] = t
	if (t > last[k]) last[k] = t
	if ($7 != "" && !((k, $7) in seen)) {
		seen[k, $7] = 1
		callers[k]++
		print "caller", k, $7
	}
}
END { for (k in n) print "row", k, n[k], callers[k] + 0, first[k], last[k] }'

JQ_ROWS='
def nanos: rtrimstr("Z") | if contains(".") then . else . + "." end |
	. + "000000000"[0:29 - length];
select(.kind == "hot_symbol") |
[.window_start[0:16], .image_digest // "", .source.node // "", .purl // "",
 .function_name] as $k |
(["caller"] + $k + (.callers // [] | .[] | [.])),
(["row"] + $k + [.invocation_count, .unique_callers // 0,
	(.first_seen | nanos), (.last_seen | nanos)]) | @tsv'

# shuffle SECONDS FILE: no event comes later than that behind its time.
shuffle() {
	paste <(jq -r '.timestamp | sub("\\.[0-9]+Z$"; "Z") | fromdate' "$2") \
		"$2" | awk -F '\t' -v late="$1" 'BEGIN { srand(7) }
		{ printf "%.6f\t%s\n", $1 + rand() * (late - 1), $0 }' |
		sort -s -n -k 1,1 | cut -f 3-
}

# HOTSYM_DUMP=FILE takes another dump than the demo's, of any size.
@test "calls shuffled within the lateness are counted as awk counts them" {
	local calls=$CALLS
	if [ -n "${HOTSYM_DUMP-}" ]; then
		calls=$(tmp canon)
		tetra-tap --replay "$HOTSYM_DUMP" |
			rt-canon --sysroot "$SYSROOT" >"$calls"
	fi
	jq -c 'select(.kind == "call" and .timestamp)' "$calls" >"$(tmp calls)"
	shuffle 30 "$(tmp calls)" >"$(tmp shuffled)"
	run ! cmp -s "$(tmp calls)" "$(tmp shuffled)"
	rt-hotsym --lateness=30s --max-callers=1000000 --max-keys=1000000 \
		--max-memory=8GiB \
		<"$(tmp shuffled)" >"$(tmp out)"
	jq -r "$JQ_FRAMES" "$(tmp calls)" |
		awk -F '\t' -v OFS='\t' "$AWK_ORACLE" | sort >"$(tmp want)"
	jq -r "$JQ_ROWS" "$(tmp out)" | sort >"$(tmp got)"
	(($(grep -c ^row "$(tmp want)") > 20))
	# Files of a dump from elsewhere are not here: no function ids.
	[ -n "${HOTSYM_DUMP-}" ] ||
		(($(grep -c ^caller "$(tmp want)") > 5))
	assert_same "$(tmp want)" "$(tmp got)"
	run jq -s 'any(.kind == "gap" and .reason == "late")' "$(tmp out)"
	assert_output false
}

@test "--min-confidence leaves rows out, --no-samples leaves samples out" {
	rt-hotsym --min-confidence=0.7 <"$CALLS" >"$(tmp out)"
	run jq -s 'map(select(.kind == "hot_symbol") | .confidence) | min >= 0.7' \
		"$(tmp out)"
	assert_output true
	rt-hotsym --no-samples <"$CALLS" >"$(tmp out)"
	run jq -s 'any(.sample_stack or .sample_args)' "$(tmp out)"
	assert_output false
	rt-hotsym <"$CALLS" >"$(tmp out)"
	run jq -s 'any(.sample_stack)' "$(tmp out)"
	assert_output true
}

@test "SIGTERM writes the open window as partial, then the ledger" {
	mkfifo "$(tmp fifo)"
	rt-hotsym --drain-timeout=100ms <"$(tmp fifo)" >"$(tmp out)" 3>&- &
	local pid=$! code=0
	exec 8>"$(tmp fifo)"
	grep '"stack_frames"' "$CALLS" | head -n 20 >&8
	sleep 0.3
	kill -TERM $pid
	wait $pid || code=$?
	exec 8>&-
	assert_equal $code 143
	run jq -s 'map(select(.kind == "hot_symbol")) |
		[length > 0, all(.partial)]' -c "$(tmp out)"
	assert_output '[true,true]'
	assert_equal "$(tail -n 1 "$(tmp out)" | jq -r .kind)" ledger
}

# live_call SECONDS_AGO: a call of that age when the test began
live_call() {
	: "${began:=$(date +%s)}"
	jq -cn --arg t "$(date -u -d "@$((began - $1))" +%FT%TZ)" '{
		kind: "call", event_id: "e", timestamp: $t, node_name: "n",
		stack_frames: [{function_name: "f", module: "/lib/x.so"}]}'
}

@test "--flush-interval: a live stream is written before its window ends" {
	mkfifo "$(tmp in)"
	rt-hotsym --window 1h --flush-interval 200ms <"$(tmp in)" \
		>"$(tmp out)" 2>"$(tmp err)" &
	local pid=$!
	exec 7>"$(tmp in)"
	live_call 1 >&7
	live_call 1 >&7
	for i in $(seq 50); do
		grep -q hot_symbol "$(tmp out)" && break
		sleep 0.1
	done
	run jq -c '[.function_name, .invocation_count, .partial]' "$(tmp out)"
	assert_output '["f","2",true]'
	live_call 1 >&7
	exec 7>&-
	wait $pid
	run jq -s -c '[.[] | select(.kind == "hot_symbol") |
		.invocation_count | tonumber] | [length, add]' "$(tmp out)"
	assert_output '[2,3]'
}

@test "--flush-interval: a replay waits for its windows" {
	{
		live_call 7200
		sleep 0.5
		live_call 7200
	} | rt-hotsym --window 1h --flush-interval 100ms >"$(tmp out)" 2>/dev/null
	run jq -s -c '[.[] | select(.kind == "hot_symbol") |
		.invocation_count]' "$(tmp out)"
	assert_output '["2"]'
}

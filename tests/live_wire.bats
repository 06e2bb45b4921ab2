#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the wire may do to a live stream, step by step, with bytes that a
# protobuf implementation which is not ours has written (tests/live/scripted.js).

load lib
load live

setup_file() {
	load lib
	load live
	"$LIVE/npm.sh"
	# What is inside of an unknown type no encoder can know.
	{ event_files | xargs cat; cat "$MADE"; zcat "$DEMO"; } |
		jq -c 'select(keys | any(test("^process_(connect|close|listen)$"))
			| not)' >"$BATS_FILE_TMPDIR/dump"
	export DUMP=$BATS_FILE_TMPDIR/dump
	export FIVE=$BATS_FILE_TMPDIR/five
	for i in 1 2 3 4 5; do
		echo "{\"process_exec\":{\"process\":{\"pid\":$i}},\"node_name\":\"n$i\",\"time\":\"2026-01-01T00:00:0${i}Z\"}"
	done >"$FIVE"
}

# gaps FILE: reason and times of each
gaps() {
	jq -c 'select(.kind == "gap") | [.reason, .from, .to]' "$1"
}

at() { echo "2026-01-01T00:00:0$1Z"; }

# --- the bytes ------------------------------------------------------------------

@test "every event of every dump, encoded by protobufjs, is what the dump says" {
	scripted --dump "$DUMP" --stream 'send:all ok'
	live --no-reconnect >"$(tmp out)"
	# A default that the dump writes out is not on the wire, and old agents
	# wrote this number as one.
	assert_same <(jq -cS 'walk(if type == "object" and .cookie == "0"
			then del(.cookie) else . end) |
		if .rate_limit_info then .rate_limit_info
			.number_of_dropped_process_events |= tostring
		else . end' "$DUMP") <(jq -cS 'select(.kind == "tetragon") |
			del(.kind)' "$(tmp out)")
	assert_equal "$(ledger "$(tmp out)" tetra-tap .in)" "$(wc -l <"$DUMP")"
}

@test "-o pb: each message's very bytes, in order" {
	scripted --dump "$DUMP" --stream 'send:all ok'
	live --no-reconnect -o pb >"$(tmp out)"
	assert_same <(jq -r 'select(.sent) | .sha256' "$(tmp log)") <(
		frames 'use Digest::SHA "sha256_hex"; my $end = $p; $p = $at + 2;
			my $n = varint(); die if $p + $n != $end;
			my $body = substr $s, $p, $n; $p = $end;
			print sha256_hex($body), "\n" if $kind == 16' <"$(tmp out)")
}

# raw: messages on stdin (name and octal escapes) as --raw has them
raw() { while read -r m; do printf '%b' "$m" | base64 -w0; echo; done; }

@test "bytes that are no event, an empty one, one with a field of the future" {
	raw >"$(tmp raw)" <<-'EOF'
	\0302\0076\0002n1
	
	\0377\0377\0377
	\0302\0076\0002n2
	\0012\0005ab
	no protobuf at all
	\0302\0076\0002n3\0302\0273\0002\0003abc
	EOF
	scripted --raw "$(tmp raw)" --stream 'send:all ok'
	run --separate-stderr -1 live --no-reconnect
	echo "$output" >"$(tmp out)"
	run jq -c 'select(.kind == "tetragon") | .node_name' "$(tmp out)"
	assert_output $'"n1"\nnull\n"n2"\n"n3"'
	run jq -s 'map(select(.kind == "gap" and .reason == "bad_record") |
		.count | tonumber) | add' "$(tmp out)"
	assert_output 3
	run ledger "$(tmp out)" tetra-tap '[.in, .out, balanced] | tojson'
	assert_output '["7","4",true]'
	# From whom, and the how manieth.
	run jq -r 'select(.kind == "gap") | "\(.scope) \(.detail[:8])"' "$(tmp out)"
	assert_output "$ADDR record 3"$'\n'"$ADDR record 5"$'\n'"$ADDR record 6"
	assert_regex "$stderr" "$ADDR:record 3 .byte 3.: "
	# The unknown field is still there for who knows it.
	live --no-reconnect -o pb | grep -aq '^.*n3.*abc'
}

# --- time -----------------------------------------------------------------------

@test "an agent without a word (no headers either) is no broken one" {
	scripted --dump "$FIVE" --stream 'pause:2 send:2 hold'
	live --connect-timeout 1s --max-events 2 >"$(tmp out)" 2>"$(tmp err)"
	assert_same <(seq 2) <(numbers "$(tmp out)")
	assert_equal "$(cat "$(tmp err)")" ""
}

@test "an agent that hangs, or whose host is gone, is a broken one" {
	scripted --dump "$FIVE" --stream 'send:2 hold'
	tetra-tap --address "$ADDR" --keepalive 1s --no-reconnect \
		>"$(tmp out)" 2>"$(tmp err)" 3>&- &
	local tap=$! code=0
	until_true 5 has_events "$(tmp out)" 2
	# Quiet is not gone: pings are answered.
	sleep 3
	kill -0 $tap
	kill -STOP "$PID"
	until_true 8 eval '! kill -0 '$tap' 2>/dev/null'
	kill -CONT "$PID"
	wait $tap || code=$?
	assert_equal "$code" 4
	run cat "$(tmp err)"
	assert_output --partial 'keepalive watchdog timeout'
	run jq -r 'select(.kind == "gap") | .reason' "$(tmp out)"
	assert_output reconnect
}

@test "a reader that stops for longer than a ping may take: nothing breaks" {
	scripted --dump "$FIVE" --stream 'send:60000 hold'
	mkfifo "$(tmp fifo)"
	cat "$(tmp fifo)" >"$(tmp out)" 3>&- &
	local reader=$!
	tetra-tap --address "$ADDR" --keepalive 2s --no-reconnect \
		--overflow block --buffer 1MiB --max-events 60000 \
		>"$(tmp fifo)" 3>&- &
	local tap=$!
	sleep 0.5
	kill -STOP $reader
	sleep 8
	kill -CONT $reader
	wait $tap
	wait $reader
	assert_equal "$(numbers "$(tmp out)" | wc -l)" 60000
	run jq -r 'select(.kind == "gap") | .reason' "$(tmp out)"
	assert_output ''
}

@test "slow and in bursts: what has come is written while nothing comes" {
	local n
	scripted --dump "$FIVE" --stream \
		'headers send:1 pause:1 send:500 pause:1 send:3 hold'
	tetra-tap --address "$ADDR" >"$(tmp out)" 3>&- &
	local tap=$!
	for n in 1 501 504; do
		until_true 5 eval '[ "$(jq -s "map(select(.sent)) | length" \
			"$(tmp log)")" = '$n' ]'
		until_true 1 has_events "$(tmp out)" $n
	done
	kill -TERM $tap
	wait $tap || true
	assert_equal "$(ledger "$(tmp out)" tetra-tap .out)" 504
}

@test "somebody who takes the connection and says nothing, or HTTP/1.1" {
	serve node -e 'const s = require("net").createServer(() => {}).listen(0,
		"127.0.0.1", () => console.log("ready 127.0.0.1:" + s.address().port))'
	run --separate-stderr -4 live --no-reconnect --connect-timeout 1s
	assert_regex "$stderr" "cannot reach the agent at '$ADDR': .*[Dd]eadline"
	serve node -e 'const s = require("http").createServer((q, r) => r.end("no"))
		.listen(0, "127.0.0.1", () => console.log("ready 127.0.0.1:" +
		s.address().port))'
	run --separate-stderr -4 live --no-reconnect
	assert_regex "$stderr" 'http1'
}

# --- the ways a stream breaks ------------------------------------------------------

# breaks SCRIPT FROM TO ARG...: the first stream ends by the script behind
# event FROM; the next starts with TO; one gap stands between
breaks() {
	local script=$1 from=$2 to=$3
	shift 3
	scripted --dump "$FIVE" --stream "$script" --stream 'send:1 hold' "$@"
	live --max-events $((from + 1)) >"$(tmp out)" 2>"$(tmp err)"
	assert_equal "$(numbers "$(tmp out)" | tr '\n' ' ')" \
		"$(seq -s ' ' "$from") $to "
	assert_equal "$(gaps "$(tmp out)")" \
		"[\"reconnect\",\"$(at "$from")\",\"$(at "$to")\"]"
	assert_equal "$(jq -c 'select(.kind == "posture")' "$(tmp out)" |
		wc -l)" 2
}

@test "cut inside of a DATA frame, at each place of a message that matters" {
	local k
	# In gRPC's head, behind it, in the message, before its last byte.
	for k in 1 4 5 6 20; do
		breaks 'send:2 pause:0.2 send:1 hold' 2 4 --cut 3:$k
	done
}

@test "reset, dropped, ended with an error, gone away with a word" {
	breaks 'send:2 pause:0.3 reset:2' 2 3
	breaks 'send:2 pause:0.3 drop' 2 3
	breaks 'send:2 status:INTERNAL' 2 3
	breaks 'send:2 status:UNAVAILABLE' 2 3
	breaks 'send:2 goaway:11 pause:0.3 drop' 2 3
	breaks 'send:2 ok' 2 3
}

@test "GOAWAY alone does not break the stream that is there" {
	breaks 'send:1 goaway:0 pause:0.3 send:2 pause:0.3 send:1 ok' 4 5
	breaks 'send:1 goaway pause:0.3 send:2 pause:0.3 send:1 ok' 4 5
}

@test "a break behind which nothing more comes is a gap, too" {
	scripted --dump "$FIVE" --stream 'send:2 pause:0.3 drop' --stream hold
	live --duration 2s >"$(tmp out)" 2>"$(tmp err)"
	assert_equal "$(gaps "$(tmp out)")" "[\"reconnect\",\"$(at 2)\",null]"
}

@test "an agent that always breaks is asked less and less often" {
	scripted --dump "$FIVE" --stream 'send:1 status:INTERNAL'
	live --duration 4s >"$(tmp out)" 2>"$(tmp err)"
	# 0.1 s doubled each time, times 0.5 to 1.
	local n breaks
	n=$(grep -c '"request"' "$(tmp log)")
	((n >= 5 && n <= 8)) || fail "$n requests"
	# The time may be up while the last one waits for its answer.
	breaks=$(gaps "$(tmp out)" | grep -c reconnect)
	((breaks == n || breaks == n - 1)) || fail "$breaks gaps, $n requests"
}

@test "an agent that takes no more connections: so many attempts, exit 4" {
	scripted --dump "$FIVE" --stream 'send:2 pause:0.3 refuse drop'
	run --separate-stderr -4 live --max-reconnects 3
	echo "$output" >"$(tmp out)"
	assert_equal "$(grep -c 'trying again' <<<"$stderr")" 2
	assert_regex "$stderr" '[Rr]efused'
	assert_equal "$(gaps "$(tmp out)")" "[\"reconnect\",\"$(at 2)\",null]"
	assert_equal "$(ledger "$(tmp out)" tetra-tap '[.out,.complete]|tojson')" \
		'["2",false]'
}

# --- what is asked for ---------------------------------------------------------------

# asks JSON OPTION...: the request, as grpc-js decodes it
asks() {
	local want=$1
	shift
	scripted --dump "$FIVE" --stream ok
	rm -f "$(tmp log)"
	live --no-reconnect "$@" >/dev/null 2>&1
	assert_equal "$* -> $(jq -cS 'select(.request) | .request' "$(tmp log)")" \
		"$* -> $(jq -cS . <<<"$want")"
}

# allows JSON OPTION...: the one filter of the allow list
allows() {
	local want=$1
	shift
	asks "{\"allow_list\":[$want]}" "$@"
}

@test "the request is what the options say" {
	asks '{}'
	allows '{"event_set":["PROCESS_EXEC","PROCESS_KPROBE"]}' -e exec,PROCESS_KPROBE
	allows '{"namespace":["shop","web"]}' -n shop,web
	allows '{"namespace":[""]}' --host
	allows '{"namespace_regex":["^sh","a{1,2}","b"]}' \
		--namespace-regex ^sh --namespace-regex 'a{1,2},b'
	allows '{"pod_regex":["cart-.*"]}' --pod 'cart-.*'
	allows '{"binary_regex":["bin/sh$"]}' --process 'bin/sh$'
	allows '{"container_name_regex":["main"]}' --container main
	allows '{"labels":["app in (a, b),!c"]}' --labels 'app in (a, b),!c'
	allows '{"policy_names":["p","q"]}' --policy-names p,q
	allows '{"pid":[1,70000]}' --pid 1,70000
	allows '{"in_init_tree":{"value":true}}' --in-init-tree
	allows '{"cel_expression":["x.pid > 1"]}' --cel-expression 'x.pid > 1'
	allows '{"event_set":["PROCESS_EXIT"],"namespace":["n"],"pod_regex":["p"]}' \
		-e exit -n n --pod p
}

@test "the request has the lists and the fields" {
	echo '{"namespace":["a"]} {"pid":[7],"health_check":true}' >"$(tmp allow)"
	echo '{"binary_regex":["^/bin/x"]}' >"$(tmp deny)"
	asks '{"allow_list":[{"namespace":["a"]},{"pid":[7],"health_check":{"value":true}}],
		"deny_list":[{"binary_regex":["^/bin/x"]}]}' \
		--allow-list "$(tmp allow)" --deny-list "$(tmp deny)"
	asks '{"field_filters":[{"fields":{"paths":["process.pid","parent"]}}]}' \
		-f process.pid,parent
	asks '{"field_filters":[{"fields":{"paths":["process.pod"]},"action":"EXCLUDE"}]}' \
		-F process.pod
}

@test "what is asked for stands in the request after each reconnect" {
	scripted --dump "$FIVE" --stream 'send:1 pause:0.2 drop' --stream 'send:1 hold'
	live -n shop --max-events 2 >"$(tmp out)" 2>"$(tmp err)"
	run jq -c 'select(.request) | .request.allow_list[].namespace' "$(tmp log)"
	assert_output $'["shop"]\n["shop"]'
}

# --- load -----------------------------------------------------------------------------

@test "100,000 events from a C core server, in full and in order" {
	serve "$BENCH/agent-load" "unix://$(tmp sock)" 100000 1024
	ADDR=unix://$(tmp sock)
	live --no-reconnect --overflow=block -o pb | tap >"$(tmp out)"
	assert_same <(seq -f 'n%010.0f' 0 99999) <(jq -r \
		'select(.kind == "tetragon") | .node_name' "$(tmp out)")
	run jq -c 'select(.kind == "gap")' "$(tmp out)"
	assert_output ''
}

@test "one message that is larger than the whole buffer" {
	agent --count 5 --big-at 3 --end ok
	live --no-reconnect --buffer 256KiB >"$(tmp out)"
	assert_same <(seq 5) <(numbers "$(tmp out)")
	agent --count 5 --big-at 3 --end ok
	live --no-reconnect --buffer 256KiB --overflow=block >"$(tmp out)"
	assert_same <(seq 5) <(numbers "$(tmp out)")
}

@test "--max-recv-size above the default" {
	agent --count 3 --big-at 2 --big 12000000 --end ok
	live --no-reconnect --max-recv-size 16MiB >"$(tmp out)"
	assert_same <(seq 3) <(numbers "$(tmp out)")
}

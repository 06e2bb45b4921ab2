#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Damaged input: never fatal before its time, never silent. Each unit that is
# no record is counted, said with its place, shown as a gap, and the good
# records around it are all there.

load lib

# feed FILE EXIT ARG...: through the tap; $out and $err are what it said
feed() {
	local f=$1 want=$2 code=0
	shift 2
	out=$(tmp out) err=$(tmp err)
	tetra-tap --replay - "$@" <"$f" >"$out" 2>"$err" || code=$?
	assert_equal "$code" "$want"
	assert_equal "$(ledgers "$out" | wc -l)" 1
	assert_equal "$(ledger "$out" tetra-tap balanced)" true
}

# dropped N REASON...: so many in the ledger, and a gap for each reason
dropped() {
	local n=$1 reason
	shift
	assert_equal "$(ledger "$out" tetra-tap dropped)" "$n"
	for reason; do
		run jq -r --arg r "$reason" 'select(.kind == "gap" and
			.reason == $r and .stage == "tetra-tap") | .reason' \
			"$out"
		assert_line "$reason"
	done
	# The gaps count as many as the ledger.
	assert_equal "$(jq -s "$JQ_LEDGER"'map(select(.kind == "gap") | .count | n)
		| add // 0' "$out")" "$n"
}

# placed RECORD FROM TO: a message names the record and a byte in the range
placed() {
	local at
	at=$(sed -n "s/^tetra-tap: error: [^ ]*:record $1 (byte \([0-9]*\)): .*/\1/p" \
		"$err" | head -n 1)
	[ -n "$at" ] || fail "no message about record $1: $(head -c 500 "$err")"
	((at >= $2 && at <= $3)) || fail "byte $at is not in $2..$3"
}

@test "an empty file" {
	: >"$(tmp in)"
	feed "$(tmp in)" 0
	dropped 0
	count_is "$out" 1
	assert_equal "$(ledger "$out" tetra-tap .complete)" true
}

@test "blank lines only" {
	printf '\n\n  \t\r\n \n' >"$(tmp in)"
	feed "$(tmp in)" 0
	count_is "$out" 1
}

@test "a cut line between good ones" {
	{ good 1; good 2 | head -c 50; echo; good 3; } >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 1 bad_record
	assert_equal "$(pids "$out")" "1 3 "
	local n
	n=$(good 1 | wc -c)
	placed 2 "$n" $((n + 51))
	assert_equal "$(ledger "$out" tetra-tap .in)" 3
	# What was cut is known to be one record: nothing else is missing.
	assert_equal "$(ledger "$out" tetra-tap .complete)" true
}

@test "a line cut at every byte, a good line behind each" {
	local n i want=
	n=$(good 2 | wc -c)
	for ((i = 1; i < n - 1; i++)); do
		good 2 | head -c "$i"
		echo
		good $((1000 + i))
		want+="$((1000 + i)) "
	done >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped $((n - 2)) bad_record
	assert_equal "$(pids "$out")" "$want"
}

@test "the same without anything good in between" {
	local n i
	n=$(good 2 | wc -c)
	for ((i = 1; i < n - 1; i++)); do
		good 2 | head -c "$i"
		echo
	done >"$(tmp in)"
	good 7 >>"$(tmp in)"
	feed "$(tmp in)" 1
	assert_equal "$(pids "$out")" "7 "
	(($(ledger "$out" tetra-tap dropped) > 0))
}

@test "a line whose front is gone" {
	local n i want=
	n=$(good 2 | wc -c)
	for ((i = 2; i < n; i++)); do
		good 2 | tail -c +"$i"
		good $((1000 + i))
		want+="$((1000 + i)) "
	done >"$(tmp in)"
	feed "$(tmp in)" 1
	# A rest that is an object of its own ("{...}") counts as an event.
	run jq -r 'select(.kind == "tetragon") | .process_exit.process.pid //
		empty | select(. >= 1000)' "$out"
	assert_equal "$(echo "$output" | tr '\n' ' ')" "$want"
}

@test "the last line cut at every byte" {
	local n i
	n=$(good 2 | wc -c)
	for ((i = 1; i < n - 1; i += 9)); do
		{ good 1; good 2 | head -c "$i"; } >"$(tmp in)"
		feed "$(tmp in)" 1
		assert_equal "$(ledger "$out" tetra-tap '.complete // false')" false
		dropped 1 truncated_input
		assert_equal "$(pids "$out")" "1 "
		placed 2 "$n" $((n + i))
	done
}

@test "a pretty-printed object that is cut counts once" {
	{ good 1 | jq .; good 2 | jq . | head -n 5; good 3 | jq .; good 4 | jq .; } \
		>"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 1 bad_record
	assert_equal "$(pids "$out")" "1 3 4 "
}

@test "pretty-printed objects cut behind every line" {
	local n i want=
	n=$(good 2 | jq . | wc -l)
	for ((i = 1; i < n; i++)); do
		good 2 | jq . | head -n "$i"
		good $((1000 + i)) | jq .
		want+="$((1000 + i)) "
	done >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped $((n - 1)) bad_record
	assert_equal "$(pids "$out")" "$want"
}

@test "runs of bad records are one gap each" {
	{ good 1; echo x; echo y; good 2; echo z; good 3; } >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 3 bad_record
	assert_equal "$(jq -c 'select(.kind == "gap") | .count' "$out" |
		tr '\n' ' ')" '"2" "1" '
	assert_equal "$(pids "$out")" "1 2 3 "
	placed 2 "$(good 1 | wc -c)" "$(good 1 | wc -c)"
}

@test "JSON that is no object" {
	{ good 1; printf '%s\n' '[1,2]' '"text"' 12 null true '[]' '}' ']' ',' \
		'[{"process_exit":{}}]'; good 2; } >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 10 bad_record
	assert_equal "$(pids "$out")" "1 2 "
}

@test "objects that break JSON's rules" {
	{ good 1
	printf '%s\n' '{"process_exit":{"status":1,}}' '{"process_exit":{,}}' \
		"{'process_exit':{}}" '{process_exit:{}}' \
		'{"process_exit":{"status":01}}' '{"process_exit":{"status":+1}}' \
		'{"process_exit":{"status":.5}}' '{"process_exit":{"status":1.}}' \
		'{"process_exit":{"status":NaN}}' '{"process_exit":{"status":tru}}' \
		'{"process_exit":{"signal":"\x41"}}' \
		'{"process_exit":{"signal":"\u12"}}' \
		'{"process_exit":{"signal":"\ud800"}}' \
		'{"process_exit":{"signal":"\udc00\ud800"}}' \
		'{"process_exit":{"signal":"a	b"}}' \
		'{"process_exit" {}}' '{"process_exit":{} "time":1}' \
		'{"process_exit":{}}}' '{"unknown":{"a":01}}' \
		'{"unknown":{"a":tru}}' '{"unknown":"\q"}' '{"unknown":[1,,2]}' \
		'// comment' '{"process_exit":{}/**/}'
	good 2; } >"$(tmp in)"
	feed "$(tmp in)" 1
	assert_equal "$(pids "$out" | sed 's/null //g')" "1 2 "
	# "{...}}" is an object and a bad rest, all others are one bad unit.
	assert_equal "$(ledger "$out" tetra-tap .in)" 27
	dropped 24 bad_record
}

@test "two lines torn into one, in ways that braces alone do not show" {
	local l
	for l in '{"node_name":"a":"b"},"cluster_name":"c"}' \
		'{"process_exit":{"signal":"a":1},"status":7}}' \
		'{"process_exit":{"status":1:1},"signal":"x"}}' \
		'{"x":"a":1},"cluster_name":"c"}' '{"node_name":"a"],"x":1}' \
		'{"node_name":"a","x":[1}' '{"node_name":{"a":"b"}' \
		'{"node_name":"a" "b","x":"c"}' '{"x":1 2}' '{"x":"a" : "b"}' \
		'{"x":{"y":1},"z"}' '{"process_exit":{"process":{"pid":1:2},"uid":3}}}'; do
		run jq . <<<"$l"
		assert_failure
		{ good 1; echo "$l"; good 2; } >"$(tmp in)"
		feed "$(tmp in)" 1
		assert_equal "$l $(pids "$out")" "$l 1 2 "
		assert_equal "$l $(jq -c 'select(.kind == "tetragon")' "$out" |
			wc -l)" "$l 2"
	done
}

@test "values of the wrong type or out of range" {
	{ good 1
	printf '%s\n' '{"process_exit":7}' '{"process_exit":[{}]}' \
		'{"process_exit":{"status":-1}}' \
		'{"process_exit":{"status":4294967296}}' \
		'{"process_exit":{"status":"x"}}' \
		'{"process_exit":{"status":1.5}}' \
		'{"process_exit":{"status":"1 "}}' \
		'{"process_exit":{"signal":9}}' \
		'{"process_exit":{"signal":{}}}' \
		'{"process_exit":{"process":{"pid":{}}}}' \
		'{"time":"yesterday"}' '{"time":"2026-13-01T00:00:00Z"}' \
		'{"time":"2026-02-30T00:00:00Z"}' '{"time":1700000000}' \
		'{"process_loader":{"buildid":"not base64!"}}' \
		'{"process_kprobe":{"args":{}}}' \
		'{"process_kprobe":{"args":[null]}}' \
		'{"process_kprobe":{"args":[{"size_arg":"18446744073709551616"}]}}' \
		'{"process_kprobe":{"args":[{"long_arg":"9223372036854775808"}]}}'
	good 2; } >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 19 bad_record
	assert_equal "$(pids "$out")" "1 2 "
}

@test "two types in one event, one field twice" {
	{ good 1
	echo '{"process_exit":{},"process_exec":{}}'
	echo '{"process_exit":{"status":1,"status":2}}'
	echo '{"node_name":"a","nodeName":"b"}'
	good 2; } >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 3 bad_record
	assert_equal "$(pids "$out")" "1 2 "
}

@test "deep nesting" {
	{ good 1
	perl -e 'print "{\"x\":", "[" x 50, "]" x 50, "}\n"'
	perl -e 'print "{\"x\":", "[" x 5000, "]" x 5000, "}\n"'
	perl -e 'print "{\"x\":" x 100000, "\n"'
	good 2; } >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 2 bad_record
	assert_equal "$(pids "$out" | sed 's/null //')" "1 2 "
}

@test "NUL bytes: in a string, in a row, at the end of a crashed log" {
	{ good 1; printf '{"node_name":"a\0b"}\n'; good 2; head -c 4096 /dev/zero
	good 3; printf '\0\n'; good 4; head -c 100000 /dev/zero; } >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 4 bad_record
	assert_equal "$(pids "$out")" "1 2 3 4 "
	placed 2 "$(good 1 | wc -c)" "$(($(good 1 | wc -c) + 20))"
}

@test "invalid UTF-8 anywhere" {
	local b n=0
	good 0 >"$(tmp in)"
	for b in '\xff' '\xc0\x80' '\xc1\xbf' '\xe0\x80\x80' '\xed\xa0\x80' \
		'\xf0\x80\x80\x80' '\xf4\x90\x80\x80' '\xf8\x88\x80\x80\x80' \
		'\x80' '\xc3' '\xe2\x82' '\xf0\x9f\x98'; do
		# shellcheck disable=SC2059
		printf '{"node_name":"x'"$b"'y"}\n{"unknown":"x'"$b"'"}\n{"k'"$b"'":1}\n'
		n=$((n + 3))
		good $n
	done >>"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 36 bad_record
	assert_equal "$(pids "$out")" "$(seq -s ' ' 0 3 36) "
	# And all that JSON allows goes through as it is.
	printf '{"node_name":"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\x7f"}\n' \
		>"$(tmp in)"
	feed "$(tmp in)" 0
	assert_equal "$(head -n 1 "$out" | jq -r .node_name | xxd -p)" \
		"$(jq -r .node_name "$(tmp in)" | xxd -p)"
}

@test "messages show no control bytes of the input" {
	printf '\033[31mred\007\n{"a":"\033"}\n' >"$(tmp in)"
	feed "$(tmp in)" 1
	run grep -cP '[\x00-\x09\x0b-\x1f\x7f]' "$err"
	assert_output 0
}

# --- too long -----------------------------------------------------------------

long_line() { printf '{"node_name":"'; head -c "$1" /dev/zero | tr '\0' a
	printf '"}\n'; }

@test "a 64 MiB line between good ones" {
	{ good 1; long_line 64M; good 2; } >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 1 bad_record
	assert_equal "$(pids "$out")" "1 2 "
	run cat "$err"
	assert_output --partial "--max-record"
	placed 2 "$(good 1 | wc -c)" 67108864
}

@test "64 MiB of one line: not JSON, not ended, all in one" {
	head -c 64M /dev/zero | tr '\0' a >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 1
	{ good 1; printf '{"a":['; head -c 64M /dev/zero | tr '\0' ' '; } >"$(tmp in)"
	feed "$(tmp in)" 1
	assert_equal "$(pids "$out")" "1 "
	assert_equal "$(ledger "$out" tetra-tap dropped)" 1
}

@test "64 MiB of NULs" {
	{ good 1; head -c 64M /dev/zero; good 2; } >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 1 bad_record
	assert_equal "$(pids "$out")" "1 2 "
}

@test "memory does not grow with the line" {
	[[ $BIN != *asan* ]] || skip "the sanitizer takes its own"
	local n kib=
	for n in 40M 240M; do
		{ good 1; long_line $n; good 2; } |
			/usr/bin/time -f %M -o "$(tmp rss)" \
				tetra-tap --replay - >/dev/null 2>&1 || true
		kib+=" $(tail -n 1 "$(tmp rss)")"
	done
	# shellcheck disable=SC2086
	set -- $kib
	(($2 < $1 * 12 / 10)) || fail "KiB:$kib"
	(($2 < 96 * 1024)) || fail "KiB:$kib"
}

@test "a record over --max-record, in both encodings" {
	{ good 1; long_line 300; good 2; } >"$(tmp in)"
	feed "$(tmp in)" 1 --max-record=200
	dropped 1 bad_record
	assert_equal "$(pids "$out")" "1 2 "
	feed "$(tmp in)" 0 --max-record=400
	tap -o pb <"$(tmp in)" | pb_records >"$(tmp pb)"
	# A frame says how long it is: what is behind it can be found.
	feed "$(tmp pb)" 1 --max-record=200
	assert_equal "$(pids "$out")" "1 2 "
	assert_equal "$(ledger "$out" tetra-tap dropped)" 1
}

@test "what is said of damage does not depend on how it arrives" {
	{ good 1; good 2 | head -c 40; echo; good 3; printf '\0\0\0\n'; good 4 | jq .
	long_line 3000; good 5; good 6 | jq . | head -n 4; good 7
	printf '{"node_name":"\xff"}\n{"a":[1,\n2,,3]}\n'; good 8; long_line 1500
	printf '{"a":"\n'; good 9 | tr -d '\n'; good 10; good 11 | head -c 33; } \
		>"$(tmp in)"
	feed "$(tmp in)" 1 --max-record=1000
	cp "$out" "$(tmp want)"
	assert_equal "$(pids "$out")" "1 3 4 5 7 8 9 10 "
	local n code
	for n in 1 7 64 1000; do
		code=0
		by_bytes $n tetra-tap --replay - --max-record=1000 \
			<"$(tmp in)" >"$(tmp got)" 2>/dev/null || code=$?
		assert_equal $code 1
		assert_same "$(tmp want)" "$(tmp got)"
	done
}

# --- frames -------------------------------------------------------------------

@test "a protobuf stream cut at every byte" {
	{ good 1; good 2; good 3; } | tap -o pb | pb_records >"$(tmp pb)"
	local size one i k code dir at
	dir=$(tmp cuts)
	mkdir "$dir"
	size=$(stat -c %s "$(tmp pb)")
	one=$((size / 3))
	assert_equal $((one * 3)) "$size"
	for ((i = 1; i <= size; i++)); do
		code=0
		head -c "$i" "$(tmp pb)" | tap >"$dir/$i" 2>"$dir/err" || code=$?
		k=$((i / one))
		if ((i % one)); then
			assert_equal "$i: $code" "$i: 1"
			at=$(sed -n 's/.*:record '$((k + 1))' (byte \([0-9]*\)): .*/\1/p' \
				"$dir/err")
			((at >= k * one && at <= i)) || fail "cut at $i: byte $at"
			echo "$i $((k + 1)) 1 false $k truncated_input"
		elif ((k)); then
			# Whole records, but no ledger behind them.
			assert_equal "$i: $code" "$i: 0"
			echo "$i $k 0 false $k truncated_input"
		else
			assert_equal "$i: $code" "$i: 0"
			echo "$i 0 0 true 0"
		fi
	done >"$(tmp want)"
	rm "$dir/err"
	jq -nr "$JQ_LEDGER"'[inputs | {f: input_filename, r: .}] |
		group_by(.f)[] | (.[0].f | sub(".*/"; "")) as $f | map(.r) |
		(map(select(.kind == "ledger"))[0]) as $l |
		[$f, ($l.in|n), ($l|dropped), $l.complete // false,
		 (map(select(.kind == "tetragon")) | length),
		 (.[] | select(.kind == "gap") | .reason)] |
		map(tostring) | join(" ")' "$dir"/* | sort -n >"$(tmp got)"
	assert_same "$(tmp want)" "$(tmp got)"
}

@test "a cut frame stops each filter in order, too" {
	{ good 1; good 2; } | tap -o pb >"$(tmp pb)"
	local t code
	head -c -20 "$(tmp pb)" >"$(tmp in)"
	for t in $FILTERS; do
		code=0
		"$t" <"$(tmp in)" >"$(tmp out)" 2>"$(tmp err)" || code=$?
		assert_equal "$t $code" "$t 1"
		assert_equal "$(ledger "$(tmp out)" "$t" \
			'balanced, .complete // false')" $'true\nfalse'
		run cat "$(tmp err)"
		assert_output --regexp "^$t: error: stdin:record 3 \(byte [0-9]+\): "
		run jq -r 'select(.kind == "gap") | .reason' "$(tmp out)"
		assert_output truncated_input
	done
}

@test "a frame that is no record between good ones" {
	{ good 1; good 2; } | tap -o pb | pb_records >"$(tmp pb)"
	local n
	n=$(($(stat -c %s "$(tmp pb)") / 2))
	{ head -c $n "$(tmp pb)"; printf '\x03\x82\x01\x05'
	tail -c $n "$(tmp pb)"; } >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 1 bad_record
	assert_equal "$(pids "$out")" "1 2 "
	placed 2 "$n" $((n + 4))
	# Not only as the first event of Record: a frame of other fields.
	{ head -c $n "$(tmp pb)"; printf '\x04\x82\x01\x01\x09'
	tail -c $n "$(tmp pb)"; } >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 1 bad_record
	assert_equal "$(pids "$out")" "1 2 "
}

@test "an empty frame between good ones" {
	{ good 1; good 2; } | tap -o pb | pb_records >"$(tmp pb)"
	local n
	n=$(($(stat -c %s "$(tmp pb)") / 2))
	{ head -c $n "$(tmp pb)"; printf '\0'; tail -c $n "$(tmp pb)"; } >"$(tmp in)"
	feed "$(tmp in)" 1
	dropped 1 bad_record
	assert_equal "$(pids "$out")" "1 2 "
}

@test "wire bytes that JSON cannot say are dropped and counted" {
	# node_name (1000) with a byte that is no UTF-8, deep inside a good frame.
	perl -e 'binmode STDOUT; my $e = "\xc2\x3e\x02a\xff";
		my $r = "\x82\x01" . chr(length $e) . $e;
		print chr(length $r), $r' >"$(tmp bad)"
	{ good 1 | tap -o pb | pb_records; cat "$(tmp bad)"
	good 2 | tap -o pb | pb_records; } >"$(tmp in)"
	feed "$(tmp in)" 1
	assert_equal "$(pids "$out")" "1 2 "
	assert_equal "$(ledger "$out" tetra-tap dropped)" 1
	run cat "$err"
	assert_output --partial "UTF-8"
}

@test "a malformed event inside of a good record" {
	perl -e 'binmode STDOUT; my $e = "\x2a\x03\x0a\x09x";
		my $r = "\x82\x01" . chr(length $e) . $e;
		print chr(length $r), $r' >"$(tmp bad)"
	{ good 1 | tap -o pb | pb_records; cat "$(tmp bad)"
	good 2 | tap -o pb | pb_records; } >"$(tmp in)"
	local code=0
	rt-canon <"$(tmp in)" >"$(tmp out)" 2>"$(tmp err)" || code=$?
	assert_equal $code 1
	assert_equal "$(ledger "$(tmp out)" rt-canon 'balanced, dropped, .out')" \
		$'true\n1\n2'
	assert_equal "$(jq -c 'select(.kind == "call")' "$(tmp out)" | wc -l)" 2
	assert_equal "$(jq -c 'select(.reason == "bad_record")' "$(tmp out)" |
		wc -l)" 1
	run cat "$(tmp err)"
	assert_output --regexp "rt-canon: error: stdin:record 2 "
}

# --- no stream at all -----------------------------------------------------------

@test "binary garbage" {
	local f code
	cat /bin/ls >"$(tmp ls)"
	perl -e 'srand 1; print map { chr int rand 256 } 1 .. 100000' >"$(tmp rnd)"
	perl -e 'srand 2; print "\xff\xff", map { chr int rand 256 } 1 .. 100000' \
		>"$(tmp high)"
	perl -e 'srand 3; print "{\"a\":", map { chr int rand 256 } 1 .. 100000' \
		>"$(tmp brace)"
	printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR' >"$(tmp png)"
	for f in ls rnd high brace png; do
		feed "$(tmp $f)" 1
		(($(ledger "$out" tetra-tap dropped) > 0))
		# Repeats are counted, not printed.
		(($(wc -l <"$err") < 40)) || fail "$(wc -l <"$err") messages"
	done
}

@test "random bytes and mutated streams through every tool" {
	local seed t code
	{ cat "$MADE"; } | tap -o pb >"$(tmp pb)"
	for seed in 1 2 3 4 5 6; do
		if ((seed % 2)); then cp "$MADE" "$(tmp src)"
		else cp "$(tmp pb)" "$(tmp src)"; fi
		perl -e 'srand shift; local $/; binmode STDOUT; my $s = <STDIN>;
			substr($s, 3 + int rand(length($s) - 3), 1) =
				chr int rand 256 for 1 .. 30; print $s' $seed \
			<"$(tmp src)" >"$(tmp in)"
		for t in tetra-tap $FILTERS; do
			code=0
			run_tool $t <"$(tmp in)" >"$(tmp out)" 2>"$(tmp err)" ||
				code=$?
			((code <= 1)) || fail "$t, seed $seed: $code
$(head -c 3000 "$(tmp err)")"
			run jq -e -s "$JQ_LEDGER"'map(select(.kind == "ledger" and
				.stage == "'$t'")) | length >= 1 and all(balanced)' \
				"$(tmp out)"
			assert_success
		done
	done
}

@test "a directory as standard input" {
	local t code
	for t in tetra-tap $FILTERS; do
		code=0
		run_tool $t </ >"$(tmp out)" 2>"$(tmp err)" || code=$?
		assert_equal "$t $code" "$t 3"
		run cat "$(tmp err)"
		assert_output --regexp "^$t: error: .*stdin.*[Dd]irectory"
		assert_equal "$(ledger "$(tmp out)" $t '.complete // false')" false
	done
}

@test "a missing file among good ones" {
	good 1 >"$(tmp a)"
	good 2 >"$(tmp b)"
	run --separate-stderr -3 tetra-tap --replay "$(tmp a)" "$(tmp none)" "$(tmp b)"
	echo "$output" >"$(tmp out)"
	assert_equal "$(pids "$(tmp out)")" "1 2 "
	assert_equal "$(ledger "$(tmp out)" tetra-tap 'balanced, .complete // false')" \
		$'true\nfalse'
	assert_regex "$stderr" "^tetra-tap: error: .*none': No such file"
}

@test "a file that may not be read among good ones" {
	[ "$(id -u)" != 0 ] || skip "root reads everything"
	good 1 >"$(tmp a)"
	good 2 >"$(tmp b)"
	chmod 0 "$(tmp b)"
	run --separate-stderr -3 tetra-tap --replay "$(tmp b)" "$(tmp a)"
	echo "$output" >"$(tmp out)"
	assert_equal "$(pids "$(tmp out)")" "1 "
}

@test "a bad file among good ones names itself" {
	{ good 1; echo oops; } >"$(tmp a)"
	good 2 >"$(tmp b)"
	run --separate-stderr -1 tetra-tap --replay "$(tmp a)" "$(tmp b)"
	echo "$output" >"$(tmp out)"
	assert_equal "$(pids "$(tmp out)")" "1 2 "
	assert_regex "$stderr" "/a:record 2 \(byte $(good 1 | wc -c)\): "
	run jq -r 'select(.kind == "gap") | .scope' "$(tmp out)"
	assert_output --partial /a
}

# --- compression ----------------------------------------------------------------

many() { # 2,000 of them
	perl -e 'print sprintf($ARGV[0], $_), "\n" for 0 .. 1999' \
		"$(good 0 | sed 's/"pid":0/"pid":%d/')"
}

# as_gunzip FILE: all whole lines that gunzip can save came through
as_gunzip() {
	local saved
	saved=$(gunzip -c <"$1" 2>/dev/null | wc -l)
	(($(jq -c 'select(.kind == "tetragon")' "$out" | wc -l) >= saved)) ||
		fail "gunzip saves $saved lines, $(pids "$out" | wc -w) came through"
}

# through_cut FILE: a file whose end is missing; the events before it are there
through_cut() {
	local n
	feed "$1" 1
	assert_equal "$(ledger "$out" tetra-tap '.complete // false')" false
	run jq -r 'select(.kind == "gap") | .reason' "$out"
	assert_output --partial truncated_input
	as_gunzip "$1"
	n=$(jq -c 'select(.kind == "tetragon")' "$out" | wc -l)
	assert_equal "$(pids "$out")" "$(seq -s ' ' 0 $((n - 1))) "
	((n > 0))
}

@test "truncated gzip" {
	local size i
	many | gzip >"$(tmp x.gz)"
	size=$(stat -c %s "$(tmp x.gz)")
	# In the data, at its very end, in the checksum.
	for i in $((size / 2)) $((size * 9 / 10)) $((size - 9)) $((size - 4)) \
		$((size - 1)); do
		head -c "$i" "$(tmp x.gz)" >"$(tmp in)"
		through_cut "$(tmp in)"
	done
	# In the header: nothing is there.
	head -c 7 "$(tmp x.gz)" >"$(tmp in)"
	feed "$(tmp in)" 1
	assert_equal "$(ledger "$out" tetra-tap '.complete // false')" false
}

@test "truncated zstd" {
	local size i
	many | zstd -q >"$(tmp x)"
	size=$(stat -c %s "$(tmp x)")
	for i in $((size - 5)) $((size - 1)); do
		head -c "$i" "$(tmp x)" >"$(tmp in)"
		feed "$(tmp in)" 1
		assert_equal "$(ledger "$out" tetra-tap '.complete // false')" false
		run jq -r 'select(.kind == "gap") | .reason' "$out"
		assert_output --partial truncated_input
	done
	# Several frames: the whole ones are there.
	{ many | zstd -q; head -c $((size - 5)) "$(tmp x)"; } >"$(tmp in)"
	feed "$(tmp in)" 1
	(($(pids "$out" | wc -w) >= 2000))
}

@test "gzip that is corrupt in the middle" {
	local size
	many | gzip >"$(tmp x.gz)"
	size=$(stat -c %s "$(tmp x.gz)")
	perl -e 'local $/; binmode STDOUT; $_ = <STDIN>;
		substr($_, length() / 2, 40) = "\xff" x 40; print' \
		<"$(tmp x.gz)" >"$(tmp in)"
	run gzip -t "$(tmp in)"
	assert_failure
	feed "$(tmp in)" 1
	assert_equal "$(ledger "$out" tetra-tap '.complete // false')" false
	(($(ledger "$out" tetra-tap dropped) >= 1))
	run jq -s 'map(select(.kind == "gap")) | length' "$out"
	refute_output 0
	# What stands in front of the damage comes through, and in order.
	assert_equal "$(pids "$out")" \
		"$(seq -s ' ' 0 $(($(pids "$out" | wc -w) - 1))) "
	(($(pids "$out" | wc -w) > 500))
	# Nobody knows how many are lost.
	run jq -s 'map(select(.kind == "gap")) | any(.unknown)' "$out"
	assert_output true
}

@test "a wrong checksum is noticed" {
	many | gzip >"$(tmp x.gz)"
	perl -e 'local $/; binmode STDOUT; $_ = <STDIN>;
		substr($_, -8, 1) ^= "\x01"; print' <"$(tmp x.gz)" >"$(tmp in)"
	run gzip -t "$(tmp in)"
	assert_failure
	feed "$(tmp in)" 1
	assert_equal "$(pids "$out")" "$(seq -s ' ' 0 1999) "
	assert_equal "$(ledger "$out" tetra-tap '.complete // false')" false
}

@test "rubbish behind a gzip member" {
	{ many | gzip; echo rubbish; } >"$(tmp in)"
	# gunzip gives the data, warns, and exits with 2.
	run -2 sh -c "gunzip <'$(tmp in)' | wc -l; exit 2"
	local code=0
	tap <"$(tmp in)" >"$(tmp out)" 2>"$(tmp err)" || code=$?
	assert_equal $code 1
	assert_equal "$(pids "$(tmp out)")" "$(seq -s ' ' 0 1999) "
}

@test "a cut gzip file among good ones" {
	many | gzip | head -c 2000 >"$(tmp a.gz)"
	good 7777 >"$(tmp b)"
	run --separate-stderr -1 tetra-tap --replay "$(tmp a.gz)" "$(tmp b)"
	echo "$output" >"$(tmp out)"
	assert_equal "$(pids "$(tmp out)" | grep -o '7777 $')" "7777 "
	assert_equal "$(ledger "$(tmp out)" tetra-tap 'balanced, .complete // false')" \
		$'true\nfalse'
}

# --- the system -----------------------------------------------------------------

@test "a read that fails: what came before is written, exit 3" {
	local t code
	many | tap >"$(tmp in)"
	for t in tetra-tap $FILTERS; do
		code=0
		if [ $t = tetra-tap ]; then set -- tetra-tap --replay -; else set -- $t; fi
		LD_PRELOAD=$(iofault) IOFAULT_MAX=4096 IOFAULT_READ=9 "$@" \
			<"$(tmp in)" >"$(tmp out)" 2>"$(tmp err)" || code=$?
		assert_equal "$t $code" "$t 3"
		run cat "$(tmp err)"
		assert_output --partial "Input/output error"
		assert_equal "$(ledger "$(tmp out)" $t \
			'balanced, .complete // false, ((.in|n) > 10)')" \
			$'true\nfalse\ntrue'
	done
}

@test "a write that fails: exit 3 and the reason" {
	local t code
	many | tap >"$(tmp in)"
	for t in tetra-tap $FILTERS; do
		code=0
		if [ $t = tetra-tap ]; then set -- tetra-tap --replay -; else set -- $t; fi
		LD_PRELOAD=$(iofault) IOFAULT_WRITE=1 "$@" \
			<"$(tmp in)" >"$(tmp out)" 2>"$(tmp err)" || code=$?
		assert_equal "$t $code" "$t 3"
		run cat "$(tmp err)"
		assert_output --partial "No space left"
	done
}

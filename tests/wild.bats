#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Dumps as they are found: lines of container logs, events in envelopes, other
# printers' habits, damage. What is good comes out, what is not is counted, has
# a place, and its bytes are in --rejects.

load lib

T=2026-03-01T11:49:27.966123456Z

# feed FILE EXIT ARG...: through the tap; $out, $err, $rej are what it left
feed() {
	local f=$1 want=$2 code=0
	shift 2
	out=$(tmp out) err=$(tmp err) rej=$(tmp rej)
	rm -f "$rej"
	tetra-tap --replay - --rejects "$rej" "$@" <"$f" >"$out" 2>"$err" ||
		code=$?
	assert_equal "$code" "$want"
	assert_equal "$(ledger "$out" tetra-tap balanced)" true
}

# cri STREAM TAG: each line of standard input in a log's line
cri() { sed "s/^/$T $1 $2 /"; }

# parts SIZE STREAM: one line cut into CRI lines of that many bytes
parts() {
	fold -b -w "$1" | awk -v p="$T $2" '
		NR > 1 { print p " P " l } { l = $0 } END { print p " F " l }'
}

# docker STREAM: each line as Docker's json-file driver writes it
docker() {
	jq -Rc --arg s "$1" --arg t "$T" '{log: (. + "\n"), stream: $s, time: $t}'
}

# docker_parts SIZE STREAM: one line in parts
docker_parts() {
	local n
	n=$(tee "$BATS_TEST_TMPDIR/.line" | wc -c)
	fold -b -w "$1" "$BATS_TEST_TMPDIR/.line" | jq -Rnc --arg s "$2" \
		--arg t "$T" '[inputs] | . as $l | range(length) as $i |
		{log: ($l[$i] + if $i == ($l | length) - 1 then "\n" else ""
			end), stream: $s, time: $t}'
}

# --- log lines ----------------------------------------------------------------

@test "CRI: whole lines of every real dump, among plain ones" {
	local f n=0
	while read -r f; do
		jq -c . "$f"
	done < <(some_event_files) >"$(tmp plain)"
	awk -v p="$T stdout F " 'NR % 2 { print p $0; next } { print }' \
		"$(tmp plain)" >"$(tmp in)"
	tap <"$(tmp plain)" | bodies /dev/stdin >"$(tmp want)"
	feed "$(tmp in)" 0
	assert_same "$(tmp want)" <(bodies "$out")
	[ ! -s "$rej" ]
	assert_equal "$(stat -c %a "$rej")" 600
}

@test "CRI: parts of any size, two streams that alternate" {
	local size i
	for size in 1 7 50 16384; do
		good 1 | parts $size stdout >"$(tmp a)"
		good 2 | parts $size stderr >"$(tmp b)"
		{ paste -d '\n' "$(tmp a)" "$(tmp b)"; good 3
		good 4 | parts $((size * 2)) stdout; } | grep . >"$(tmp in)"
		feed "$(tmp in)" 0
		assert_equal "$size: $(pids "$out")" "$size: 1 2 3 4 "
	done
}

@test "CRI: a run that other records interrupt; offsets of zones; more tags" {
	local l
	l=$(good 1)
	{ echo "$T stdout P ${l:0:30}"; good 2; good 3 | cri stderr F
	echo "2026-03-01T11:49:27+02:00 stdout P:a:b ${l:30:20}"
	good 4 | docker stdout
	echo "$T stdout F:a ${l:50}"; } >"$(tmp in)"
	feed "$(tmp in)" 0
	# In the order in which they are complete.
	assert_equal "$(pids "$out")" "2 3 4 1 "
}

@test "CRI: what only looks like a prefix is none" {
	local l n=0
	while IFS= read -r l; do
		echo "$l $(good 9)"
		n=$((n + 1))
	done >"$(tmp in)" <<-E
	2026-03-01T11:49:27.966123456 stdout F
	2026-13-01T11:49:27.966123456Z stdout F
	$T stdlog F
	$T stdout X
	$T stdout FF
	$T  stdout F
	$T stdout
	$T
	E
	good 1 >>"$(tmp in)"
	feed "$(tmp in)" 1
	assert_equal "$(pids "$out")" "1 "
	assert_equal "$(ledger "$out" tetra-tap dropped)" "$n"
	assert_same "$rej" <(head -n -1 "$(tmp in)")
}

@test "CRI: a run that never ends is a cut record, one for each stream" {
	local l
	l=$(good 9)
	{ good 1; echo "$T stdout P ${l:0:30}"; good 2
	echo "$T stderr P ${l:0:9}"; echo "$T stdout P ${l:30:5}"; } >"$(tmp in)"
	feed "$(tmp in)" 1
	assert_equal "$(pids "$out")" "1 2 "
	assert_equal "$(ledger "$out" tetra-tap '.dropped, .complete // false' |
		jq -c .)" $'{"bad_record":"1","truncated_input":"1"}\nfalse'
	# Each unit has all of its lines.
	assert_same "$rej" <(grep stdout "$(tmp in)"; grep stderr "$(tmp in)")
	run cat "$err"
	assert_output --partial "record 3 (byte $(good 1 | wc -c))"
	assert_output --partial "record 4 (byte $(grep -b stderr "$(tmp in)" |
		cut -d: -f1)): the last part of a record is missing"
}

@test "CRI: damage between parts, also where the rest would be an object" {
	local l
	l=$(good 9)
	{ echo "$T stdout P {\"node_name\":\"a\","; echo "$T std"
	echo "$T stdout F \"time\":null}"; good 1; } >"$(tmp in)"
	feed "$(tmp in)" 1
	assert_equal "$(pids "$out")" "1 "
	assert_equal "$(ledger "$out" tetra-tap dropped)" 2
	assert_same "$rej" <(sed -n '2p;1p;3p' "$(tmp in)" | sort | sed -n 1p
		sed -n '1p;3p' "$(tmp in)")
}

@test "CRI: --max-record bounds the lines of a record together" {
	local size
	size=$(good 1 | parts 40 stdout | wc -c)
	good 1 | parts 40 stdout >"$(tmp run)"
	{ good 1; cat "$(tmp run)"; good 2; } >"$(tmp in)"
	feed "$(tmp in)" 0 --max-record=$((size - 1))
	assert_equal "$(pids "$out")" "1 1 2 "
	feed "$(tmp in)" 1 --max-record=$((size - 2))
	assert_equal "$(pids "$out")" "1 2 "
	assert_equal "$(ledger "$out" tetra-tap dropped)" 1
	assert_same "$rej" "$(tmp run)"
}

@test "Docker: json-file lines, whole and in parts, both streams" {
	local size
	for size in 1 50 16384; do
		{ good 1 | docker stdout; good 2 | docker stderr
		good 3 | docker_parts $size stdout; good 4
		good 5 | docker stdout | jq -c '. + {attrs: {tag: "x"}}'; } \
			>"$(tmp in)"
		feed "$(tmp in)" 0
		assert_equal "$size: $(pids "$out")" "$size: 1 2 3 4 5 "
	done
	# What else the container said is no event.
	{ good 1 | docker stdout; echo level=info | docker stderr
	good 2 | docker stdout; } >"$(tmp in)"
	feed "$(tmp in)" 1
	assert_equal "$(pids "$out")" "1 2 "
	assert_same "$rej" <(sed -n 2p "$(tmp in)")
}

# --- envelopes ----------------------------------------------------------------

@test "envelopes: an event under any key, as object or string" {
	local e
	{ for e in event message log tetragon @x a.b; do
		good 1 | jq -c --arg k "$e" '{($k): .}'
		good 2 | jq -Rc --arg k "$e" '{a: 1, ($k): ., b: {c: []}}'
		good 3 | jq -c --arg k "$e" '{"@timestamp": "x", ($k): .,
			node_name: "shipper", time: "2026-03-01T00:00:00Z"}'
		good 4 | jq -Rc --arg k "$e" '{($k): (" " + . + "\r\n")}'
	done; } >"$(tmp in)"
	feed "$(tmp in)" 0 --metrics-file "$(tmp prom)"
	assert_equal "$(pids "$out")" "$(for e in 1 2 3 4 5 6; do
		printf '1 2 3 4 '; done)"
	# The same bytes as without an envelope.
	assert_same <(bodies "$out" | head -n 4) \
		<({ good 1; good 2; good 3; good 4; } | tap | bodies /dev/stdin)
	run cat "$(tmp prom)"
	assert_line 'tetragon_envelopes_total 24'
	assert_line 'tetragon_envelope_members_dropped_total 30'
}

@test "envelopes: every type of event, both forms of names, within CRI" {
	jq -c 'select(has("test") | not)' "$MADE" >"$(tmp plain)"
	jq -c '{event: .}' "$(tmp plain)" >"$(tmp in)"
	jq -c '{m: tojson}' "$(tmp plain)" | cri stdout F >>"$(tmp in)"
	jq -c 'with_entries(.key |= gsub("_(?<c>[a-z])"; .c | ascii_upcase)) |
		{event: .}' "$(tmp plain)" >>"$(tmp in)"
	cat "$(tmp plain)" "$(tmp plain)" "$(tmp plain)" | tap |
		bodies /dev/stdin >"$(tmp want)"
	feed "$(tmp in)" 0
	assert_same "$(tmp want)" <(bodies "$out")
}

@test "envelopes: what is none stays as it is" {
	local e
	e=$(good 7)
	cat >"$(tmp in)" <<-E
	{"process_exec":{},"event":$e}
	{"a":$e,"b":$e}
	{"a":{"b":$e}}
	{"a":[$e]}
	{"a":{"kind":"tetragon","process_exit":{}}}
	{"a":{"test":{"arg0":"1"}}}
	{"a":{"process_exit":null}}
	{"a":"{\"process_exit\":{}"}
	{"a":"process_exit","b":{}}
	{"time":"2026-01-02T03:04:05Z","process_new":{"process":{"pid":1}}}
	{"process_exit":{"process":{"pid":1}},"extra":{"process_exit":{}}}
	E
	feed "$(tmp in)" 0
	assert_same <(jq -cS 'del(.kind)' "$(tmp in)") <(bodies "$out")
	# A record keeps all of its members.
	echo '{"kind":"tetragon","event":{"process_exit":{}}}' >"$(tmp in)"
	feed "$(tmp in)" 0
	assert_equal "$(bodies "$out")" '{"event":{"process_exit":{}}}'
}

# --- other habits -------------------------------------------------------------

@test "unpopulated fields, camelCase, no time, BOM, CRLF" {
	{ printf '\xef\xbb\xbf'
	good 1 | sed 's/$/\r/'
	echo '{"process_exec":null,"process_exit":{"process":{"pid":2,"uid":null,"docker":"","ancestors":[],"pod":null,"tid":null},"signal":""},"process_kprobe":null,"time":null,"aggregation_info":null,"node_labels":{}}'
	echo '{"processExit":{"process":{"pid":3,"execId":"x"}},"nodeName":"n"}'
	printf '\r\n\t\r\n'
	good 4; } >"$(tmp in)"
	feed "$(tmp in)" 0
	assert_equal "$(pids "$out")" "1 2 3 4 "
	run jq -cS . <(sed -n 3p "$out")
	assert_output '{"kind":"tetragon","node_name":"n","process_exit":{"process":{"exec_id":"x","pid":3}}}'
}

@test "UTF-16 is refused by name, counted once, and kept" {
	local form
	for form in UTF-16LE UTF-16BE; do
		{ printf '\xef\xbb\xbf'; good 1; good 2; } |
			iconv -f UTF-8 -t $form >"$(tmp in)"
		feed "$(tmp in)" 1
		run cat "$err"
		assert_output "tetra-tap: error: stdin:record 1 (byte 0): UTF-16 text; convert it to UTF-8"
		assert_equal "$(ledger "$out" tetra-tap dropped)" 1
		assert_equal "$(ledger "$out" tetra-tap '.complete // false')" false
		assert_same "$rej" "$(tmp in)"
		feed "$(tmp in)" 1 --input-format=json
		assert_same "$rej" "$(tmp in)"
	done
	# A frame of 32639 bytes begins with the same two.
	printf '{"node_name":"%s"}\n' "$(head -c 32629 /dev/zero | tr '\0' a)" |
		tap -o pb | pb_records >"$(tmp in)"
	assert_equal "$(head -c 2 "$(tmp in)" | xxd -p)" fffe
	feed "$(tmp in)" 0
	count_is "$out" 3
}

# --- thirty kinds of damage ---------------------------------------------------

# kind NAME FORMAT [ARG...]: bytes of one bad unit, for printf
kind() {
	local name=$1
	shift
	# shellcheck disable=SC2059
	printf "$@" >"$(tmp kinds)/$name"
}

all_kinds() {
	local g
	mkdir -p "$(tmp kinds)"
	g=$(good 9)
	kind text 'no JSON at all\n'
	kind log-text 'time="x" level=info msg="{}"\n'
	kind number '12\n'
	kind string '"text"\n'
	kind array '[{"process_exit":{}}]\n'
	kind literal 'true\n'
	kind closing '}\n'
	kind cut-1 '{\n'
	kind cut-key '{"process_ex\n'
	kind cut-half '%s\n' "${g:0:60}"
	kind cut-last '%s\n' "${g:0:${#g}-1}"
	kind front-gone '%s\n' "${g:30}"
	kind torn '%s%s\n' "${g:0:40}" "${g:60}"
	kind comma '{"process_exit":{"status":1,}}\n'
	kind quotes "{'process_exit':{}}\n"
	kind bare-key '{process_exit:{}}\n'
	kind colon '{"process_exit" {}}\n'
	kind leading-zero '{"process_exit":{"status":01}}\n'
	kind nan '{"process_exit":{"status":NaN}}\n'
	kind escape '{"node_name":"\\x41"}\n'
	kind surrogate '{"node_name":"\\ud800"}\n'
	kind control '{"node_name":"a\001b"}\n'
	kind nul-in-string '{"node_name":"a\000b"}\n'
	kind nul-run '\000\000\000\000\n'
	kind utf8 '{"node_name":"a\377b"}\n'
	kind overlong '{"node_name":"\300\200"}\n'
	kind type '{"process_exit":[1]}\n'
	kind range '{"process_exit":{"status":4294967296}}\n'
	kind time '{"time":"2026-02-30T00:00:00Z"}\n'
	kind base64 '{"process_loader":{"buildid":"!"}}\n'
	kind twice '{"node_name":"a","nodeName":"b"}\n'
	kind oneof '{"process_exit":{},"process_exec":{}}\n'
	kind depth '{"x":%s1%s}\n' "$(printf '[%.0s' {1..500})" \
		"$(printf ']%.0s' {1..500})"
	kind pretty-cut '{\n  "process_exit": {\n    "status": 1,\n'
	kind pretty-bad '{\n  "process_exit": {\n    "status": 1,,\n  }\n}\n'
	kind long '{"node_name":"%s"}\n' "$(head -c 3000 /dev/zero | tr '\0' a)"
	kind long-text '%s\n' "$(head -c 3000 /dev/zero | tr '\0' a)"
	kind crlf '{"process_exit":\r\n'
	kind escape-codes '\033[31mred\007\n'
	kind cri-text '%s stderr F level=info\n' $T
	kind cri-empty '%s stdout F \n' $T
	kind cri-two '%s stdout F {"time":null}{"time":null}\n' $T
	kind cri-cut '%s stdout F %s\n' $T "${g:0:50}"
	kind cri-run '%s stdout P %s\n%s stdout F x%s\n' $T "${g:0:50}" $T \
		"${g:50}"
	kind cri-long '%s stdout P %s\n%s stdout F %s\n' $T \
		"$(head -c 1500 /dev/zero | tr '\0' a)" $T \
		"$(head -c 1500 /dev/zero | tr '\0' a)"
	kind docker-text '{"log":"text\\n","stream":"stdout","time":"%s"}\n' $T
	kind docker-run '{"log":"{","stream":"stdout","time":"%s"}\n{"log":"x}\\n","stream":"stdout","time":"%s"}\n' $T $T
}

# judge NAME: the one bad unit between two good ones
judge() {
	local name=$1 bad=$(tmp kinds)/$1 at from to
	{ good 1; cat "$bad"; good 2; } >"$(tmp in)"
	feed "$(tmp in)" 1 --max-record=2000
	assert_equal "$name: $(pids "$out")" "$name: 1 2 "
	assert_equal "$name: $(ledger "$out" tetra-tap '.in, dropped,
		.dropped.bad_record' | tr '\n' ' ')" "$name: 3 1 1 "
	assert_equal "$name: $(jq -r 'select(.kind == "gap") |
		"\(.reason) \(.count)"' "$out")" "$name: bad_record 1"
	# In the message, in the gap: which unit, and a byte that is in it.
	at=$(sed -n 's/^tetra-tap: error: stdin:record 2 (byte \([0-9]*\)): .*/\1/p' \
		"$err")
	from=$(good 1 | wc -c) to=$((from + $(stat -c %s "$bad")))
	((at >= from && at < to)) || fail "$name: byte $at not in $from..$to"
	run jq -r 'select(.kind == "gap") | .detail' "$out"
	assert_output --partial "record 2, byte $at: "
	tail -c +$((from + 1)) "$(tmp in)" | cmp -n "$(stat -c %s "$bad")" - "$rej"
	cmp "$bad" "$rej" || fail "$name: $(od -c "$rej" | head -n 3)"
}

@test "each kind of damage between good lines" {
	local f n=0
	all_kinds
	for f in "$(tmp kinds)"/*; do
		judge "${f##*/}"
		n=$((n + 1))
	done
	((n >= 30)) || fail "$n kinds"
}

@test "all kinds in one stream: accepted and rejected are the input" {
	local f n=0 k
	all_kinds
	for f in "$(tmp kinds)"/*; do
		good $((++n))
		cat "$f"
		cat "$f" >>"$(tmp bad)"
	done >"$(tmp in)"
	good $((++n)) >>"$(tmp in)"
	feed "$(tmp in)" 1 --max-record=2000
	assert_equal "$(pids "$out")" "$(seq -s ' ' "$n") "
	assert_equal "$(ledger "$out" tetra-tap dropped)" $((n - 1))
	assert_same "$(tmp bad)" "$rej"
	cp "$out" "$(tmp want)"
	for k in 1 17 1000; do
		rm "$rej"
		run by_bytes $k tetra-tap --replay - --rejects "$rej" \
			--max-record=2000 <"$(tmp in)"
		assert_same "$(tmp bad)" "$rej"
	done
	# Compressed: what comes out of it.
	for k in gzip zstd; do
		$k -qc <"$(tmp in)" >"$(tmp in.z)"
		feed "$(tmp in.z)" 1 --max-record=2000
		assert_same "$(tmp want)" "$out"
		assert_same "$(tmp bad)" "$rej"
	done
}

# --- rejects ------------------------------------------------------------------

@test "rejects: a cut last line, and what a cut compressed file still gives" {
	{ good 1; good 2 | head -c 40; } >"$(tmp in)"
	feed "$(tmp in)" 1
	assert_same "$rej" <(good 2 | head -c 40)
	{ good 1; echo bad; } | gzip -c | head -c -8 >"$(tmp in)"
	feed "$(tmp in)" 1
	assert_same "$rej" <(echo bad)
}

@test "rejects: frames that are none, over the limit, cut, and a lost rest" {
	local n
	{ good 1; good 2; } | tap -o pb | pb_records >"$(tmp pb)"
	n=$(($(stat -c %s "$(tmp pb)") / 2))
	head -c $n "$(tmp pb)" >"$(tmp 1)"
	tail -c $n "$(tmp pb)" >"$(tmp 2)"
	printf '\x03\x82\x01\x05' >"$(tmp bad)"
	{ printf '\xac\x02'; head -c 300 /dev/zero; } >"$(tmp long)"
	cat "$(tmp 1)" "$(tmp bad)" "$(tmp long)" "$(tmp 2)" >"$(tmp in)"
	feed "$(tmp in)" 1 --max-record=200
	assert_equal "$(pids "$out")" "1 2 "
	assert_same "$rej" <(cat "$(tmp bad)" "$(tmp long)")
	{ cat "$(tmp 1)"; head -c $((n - 3)) "$(tmp 2)"; } >"$(tmp in)"
	feed "$(tmp in)" 1
	assert_same "$rej" <(head -c $((n - 3)) "$(tmp 2)")
	{ head -c 11 /dev/zero | tr '\0' '\377'; head -c 1M /dev/urandom; } \
		>"$(tmp lost)"
	cat "$(tmp 1)" "$(tmp lost)" >"$(tmp in)"
	feed "$(tmp in)" 1
	assert_same "$rej" "$(tmp lost)"
	# Raw events of an agent.
	printf '\x02\x08\x01\x03\x0a\x05x\x02\x2a\x00' >"$(tmp in)"
	feed "$(tmp in)" 1 --input-format=tetragon-pb
	assert_same "$rej" <(printf '\x03\x0a\x05x')
}

@test "rejects: a line over the limit goes there whole, without memory" {
	[[ $BIN != *asan* ]] || skip "the sanitizer takes its own"
	{ printf '{"node_name":"'; head -c 200M /dev/zero | tr '\0' a
	printf '"}\n'; } >"$(tmp long)"
	{ good 1; cat "$(tmp long)"; good 2; } >"$(tmp in)"
	/usr/bin/time -f %M -o "$(tmp rss)" tetra-tap --replay "$(tmp in)" \
		--rejects "$(tmp rej)" >"$(tmp out)" 2>/dev/null || true
	assert_equal "$(pids "$(tmp out)")" "1 2 "
	cmp "$(tmp long)" "$(tmp rej)"
	(($(tail -n 1 "$(tmp rss)") < 40 * 1024)) || fail "KiB: $(cat "$(tmp rss)")"
	# The same in parts, and without a newline.
	head -c 100M /dev/zero | tr '\0' a | fold -w 16384 |
		sed "s/^/$T stdout P /" >"$(tmp in)"
	/usr/bin/time -f %M -o "$(tmp rss)" tetra-tap --replay "$(tmp in)" \
		--rejects "$(tmp rej2)" >"$(tmp out)" 2>/dev/null || true
	cmp "$(tmp in)" "$(tmp rej2)"
	(($(tail -n 1 "$(tmp rss)") < 64 * 1024)) || fail "KiB: $(cat "$(tmp rss)")"
	rm -f "$(tmp long)" "$(tmp in)" "$(tmp rej)" "$(tmp rej2)"
}

@test "rejects: appended to; what cannot be written is exit code 3" {
	echo bad >"$(tmp in)"
	echo before >"$(tmp kept)"
	run tetra-tap --replay "$(tmp in)" --rejects "$(tmp kept)"
	assert_equal "$status" 1
	assert_same "$(tmp kept)" <(echo before; echo bad)
	{ good 1; echo bad; good 2; } >"$(tmp in)"
	run --separate-stderr tetra-tap --replay "$(tmp in)" --rejects /dev/full
	assert_equal "$status" 3
	assert_equal "$(pids /dev/stdin <<<"$output")" "1 2 "
	assert_equal "$(grep -c "cannot write to '/dev/full'" <<<"$stderr")" 1
	run tetra-tap --replay "$(tmp in)" --rejects "$(tmp none)/x"
	assert_failure 3
	run tetra-tap --rejects "$(tmp x)"
	assert_failure 2
	assert_output --partial "--rejects goes with --replay"
	[ ! -e "$(tmp x)" ]
}

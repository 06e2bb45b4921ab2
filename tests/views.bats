#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# rt-hotsym's views of a whole stream. What is right is said by jq over the
# calls, by pprof, and by a browser.

load lib

setup_file() {
	export CALLS=$BATS_FILE_TMPDIR/calls.ndjson
	tetra-tap --replay "$DEMO" | rt-canon --sysroot "$SYSROOT" >"$CALLS"
}

# folded_by_jq [FILTER]: "STACK" a line for each call, by jq; FILTER picks frames
folded_by_jq() {
	jq -r 'select(.kind == "call" and (.stack_frames | length) > 0) |
		[(.process.binary | split("/") | last)] + [.stack_frames |
			reverse[] | select('"${1:-.is_kernel_space | not}"') |
			(.function_name // ((.module // "unknown") | split("/") | last |
				if startswith("[") then . else "[" + . + "]" end)) +
			(if .is_kernel_space then "_[k]" else "" end)] |
		map(gsub(";"; ":")) | join(";")'
}

counted() { sort | uniq -c | sed -E 's/^ *([0-9]+) (.*)$/\2 \1/' | LC_ALL=C sort; }

# calls: made-up ones; each line of stdin is a stack, innermost first, of
# function names parted by blanks
calls() {
	jq -cR '{kind: "call", event_id: "e", timestamp: "2026-01-01T00:00:01Z",
		process: {binary: "/bin/app"}, stack_frames: [split(" ")[] |
			{function_name: ., module: "/lib/x.so"}]}'
}

@test "folded: every stack as jq counts it" {
	folded_by_jq <"$CALLS" | counted >"$(tmp want)"
	rt-hotsym -o folded <"$CALLS" | LC_ALL=C sort >"$(tmp got)"
	run diff "$(tmp want)" "$(tmp got)"
	assert_success
	assert [ "$(wc -l <"$(tmp got)")" -gt 20 ]
	tetra-tap --replay testdata/events-made/all-kinds.ndjson | rt-canon >"$(tmp calls)"
	folded_by_jq true <"$(tmp calls)" | counted >"$(tmp want)"
	rt-hotsym -o folded --kernel <"$(tmp calls)" | LC_ALL=C sort >"$(tmp got)"
	grep -q '_\[k\]' "$(tmp got)"
	run diff "$(tmp want)" "$(tmp got)"
	assert_success
}

@test "folded: what was aggregated counts as often as it was" {
	printf 'c b a\nb a\n' | calls |
		jq -c 'if (.stack_frames | length) == 3 then
			.aggregation_count = "41" else . end' |
		rt-hotsym -o folded >"$(tmp got)"
	run cat "$(tmp got)"
	assert_output $'app;a;b 1\napp;a;b;c 41'
}

@test "table: self and total of each function, as jq counts them" {
	jq -r 'select(.kind == "call" and (.stack_frames | length) > 0) |
		[.stack_frames[] | select(.is_kernel_space | not) |
			(.function_name // ((.module // "unknown") | split("/") | last |
				if startswith("[") then . else "[" + . + "]" end))
			+ "  " + .module] |
		(.[0] | "self " + .), (unique[] | "total " + .)' "$CALLS" |
		sort | uniq -c >"$(tmp counts)"
	rt-hotsym -o table --top 1000 <"$CALLS" >"$(tmp got)"
	awk '{ n = $1; what = $2; $1 = $2 = ""; sub(/^  */, "")
			if (what == "self") self[$0] += n; else total[$0] += n }
		END { for (f in total) print total[f], self[f] + 0, f }' \
		"$(tmp counts)" | tr -s ' ' | LC_ALL=C sort >"$(tmp want)"
	sed -e 1d -e '$d' "$(tmp got)" | awk '{ n = $1; s = $3
			$1 = $2 = $3 = ""; sub(/^  */, ""); print n, s, $0 }' |
		tr -s ' ' | LC_ALL=C sort >"$(tmp rows)"
	run diff "$(tmp want)" "$(tmp rows)"
	assert_success
	# The most frequent first, so many as asked for.
	sed -e 1d -e '$d' "$(tmp got)" | awk '{ print $1 }' >"$(tmp order)"
	sort -c -n -r "$(tmp order)"
	run rt-hotsym -o table --top 3 <"$CALLS"
	assert_equal "${#lines[@]}" 5
	assert_line --index 4 --partial "$(grep -c '"kind":"call"' "$CALLS") events"
}

@test "table: recursion counts an event once" {
	printf 'f g f f\ng f\n' | calls | rt-hotsym -o table >"$(tmp got)"
	run awk 'NR > 1 && NF > 4 && $5 ~ /x.so/ { print $1, $3, $4 }' "$(tmp got)"
	assert_output $'2 1 f\n2 1 g'
}

@test "pprof: what go tool pprof reads" {
	rt-hotsym -o pprof <"$CALLS" >"$(tmp profile)"
	# Without taking C++ names to pieces.
	go tool pprof -symbolize=none -raw "$(tmp profile)" >"$(tmp raw)" 2>/dev/null
	grep -q '^events/count' "$(tmp raw)"
	# The samples: their functions, from the program inwards.
	awk '/^Locations/ { part = "l"; next } /^Mappings/ { part = "m" }
		/^Samples:/ { part = "s"; next }
		part == "l" { id = $1; sub(":", "", id)
			sub(/^ *[0-9]+: 0x0 (M=[0-9]+ )?/, "")
			sub(/ [^ ]*:[0-9]+(:[0-9]+)? s=.*$/, ""); name[id] = $0 }
		part == "s" && /^ +[0-9]+: / { sub(":", "", $1); n[++k] = $1
			s = ""; for (i = 2; i <= NF; i++) s = s " " $i; at[k] = s }
		END { for (i = 1; i <= k; i++) { c = split(at[i], part_of, " "); o = ""
			for (j = c; j; j--) o = o (j < c ? ";" : "") name[part_of[j]]
			print o, n[i] } }' "$(tmp raw)" | LC_ALL=C sort >"$(tmp got)"
	rt-hotsym -o folded <"$CALLS" | LC_ALL=C sort >"$(tmp want)"
	run diff "$(tmp want)" "$(tmp got)"
	assert_success
	# Modules with their build-ids.
	id=$(readelf -n "$SYSROOT/opt/shop/bin/shopd" | awk '/Build ID/ { print $3 }')
	grep -q "/opt/shop/bin/shopd $id" "$(tmp raw)"
}

@test "the order of events changes no byte" {
	for form in folded table svg pprof; do
		rt-hotsym -o $form <"$CALLS" >"$(tmp a)"
		{
			grep '"kind":"call"' "$CALLS" | tac
			grep -v '"kind":"call"' "$CALLS"
		} | rt-hotsym -o $form >"$(tmp b)"
		cmp "$(tmp a)" "$(tmp b)"
	done
}

@test "svg: hostile names stay names" {
	jq -cn --arg bidi $'\xe2\x80\xae' '{kind: "call", process: {binary: "/bin/<b>"},
		stack_frames: [{function_name: "</title><script>x</script>",
			module: "/lib/]]>\"&\u0001.so"},
		{function_name: ("a" + $bidi + "\u001b[2J;b\n"), module: "m"}]}' \
		>"$(tmp call)"
	rt-hotsym -o svg <"$(tmp call)" >"$(tmp x.svg)"
	xmllint --noout "$(tmp x.svg)"
	run xmllint --xpath 'count(//*[local-name() = "script"])' "$(tmp x.svg)"
	assert_output 1
	run xmllint --xpath 'string(//*[@data-d = "3"]/@data-f)' "$(tmp x.svg)"
	assert_output '</title><script>x</script>'
	run ! grep -q $'\xe2\x80\xae' "$(tmp x.svg)"
	rt-hotsym -o folded <"$(tmp call)" >"$(tmp folded)"
	assert_equal "$(wc -l <"$(tmp folded)")" 1
	rt-hotsym -o table <"$(tmp call)" >"$(tmp table)"
	run ! grep -q -e $'\e' -e $'\xe2\x80\xae' "$(tmp table)"
}

@test "svg: a browser shows, finds and zooms" {
	rt-hotsym -o svg <"$CALLS" >"$(tmp x.svg)"
	xmllint --noout "$(tmp x.svg)"
	dom() {
		timeout 60 chromium --headless --no-sandbox --disable-gpu \
			--user-data-dir="$(tmp profile)" --dump-dom \
			"file://$(tmp x.svg)$1" 2>/dev/null
	}
	n=$(rt-hotsym -o folded <"$CALLS" |
		awk '/order_settle/ { n += $NF } END { print n }')
	all=$(rt-hotsym -o folded <"$CALLS" | awk '{ n += $NF } END { print n }')
	dom '#search=order_settle' >"$(tmp dom)"
	grep -q ">\"order_settle\": $n events, $(
		awk -v a="$n" -v b="$all" 'BEGIN { printf "%.2f", 100 * a / b }')%<" \
		"$(tmp dom)"
	run grep -c 'class="match"' "$(tmp dom)"
	assert_output "$(grep -c 'data-f="[^"]*order_settle' "$(tmp x.svg)")"
	# Zoomed: the frame is as wide as the picture, its neighbours are gone.
	i=$(grep -n 'data-f="order_settle"' "$(tmp x.svg)" | head -n 1 | cut -d : -f 1)
	first=$(grep -n 'data-d="0"' "$(tmp x.svg)" | cut -d : -f 1)
	at=$(sed -n "$first,${i}p" "$(tmp x.svg)" | grep -c '<g data-x')
	dom "#zoom=$((at - 1))" >"$(tmp dom)"
	grep -F 'data-f="order_settle"' -A 4 "$(tmp dom)" |
		grep -q 'rect x="10" y="[0-9]*" width="1180"'
	grep -F 'data-f="order_place"' "$(tmp dom)" | grep -q 'class="gone"'
}

@test "bounds and losses are said" {
	seq 1 50 | sed 's/.*/leaf& mid root/' | calls >"$(tmp calls)"
	{
		cat "$(tmp calls)"
		echo '{"kind":"gap","stage":"x","reason":"overflow_oldest","count":"7"}'
		echo '{"kind":"gap","stage":"x","reason":"reconnect","unknown":true}'
		echo '{"kind":"call","process":{"binary":"/bin/app"}}'
	} >"$(tmp in)"
	run rt-hotsym -o table --max-nodes 10 <"$(tmp in)"
	assert_success
	assert_output --partial '51 events, 8 functions; 1 without a stack; 7 or more lost in 2 gaps; the stream is not complete; 44 cut short by --max-nodes'
	rt-hotsym -o folded --max-nodes 10 <"$(tmp in)" >"$(tmp got)"
	run awk '{ n += $NF } END { print n }' "$(tmp got)"
	assert_output 50
	run grep -c . "$(tmp got)"
	assert_output 7
	rt-hotsym -o svg --max-nodes 10 <"$(tmp in)" | grep -q '7 or more lost'
	rt-hotsym -o pprof --max-nodes 10 <"$(tmp in)" >"$(tmp profile)"
	go tool pprof -raw "$(tmp profile)" 2>&1 | grep -q '7 or more lost'
	run -2 rt-hotsym -o table --max-nodes 1 </dev/null
}

@test "table: on a terminal it is drawn anew while the stream goes on" {
	command -v script >/dev/null || skip "no script"
	cat >"$(tmp run)" <<-END
		{ head -n 100 "$CALLS"; sleep 1.3; tail -n +101 "$CALLS"; } |
			rt-hotsym -o table
	END
	script -qc "sh $(tmp run)" /dev/null </dev/null >"$(tmp got)"
	run grep -c $'\e\\[2J' "$(tmp got)"
	assert [ "$output" -ge 2 ]
	grep -q "$(grep -c '"kind":"call"' "$CALLS") events" "$(tmp got)"
	script -qc "rt-hotsym -o pprof <$CALLS" /dev/null </dev/null >"$(tmp got)"
	grep -q 'does not go to a terminal' "$(tmp got)"
}

@test "empty and broken input" {
	for form in table folded pprof svg; do
		run rt-hotsym -o $form </dev/null
		assert_success
		echo 'no record' | run -1 rt-hotsym -o $form
	done
	run -3 sh -c "rt-hotsym -o svg <$CALLS >/dev/full"
}

#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Every event that we have through the whole pipe: nothing lost, nothing
# changed that should not be, the same bytes however they arrive.

load lib

setup_file() {
	load lib
	local all=$BATS_FILE_TMPDIR/all.json
	event_files | xargs cat >"$all"
	cat "$MADE" >>"$all"
	zcat "$DEMO" >>"$all"
	export ALL=$all
	# What is inside of an unknown type is kept as it is written; there the
	# dress of an event cannot change.
	export KNOWN=$BATS_FILE_TMPDIR/known.json
	jq -c 'select(keys | any(test("^process_(connect|close|listen)$")) |
		not)' "$all" >"$KNOWN"
}

canon() { rt-canon --sysroot "$SYSROOT" "$@"; }

# as_protojson: what differs on purpose from the dump: a default written out
# and a 64-bit number that is no string (both in all-kinds.ndjson only)
as_protojson() {
	jq -cS 'walk(if type == "object" and .cookie == "0"
			then del(.cookie) else . end) |
		if .rate_limit_info then .rate_limit_info
			.number_of_dropped_process_events |= tostring
		else . end'
}

# --- through the pipe ---------------------------------------------------------

# counts FILE...: "name N", how many values each has
counts() { jq -nr 'reduce inputs as $e ({}; .[input_filename | sub(".*/"; "")]
	+= 1) | to_entries | sort_by(.key)[] | "\(.key) \(.value)"' "$@"; }

@test "each dump of its own, canonicalised and then redacted, is accounted for" {
	local f dir
	dir=$(tmp d)
	mkdir "$dir" "$dir/in" "$dir/out"
	for f in $(some_event_files) "$MADE"; do
		cp "$f" "$dir/in"
		tetra-tap --replay "$f" | canon | rt-redact |
			rt-hotsym >"$dir/out/${f##*/}"
		assert_equal "${PIPESTATUS[*]}" "0 0 0 0"
	done
	assert_balanced "$(echo "$dir"/out/*)" \
		tetra-tap rt-canon rt-redact rt-hotsym
	# jq counts the events, too.
	for f in "$dir"/out/*; do
		jq -c 'select(.kind == "ledger" and .stage == "tetra-tap") |
			range(.in | tonumber)' "$f" >"$f.n"
	done
	assert_same <(counts "$dir"/in/*) <(counts "$dir"/out/*.n | sed 's/\.n / /')
}

@test "each dump, redacted and then canonicalised, is accounted for" {
	local f dir n=0
	dir=$(tmp d)
	mkdir "$dir"
	for f in $(some_event_files) "$MADE" "$DEMO"; do
		tetra-tap --replay "$f" -o pb | rt-redact -o pb | canon -o pb |
			rt-hotsym -o json >"$dir/${f##*/}"
		assert_equal "${PIPESTATUS[*]}" "0 0 0 0"
	done
	assert_balanced "$(echo "$dir"/*)" tetra-tap rt-redact rt-canon rt-hotsym
}

@test "all dumps as one stream" {
	local out
	out=$(tmp out)
	tetra-tap --replay "$ALL" | canon | rt-redact | rt-hotsym >"$out"
	assert_equal "${PIPESTATUS[*]}" "0 0 0 0"
	assert_balanced "$out" tetra-tap rt-canon rt-redact rt-hotsym
	assert_equal "$(ledger "$out" tetra-tap .in)" "$(jq -c . "$ALL" | wc -l)"
}

@test "all dumps as operands, gzipped ones among them" {
	local out
	out=$(tmp out)
	# shellcheck disable=SC2046
	tetra-tap --replay $(event_files) "$MADE" "$DEMO" |
		canon | rt-redact | rt-hotsym >"$out"
	assert_balanced "$out" tetra-tap rt-canon rt-redact rt-hotsym
	assert_equal "$(ledger "$out" tetra-tap .in)" "$(jq -c . "$ALL" | wc -l)"
}

@test "a filter passes what is not its own untouched and in order" {
	local a b t
	a=$(tmp a) b=$(tmp b)
	tetra-tap --replay "$ALL" >"$a"
	# Raw events through rt-hotsym, calls through rt-canon.
	rt-hotsym <"$a" >"$b"
	assert_same <(records "$a") <(records "$b")
	canon <"$a" | rt-hotsym >"$(tmp hot)"
	for t in rt-canon rt-hotsym; do
		run_tool "$t" <"$(tmp hot)" >"$b"
		assert_same <(records "$(tmp hot)") <(records "$b")
	done
	canon <"$a" >"$(tmp calls)"
	rt-canon <"$(tmp calls)" >"$b"
	assert_same <(records "$(tmp calls)") <(records "$b")
}

@test "event types of the enterprise agent come through rt-canon as they are" {
	local types='process_(connect|close|listen)'
	tap <"$ALL" | canon >"$(tmp out)"
	jq -cS --arg t "$types" \
		'select(keys | any(test("^" + $t + "$")))' "$ALL" >"$(tmp want)"
	(($(wc -l <"$(tmp want)") > 5))
	jq -cS --arg t "$types" 'select(.kind == "tetragon" and
		(keys | any(test("^" + $t + "$")))) | del(.kind)' \
		"$(tmp out)" >"$(tmp got)"
	assert_same "$(tmp want)" "$(tmp got)"
	# Nothing else stays raw.
	assert_equal "$(jq -c 'select(.kind == "tetragon")' "$(tmp out)" | wc -l)" \
		"$(wc -l <"$(tmp want)")"
}

@test "every event of a known type becomes one call with its type and time" {
	local map='{process_exec: "ProcessExec", process_exit: "ProcessExit",
		process_kprobe: "Kprobe", process_uprobe: "Uprobe",
		process_tracepoint: "Tracepoint", process_usdt: "USDT",
		process_lsm: "Lsm", process_loader: "Loader"}'
	tap <"$ALL" | canon >"$(tmp out)"
	jq -c "$map"' as $m | . as $e | keys[] | select($m[.]) |
		[$m[.], $e.time, $e.node_name,
		 ($e[.] | .policy_name, .process.binary, .process.pid,
		  (.args // [] | length))]' "$ALL" >"$(tmp want)"
	jq -c 'select(.kind == "call") | [.probe_type, .timestamp, .node_name,
		.policy_name, .process.binary, .process.pid,
		(.arguments // [] | length)]' "$(tmp out)" >"$(tmp got)"
	assert_same "$(tmp want)" "$(tmp got)"
}

@test "event ids are 32 hex digits and differ" {
	tap <"$ALL" | canon | jq -r 'select(.kind == "call") | .event_id' \
		>"$(tmp ids)"
	run grep -vcE '^[0-9a-f]{32}$' "$(tmp ids)"
	assert_output 0
	assert_equal "$(sort -u "$(tmp ids)" | wc -l)" "$(wc -l <"$(tmp ids)")"
}

@test "redaction before or after canonicalising leaves the event ids alone" {
	tap <"$ALL" | canon | jq -r 'select(.kind == "call") | .event_id' \
		>"$(tmp clear)"
	tap <"$ALL" | rt-redact | canon |
		jq -r 'select(.kind == "call") | .event_id' >"$(tmp redacted)"
	assert_same "$(tmp clear)" "$(tmp redacted)"
}

@test "no run-time address leaves rt-canon" {
	tap <"$ALL" | canon >"$(tmp out)"
	jq -r '.. | objects | .address // empty |
		select(type == "string" and length > 4)' "$ALL" |
		sort -u >"$(tmp addresses)"
	[ -s "$(tmp addresses)" ]
	run grep -cFwf "$(tmp addresses)" \
		<(jq -c 'select(.kind == "call") | .stack_frames // empty' \
			"$(tmp out)")
	assert_output 0
}

# --- encodings ----------------------------------------------------------------

@test "JSON to protobuf to JSON is lossless on every dump" {
	local f
	for f in $(some_event_files) "$MADE" "$ALL"; do
		tetra-tap --replay "$f" -o pb | tap -o json >"$(tmp out)"
		assert_same <(as_protojson <"$f") <(bodies "$(tmp out)")
	done
}

@test "protobuf to JSON to protobuf is lossless on every dump" {
	local f
	for f in $(some_event_files) "$MADE" "$ALL"; do
		tetra-tap --replay "$f" -o pb >"$(tmp pb)"
		tap -o json <"$(tmp pb)" | tap -o pb >"$(tmp again)"
		assert_same <(pb_records <"$(tmp pb)") \
			<(pb_records <"$(tmp again)")
	done
}

@test "calls, hot symbols, gaps and ledgers survive both conversions" {
	tap <"$ALL" | canon | rt-redact | tee "$(tmp calls)" |
		rt-hotsym >"$(tmp hot)"
	local f
	for f in calls hot; do
		# Up to the ledger that the converting tap adds.
		tap -o pb <"$(tmp "$f")" | tap -o json |
			head -n "$(wc -l <"$(tmp "$f")")" >"$(tmp again)"
		assert_same "$(tmp "$f")" "$(tmp again)"
		tap -o pb <"$(tmp "$f")" >"$(tmp pb)"
		tap -o json <"$(tmp pb)" | tap -o pb |
			head -c "$(stat -c %s "$(tmp pb)")" >"$(tmp again)"
		assert_same "$(tmp pb)" "$(tmp again)"
	done
}

# each_frame FILE DIR: one file a frame
each_frame() {
	mkdir -p "$2"
	DIR=$2 frames 'open my $h, ">", sprintf "%s/%05d", $ENV{DIR}, $i or die;
		binmode $h; print $h $f; close $h' <"$1"
}

@test "libprotobuf reads our protobuf and knows every field; we read its" {
	# Some of each kind; digests are of the bytes, so not in ledgers.
	tetra-tap --replay "$DEMO" | canon | rt-hotsym >"$(tmp hot)"
	{ cat "$MADE"; tap <"$MADE" | canon | grep -v '"kind":"ledger"'
	tetra-tap --replay "$DEMO" | canon | grep stack_frames | head -n 10
	grep '"hot_symbol"' "$(tmp hot)" | head -n 9
	grep '"package_seen"' "$(tmp hot)" | head -n 9
	jq -c 'select(.kind == "ledger") | del(.digest, .in_digest)' "$(tmp hot)"
	} | tap -o pb >"$(tmp pb)"
	each_frame "$(tmp pb)" "$(tmp frames)"
	: >"$(tmp theirs)"
	local f
	for f in "$(tmp frames)"/*; do
		protoc -I "$ROOT/proto" --decode=rt.v1.Record \
			rt/v1/record.proto <"$f" >"$(tmp text)"
		# A field that it does not know is printed with its number.
		run grep -nE '^ *[0-9]+(:| \{)' "$(tmp text)"
		assert_failure 1
		protoc -I "$ROOT/proto" --encode=rt.v1.Record \
			rt/v1/record.proto <"$(tmp text)" >"$(tmp enc)"
		perl -e 'local $/; open F, "<", $ARGV[0]; $_ = <F>; my $n = length;
			my $l = ""; while ($n > 127) { $l .= chr($n & 127 | 128);
			$n >>= 7 } print $l, chr $n, $_' "$(tmp enc)" \
			>>"$(tmp theirs)"
	done
	tap <"$(tmp pb)" | jq -cS 'del(.digest, .in_digest)' >"$(tmp a)"
	tap <"$(tmp theirs)" | jq -cS 'del(.digest, .in_digest)' >"$(tmp b)"
	assert_same "$(tmp a)" "$(tmp b)"
	(($(wc -l <"$(tmp a)") > 100))
}

@test "a varint-delimited GetEventsResponse stream is read with tetragon-pb" {
	tap -o pb <"$ALL" >"$(tmp pb)"
	# Without the record around it: tag (2 bytes) and length.
	frames 'if ($kind == 16) { $p -= length $f; $p += 2; my $n = varint();
		put(substr $s, $p, $n); $p += $n }' <"$(tmp pb)" >"$(tmp raw)"
	tap --input-format=tetragon-pb -o pb <"$(tmp raw)" >"$(tmp again)"
	assert_same "$(tmp pb)" "$(tmp again)"
}

@test "compact output has one line a record and no control byte" {
	tap -o compact <"$ALL" >"$(tmp a)"
	tap -o json <"$ALL" >"$(tmp b)"
	grep -v '^    ' "$(tmp a)" >"$(tmp lines)" # but for the frames
	count_is "$(tmp lines)" "$(wc -l <"$(tmp b)")"
	tap <"$ALL" | canon | rt-hotsym -o compact >"$(tmp c)"
	run grep -cP '[\x00-\x08\x0b-\x1f\x7f]' "$(tmp a)" "$(tmp c)"
	assert_line "$(tmp a):0"
	assert_line "$(tmp c):0"
}

# --- the same events, written by others ---------------------------------------

JQ_MAPS='def opaque: . == "pod_labels" or . == "pod_annotations" or
	. == "node_labels" or . == "podLabels" or . == "podAnnotations" or
	. == "nodeLabels";
# f on each object, maps of labels left alone
def messages(f): if type == "object" then
	with_entries(if (.key | opaque) then . else .value |= messages(f) end) | f
	elif type == "array" then map(messages(f)) else . end;'

# same_as_plain: stdin is KNOWN in another dress; what the tap and what rt-canon
# make of it must be the same
same_as_plain() {
	tap >"$(tmp dressed)"
	tap <"$KNOWN" >"$(tmp plain)"
	assert_same <(bodies "$(tmp plain)") <(bodies "$(tmp dressed)")
	assert_same <(canon <"$(tmp plain)" | records /dev/stdin) \
		<(canon <"$(tmp dressed)" | records /dev/stdin)
	assert_equal "$(ledger "$(tmp dressed)" tetra-tap '.dropped, .complete')" \
		"$(printf 'null\ntrue')"
}

@test "lowerCamelCase names" {
	jq -c "$JQ_MAPS"'
		def camel: gsub("_(?<c>[a-zA-Z0-9])"; .c | ascii_upcase);
		# Only what protoc would: KprobeFunc, Key stay as they are.
		messages(with_entries(.key |= camel))' "$KNOWN" >"$(tmp in)"
	run grep -c '"execId"' "$(tmp in)"
	refute_output 0
	same_as_plain <"$(tmp in)"
}

@test "keys in alphabetical order" {
	jq -cS . "$KNOWN" | same_as_plain
}

@test "keys in reverse order, the envelope's last first" {
	jq -c "$JQ_MAPS"'messages(to_entries | reverse | from_entries)' "$KNOWN" |
		same_as_plain
}

@test "unpopulated fields written as null, \"\", [], 0 and false" {
	jq -c "$JQ_MAPS"'
		def process: {exec_id: "", pid: null, uid: null, cwd: "",
			binary: "", arguments: "", flags: "", start_time: null,
			auid: null, pod: null, docker: "", parent_exec_id: "",
			refcnt: 0, cap: null, ns: null, tid: null,
			process_credentials: null, binary_properties: null,
			user: null, in_init_tree: null,
			environment_variables: []} + .;
		def kprobe: {process: null, parent: null, function_name: "",
			args: [], return: null, action: "KPROBE_ACTION_UNKNOWN",
			kernel_stack_trace: [], policy_name: "",
			return_action: "KPROBE_ACTION_UNKNOWN", message: "",
			tags: [], user_stack_trace: [], ancestors: [],
			data: null} + .;
		def frame: {address: "0", offset: "0", symbol: "", module: ""} + .;
		messages(
			if has("exec_id") or has("binary") then process else . end |
			if has("function_name") and has("process") and
				(has("args") or has("action")) and
				(has("uprobe") | not) and (has("path") | not)
			then . else . end) |
		if .process_kprobe then .process_kprobe |= kprobe else . end |
		if .process_kprobe then .process_kprobe.kernel_stack_trace[] |= frame
			| .process_kprobe.user_stack_trace[] |= frame else . end |
		{node_name: "", time: null, aggregation_info: null,
		 cluster_name: "", node_labels: {}} + .' "$KNOWN" >"$(tmp in)"
	same_as_plain <"$(tmp in)"
}

@test "absent as \"\" and [] whatever the type" {
	jq -c "$JQ_MAPS"'
		messages(if has("exec_id") then {pod: "", cap: [], tid: "",
			refcnt: "", start_time: "", user: [],
			environment_variables: "", in_init_tree: ""} + .
			else . end) | {aggregation_info: [], node_labels: ""} + .' \
		"$KNOWN" | same_as_plain
}

JQ_NUMBERS='def is64: IN("address", "offset", "ref_ctr_offset", "size_arg",
	"long_arg", "cookie", "orig_size", "count", "Config", "ProbeOffset",
	"arg0", "arg1", "arg2", "arg3", "number_of_dropped_process_events");
def is32: IN("pid", "uid", "auid", "tid", "refcnt", "int_arg", "uint_arg",
	"status", "inum", "gid", "euid", "egid", "suid", "sgid", "fsuid",
	"fsgid", "sport", "dport", "mark", "hash", "len", "priority");'

@test "64-bit numbers as numbers, where JSON can say them" {
	jq -c "$JQ_MAPS$JQ_NUMBERS"'messages(with_entries(
		if (.key | is64) and (.value | type == "string" and
			test("^-?[0-9]{1,15}$"))
		then .value |= tonumber else . end))' "$KNOWN" >"$(tmp in)"
	run grep -cE '"offset":[0-9]' "$(tmp in)"
	refute_output 0
	same_as_plain <"$(tmp in)"
}

@test "32-bit numbers as strings, and with exponent or fraction" {
	jq -c "$JQ_MAPS$JQ_NUMBERS"'messages(with_entries(
		if (.key | is32) and (.value | type == "number")
		then .value |= tostring else . end))' "$KNOWN" >"$(tmp in)"
	run grep -cE '"pid":"[0-9]' "$(tmp in)"
	refute_output 0
	same_as_plain <"$(tmp in)"
	jq -c . "$KNOWN" | perl -pe 's/"(pid|uid|tid)":([1-9]\d*)\b/"$1":$2.0e0/g' |
		same_as_plain
}

@test "enums as numbers" {
	cat "$ROOT"/proto/tetragon/*.proto | perl -ne '
		$in = 1 if /^\s*enum\s/; $in = 0 if /\}/;
		print "\"$1\":$2\n" if $in && /^\s*(\w+)\s*=\s*(-?\w+)\s*[;\[]/' |
		perl -ne 'chomp; /:(.*)/; $v = $1; $v = hex $v if $v =~ /^0x/;
			s/:.*/:$v/; print $n++ ? "," : "{", $_;
			END { print "}" }' >"$(tmp enums)"
	jq -c --slurpfile e "$(tmp enums)" "$JQ_MAPS"'
		def number: if type == "string" and $e[0][.] != null
			then $e[0][.] else . end;
		messages(with_entries(if .key | IN("action", "return_action",
			"bpf_cmd_arg", "permitted", "effective", "inheritable",
			"securebits", "tainted", "event", "level", "caps")
			then .value |= (if type == "array" then map(number)
				else number end)
			else . end))' "$KNOWN" >"$(tmp in)"
	run grep -cE '"action":[0-9]' "$(tmp in)"
	refute_output 0
	run grep -cE '"permitted":\[[0-9]' "$(tmp in)"
	refute_output 0
	same_as_plain <"$(tmp in)"
}

@test "URL-safe and unpadded base64" {
	jq -c "$JQ_MAPS"'messages(with_entries(
		if .key | IN("bytes_arg", "buildid")
		then .value |= (if type == "string" then gsub("[+]"; "-") |
			gsub("/"; "_") | gsub("=+$"; "") else . end)
		else . end))' "$KNOWN" >"$(tmp in)"
	run cmp -s <(jq -c . "$KNOWN") "$(tmp in)"
	assert_failure
	same_as_plain <"$(tmp in)"
}

@test "pretty-printed: by two, by tabs, and by a printer of the other school" {
	jq . "$KNOWN" | same_as_plain
	jq --tab . "$KNOWN" | same_as_plain
	# { on a line of its own, a space before each colon
	jq --indent 7 . "$KNOWN" | perl -pe 's/^(\s*"(?:[^"\\]|\\.)*"):/$1 :/' |
		same_as_plain
}

@test "objects in a row without newlines, and with blanks between" {
	jq -c . "$KNOWN" | tr -d '\n' | same_as_plain
	jq -c . "$KNOWN" | tr '\n' ' ' | same_as_plain
	jq -c . "$KNOWN" | sed 's/$/\n\n  /' | same_as_plain
}

@test "protojson's extra blank after commas and colons" {
	jq -c . "$KNOWN" | perl -pe 's/("(?:[^"\\]|\\.)*")|([,:])/defined $1 ? $1 : "$2 "/ge' |
		same_as_plain
}

@test "strings with every character escaped" {
	# Of ASCII only what is between quotes and no escape already.
	jq -c 'if .process_exec then .process_exec.process.arguments |=
		(. // "" | . + " \u0041\ud83d\ude00/") else . end' "$KNOWN" >"$(tmp in)"
	perl -CSD -pe 's{("binary":")([^"\\]*)"}{$1 . join("", map {
		sprintf "\\u%04x", ord } split //, $2) . "\""}ge' "$(tmp in)" \
		>"$(tmp escaped)"
	tap <"$(tmp in)" >"$(tmp a)"
	tap <"$(tmp escaped)" >"$(tmp b)"
	assert_same "$(tmp a)" "$(tmp b)"
	assert_same <(as_protojson <"$(tmp in)" | grep -v 'arguments":""') \
		<(bodies "$(tmp a)" | grep -v 'arguments":""')
}

@test "times with an offset, and with fractions of all lengths" {
	printf '{"process_exec":{},"time":"%s"}\n' 2026-01-02T03:04:05Z \
		2026-01-02T05:04:05+02:00 2026-01-01T22:04:05-05:00 \
		2026-01-02T03:04:05.1Z 2026-01-02T03:04:05.12Z \
		2026-01-02T03:04:05.123Z 2026-01-02T03:04:05.1234Z \
		2026-01-02T03:04:05.123456Z 2026-01-02T03:04:05.000000001Z |
		tap >"$(tmp out)"
	run jq -r 'select(.time) | .time' "$(tmp out)"
	assert_output - <<-'END'
	2026-01-02T03:04:05Z
	2026-01-02T03:04:05Z
	2026-01-02T03:04:05Z
	2026-01-02T03:04:05.100Z
	2026-01-02T03:04:05.120Z
	2026-01-02T03:04:05.123Z
	2026-01-02T03:04:05.123400Z
	2026-01-02T03:04:05.123456Z
	2026-01-02T03:04:05.000000001Z
	END
}

# --- compression --------------------------------------------------------------

@test "gzip, zstd, several members: the same bytes as plain" {
	local f
	tetra-tap --replay "$ALL" -o pb >"$(tmp want)"
	gzip -c "$ALL" >"$(tmp x.gz)"
	gzip -1 -n -c "$ALL" >"$(tmp y)"
	zstd -q -c "$ALL" >"$(tmp x.zst)"
	split -n 5 "$ALL" "$(tmp part.)"
	for f in "$(tmp part.)"??; do gzip -c "$f"; done >"$(tmp many.gz)"
	for f in "$(tmp part.)"??; do zstd -q -c "$f"; done >"$(tmp many.zst)"
	for f in x.gz y x.zst many.gz many.zst; do
		tetra-tap --replay "$(tmp $f)" -o pb >"$(tmp got)"
		assert_same "$(tmp want)" "$(tmp got)"
		tap -o pb <"$(tmp $f)" >"$(tmp got)"
		assert_same "$(tmp want)" "$(tmp got)"
	done
	zcat "$(tmp x.gz)" | tetra-tap --replay - -o pb >"$(tmp got)"
	assert_same "$(tmp want)" "$(tmp got)"
	zcat "$DEMO" | tetra-tap --replay - >"$(tmp a)"
	tetra-tap --replay "$DEMO" >"$(tmp b)"
	assert_same "$(tmp a)" "$(tmp b)"
}

@test "records may come compressed into a filter, too" {
	tap <"$ALL" >"$(tmp in)"
	rt-canon <"$(tmp in)" >"$(tmp want)"
	gzip -c "$(tmp in)" | rt-canon >"$(tmp got)"
	assert_same "$(tmp want)" "$(tmp got)"
	tap -o pb <"$ALL" | zstd -q | rt-canon >"$(tmp got)"
	assert_same "$(tmp want)" "$(tmp got)"
}

# --- always the same ----------------------------------------------------------

@test "canonical output is the same over runs and encodings" {
	tetra-tap --replay "$ALL" | canon >"$(tmp want)"
	tetra-tap --replay "$ALL" | canon >"$(tmp got)"
	assert_same "$(tmp want)" "$(tmp got)"
	tetra-tap --replay "$ALL" -o pb | canon >"$(tmp got)"
	assert_same "$(tmp want)" "$(tmp got)"
	tetra-tap --replay "$ALL" -o pb | canon -o pb | tap |
		head -n "$(wc -l <"$(tmp want)")" >"$(tmp got)"
	assert_same "$(tmp want)" "$(tmp got)"
}

@test "the whole pipe says the same, whatever runs between the stages" {
	local a b c n=0
	for a in json pb; do for b in json pb; do for c in json pb; do
		tetra-tap --replay "$ALL" -o $a | canon -o $b |
			rt-redact -o $c | rt-hotsym -o json >"$(tmp $n)"
		[ $n = 0 ] || assert_same "$(tmp 0)" "$(tmp $n)"
		n=$((n + 1))
	done; done; done
}

@test "stdin and stdout a byte at a time change nothing" {
	local t
	head -c 60000 "$ALL" >"$(tmp in)"
	cat "$MADE" >>"$(tmp in)"
	tap <"$(tmp in)" >"$(tmp tap)" || [ $? = 1 ]
	canon <"$(tmp tap)" >"$(tmp canon)"
	by_bytes 1 tetra-tap --replay - <"$(tmp in)" >"$(tmp got)" || [ $? = 1 ]
	assert_same "$(tmp tap)" "$(tmp got)"
	by_bytes 1 rt-canon --sysroot "$SYSROOT" <"$(tmp tap)" >"$(tmp got)"
	assert_same "$(tmp canon)" "$(tmp got)"
	for t in rt-redact rt-hotsym; do
		$t <"$(tmp canon)" >"$(tmp want)"
		by_bytes 1 $t <"$(tmp canon)" >"$(tmp got)"
		assert_same "$(tmp want)" "$(tmp got)"
	done
	# The protobuf, the compressed and the pretty-printed way in.
	tap -o pb <"$(tmp in)" >"$(tmp pb)" || [ $? = 1 ]
	by_bytes 1 rt-canon --sysroot "$SYSROOT" <"$(tmp pb)" >"$(tmp got)"
	assert_same "$(tmp canon)" "$(tmp got)"
	gzip -c "$(tmp in)" | by_bytes 1 tetra-tap --replay - -o pb \
		>"$(tmp got)" || [ $? = 1 ]
	assert_same "$(tmp pb)" "$(tmp got)"
	jq . "$MADE" >"$(tmp pretty)"
	tap <"$(tmp pretty)" >"$(tmp want)"
	by_bytes 3 tetra-tap --replay - <"$(tmp pretty)" >"$(tmp got)"
	assert_same "$(tmp want)" "$(tmp got)"
}

@test "a pipe that is written a byte at a time" {
	tap <"$MADE" | rt-canon >"$(tmp want)"
	dd bs=1 status=none if="$MADE" | tap | dd bs=1 status=none |
		rt-canon | dd bs=1 status=none >"$(tmp got)"
	assert_same "$(tmp want)" "$(tmp got)"
}

# --- the books ----------------------------------------------------------------

@test "records that jq takes away show as unaccounted, not as silence" {
	tetra-tap --replay "$DEMO" |
		jq -c 'select(.process_exit | not)' |
		rt-canon >"$(tmp out)" 2>"$(tmp err)"
	local gone
	gone=$(zcat "$DEMO" | jq -c 'select(.process_exit)' | wc -l)
	((gone > 0))
	assert_equal "$(ledger "$(tmp out)" rt-canon '.unaccounted, .complete // false')" \
		"$(printf '%s\nfalse' "$gone")"
	assert_equal "$(ledger "$(tmp out)" rt-canon .upstream)" tetra-tap
	# And it is not complete further down either.
	rt-hotsym <"$(tmp out)" >"$(tmp hot)"
	assert_equal "$(ledger "$(tmp hot)" rt-hotsym '.complete // false')" false
}

@test "records added in between show as unaccounted, too" {
	tetra-tap --replay "$MADE" |
		jq -c 'if .process_exec then ., . else . end' |
		rt-canon >"$(tmp out)" 2>"$(tmp err)"
	local more
	more=$(jq -c 'select(.process_exec)' "$MADE" | wc -l)
	assert_equal "$(ledger "$(tmp out)" rt-canon '.unaccounted, .complete // false')" \
		"$(printf -- '-%s\nfalse' "$more")"
}

@test "a ledger that jq takes away leaves a chain that does not close" {
	tetra-tap --replay "$MADE" | jq -c 'select(.kind != "ledger")' |
		rt-canon >"$(tmp out)"
	assert_equal "$(ledgers "$(tmp out)" | wc -l)" 1
	assert_equal "$(ledger "$(tmp out)" rt-canon '.upstream // ""')" ""
}

@test "two streams after each other give two chains" {
	local n
	tap <"$MADE" >"$(tmp a)"
	tetra-tap --replay "$DEMO" >"$(tmp b)"
	cat "$(tmp a)" "$(tmp b)" | rt-canon | rt-redact >"$(tmp out)"
	run jq -r 'select(.kind == "ledger") | .stage' "$(tmp out)"
	assert_output - <<-'END'
	tetra-tap
	rt-canon
	rt-redact
	tetra-tap
	rt-canon
	rt-redact
	END
	# Each chain as if it had been alone, up to its place in the file.
	n=$(grep -n '"stage":"rt-redact"' "$(tmp out)" | grep -m1 '"kind":"ledger"' |
		cut -d: -f1)
	head -n "$n" "$(tmp out)" >"$(tmp first)"
	tail -n +"$((n + 1))" "$(tmp out)" >"$(tmp second)"
	assert_balanced "$(tmp first)" tetra-tap rt-canon rt-redact
	assert_balanced "$(tmp second)" tetra-tap rt-canon rt-redact
	rt-canon <"$(tmp a)" | rt-redact >"$(tmp alone)"
	assert_same "$(tmp alone)" "$(tmp first)"
}

@test "two protobuf streams after each other, and one of each sort of window" {
	tap -o pb <"$MADE" >"$(tmp a)"
	cat "$(tmp a)" "$(tmp a)" | rt-canon -o pb | rt-hotsym >"$(tmp out)"
	assert_equal "$(ledgers "$(tmp out)" | jq -r .stage | tr '\n' ' ')" \
		"tetra-tap rt-canon rt-hotsym tetra-tap rt-canon rt-hotsym "
	run jq -sc "$JQ_LEDGER"'map(select(.kind == "ledger")) |
		all(balanced and .complete and (.unaccounted // "0") == "0")' \
		"$(tmp out)"
	assert_output true
}

@test "an input with no event still has its ledger in each stage" {
	tap </dev/null | rt-canon | rt-redact | rt-hotsym >"$(tmp out)"
	assert_balanced "$(tmp out)" tetra-tap rt-canon rt-redact rt-hotsym
	count_is "$(tmp out)" 4
	assert_equal "$(ledger "$(tmp out)" rt-hotsym '.in // "0"')" 0
}

@test "throttling and rate limits become gaps, test events are counted" {
	tap <"$MADE" | rt-canon >"$(tmp out)"
	assert_equal "$(jq -c 'select(.kind == "gap" and
		.reason == "agent_throttle")' "$(tmp out)" | wc -l)" \
		"$(jq -c 'select(.process_throttle)' "$MADE" | wc -l)"
	assert_equal "$(jq -r 'select(.kind == "gap" and
		.reason == "agent_rate_limit") | .count' "$(tmp out)")" \
		"$(jq -r 'select(.rate_limit_info) |
			.rate_limit_info.number_of_dropped_process_events' "$MADE" |
			sed 's/18446744073709552000/18446744073709551615/')"
	assert_equal "$(ledger "$(tmp out)" rt-canon '.dropped | map(tonumber) | add')" \
		"$(jq -c 'select(.test)' "$MADE" | wc -l)"
}

# --- what we do not know --------------------------------------------------------

unknowns() {
	cat <<-'END'
	{"process_exec":{"process":{"exec_id":"YQ==","pid":1,"new_field":{"a":[1,"x",null,true],"b":1.50},"binary":"/b"},"later":"é \" \\ \u0001"},"node_name":"n","time":"2026-01-02T03:04:05Z","envelope_field":[{"deep":{}}]}
	{"process_something_new":{"process":{"pid":7},"x":[1,2]},"node_name":"n"}
	{"kind":"tetragon","process_exit":{"signal":"SIGNEW","status":3,"zz":"q"},"time":"2026-01-02T03:04:06Z"}
	{"kind":"call","event_id":"0123456789abcdef0123456789abcdef","probe_type":"ProcessExec","not_yet":{"k":"v"}}
	{"kind":"of_the_future","a":1,"b":{"c":["é"]}}
	{"process_kprobe":{"function_name":"f","action":"KPROBE_ACTION_OF_TOMORROW","args":[{"new_arg":{"q":1}}]}}
	END
}

@test "unknown fields, kinds and enum names survive the tap in both encodings" {
	unknowns >"$(tmp in)"
	tap <"$(tmp in)" >"$(tmp out)"
	jq -cS 'del(.kind | select(. == "tetragon"))' "$(tmp in)" >"$(tmp want)"
	assert_same "$(tmp want)" <(jq -cS 'select(.kind != "ledger" and .kind != "gap") |
		del(.kind | select(. == "tetragon"))' "$(tmp out)")
	tap -o pb <"$(tmp in)" | tap -o pb | tap >"$(tmp out)"
	assert_same "$(tmp want)" <(jq -cS 'select(.kind != "ledger" and .kind != "gap") |
		del(.kind | select(. == "tetragon"))' "$(tmp out)")
}

@test "a record of an unknown field is its bytes again, however jq writes it" {
	# Field 3949, which is no kind of today, length 3, "abc".
	local f one='{"kind":"unknown","@pb":"6vYBA2FiYw=="}'
	for f in '-c .' '-S .' '-cS .' '--tab {"@pb",kind}'; do
		# shellcheck disable=SC2086
		jq $f <<<"$one" | tap -o pb >"$(tmp out)"
		run bash -c 'xxd -p "$1" | tr -d "\n" | grep -o eaf60103616263' \
			_ "$(tmp out)"
		assert_output eaf60103616263
		run tap <"$(tmp out)"
		assert_line "$one"
	done
	# With another member, it is not what a writer of records makes.
	run tap <<<'{"kind":"unknown","@pb":"6vYBA2FiYw==","a":1}'
	assert_line '{"kind":"unknown","@pb":"6vYBA2FiYw==","a":1}'
}

@test "unknown kinds in a row on one line, and with rubbish behind them" {
	printf '%s' '{"kind":"future","a":1}{"kind":"future","a":2}' \
		' {"kind":"future","a":3}' >"$(tmp in)"
	tap <"$(tmp in)" >"$(tmp out)"
	run jq -r 'select(.kind == "future") | .a' "$(tmp out)"
	assert_output $'1\n2\n3'
	local l
	for l in '{"kind":"future","a":1},"b":2}' '{"kind":"future","a":1}x' \
		'{"kind":"unknown","@pb":"6gQFaGVs"}}'; do
		run -1 --separate-stderr tap <<<"$l"
		echo "$output" >"$(tmp out)"
		assert_equal "$l $(ledger "$(tmp out)" tetra-tap dropped)" "$l 1"
	done
}

@test "unknown fields and kinds pass the filters that do not touch them" {
	unknowns | tap >"$(tmp in)"
	local t
	for t in rt-hotsym rt-canon; do
		$t <"$(tmp in)" >"$(tmp out)"
		# rt-canon consumes known tetragon types, rt-hotsym calls.
		run jq -c 'select(.kind == "of_the_future" or
			.process_something_new)' "$(tmp out)"
		assert_output "$(jq -c 'select(.kind == "of_the_future" or
			.process_something_new)' "$(tmp in)")"
		assert_equal "$(ledger "$(tmp out)" $t 'balanced')" true
	done
	rt-hotsym <"$(tmp in)" >"$(tmp out)"
	assert_same <(jq -cS 'select(.kind == "tetragon")' "$(tmp in)") \
		<(jq -cS 'select(.kind == "tetragon")' "$(tmp out)")
	tap -o pb <"$(tmp in)" | rt-hotsym -o pb | tap >"$(tmp out)"
	assert_same <(jq -cS 'select(.kind == "tetragon")' "$(tmp in)") \
		<(jq -cS 'select(.kind == "tetragon")' "$(tmp out)")
	rt-canon <"$(tmp in)" >"$(tmp out)"
	assert_equal "$(jq -c 'select(.kind == "call" and .not_yet == {k: "v"})' \
		"$(tmp out)" | wc -l)" 1
}

@test "unknown protobuf fields survive JSON and the filters" {
	# An exec event with field 900 (varint), 901 (bytes), 902 (fixed32) and,
	# inside of the process, 903; then a record of kind 77.
	perl -e 'binmode STDOUT;
		sub v { my $v = shift; my $o = ""; while ($v > 127) {
			$o .= chr($v & 127 | 128); $v >>= 7 } $o . chr $v }
		sub len { v($_[0] << 3 | 2) . v(length $_[1]) . $_[1] }
		my $proc = len(2, v(1 << 3) . v(5)) . len(903, "\xff\x00in");
		my $ev = len(1, len(1, $proc)) . v(900 << 3) . v(300) .
			len(901, "raw\xfe") . v(902 << 3 | 5) . "abcd" .
			len(1000, "n");
		for (len(16, $ev), len(77, "kind77")) { print v(length), $_ }' \
		>"$(tmp pb)"
	local t
	for t in tetra-tap rt-hotsym; do
		run_tool $t -o pb <"$(tmp pb)" | pb_records >"$(tmp got)"
		assert_same "$(tmp pb)" "$(tmp got)"
		run_tool $t -o json <"$(tmp pb)" | run_tool $t -o pb |
			pb_records >"$(tmp got)"
		tap -o json <"$(tmp got)" >"$(tmp a)"
		tap -o json <"$(tmp pb)" >"$(tmp b)"
		assert_same <(records "$(tmp a)") <(records "$(tmp b)")
		# All unknown bytes are still there.
		run perl -e 'local $/; $_ = <STDIN>; print join ",",
			map { index($_[0] // $_, $_) } (); for my $x ("\xff\x00in",
			"raw\xfe", "abcd", "kind77") { print index($_, $x) >= 0 ?
			"y" : "n" }' <"$(tmp got)"
		assert_output yyyy
	done
	rt-canon -o pb <"$(tmp pb)" | frames 'put($f) if $kind == 77' >"$(tmp got)"
	assert_same <(frames 'put($f) if $kind == 77' <"$(tmp pb)") "$(tmp got)"
}

# --- against binutils -----------------------------------------------------------

# elf_functions FILE: "hex-address size name" of what nm calls text
elf_functions() {
	nm -S --defined-only "$1" |
		perl -ne 'print "$1 $2 $3\n" if /^(\S+) (\S+) [tTwW] (\S+)/'
}

# at_offset FILE OFFSET: its address, by readelf's program headers
at_offset() {
	readelf -lW "$1" | perl -ne '
		BEGIN { $o = shift }
		if (/^\s*LOAD\s+(0x\w+) (0x\w+) 0x\w+ (0x\w+)/) {
			my ($f, $v, $n) = map { hex } $1, $2, $3;
			printf "0x%x\n", $v + $o - $f and exit
				if $f <= $o && $o < $f + $n }' "$2"
}

demo_frames() {
	tetra-tap --replay "$DEMO" | canon | jq -c 'select(.kind == "call") |
		.stack_frames // [] | to_entries[] |
		{first: (.key == 0)} + .value |
		select((.module // "" | startswith("/opt/shop")) and
			.module_offset) |
		[.module, .module_offset, .function_id, .raw_symbol, .offset // "0",
		 .build_id, .verdict, .first, .function_name]' | sort -u
}

@test "build-ids are those of readelf -n" {
	demo_frames >"$(tmp frames)"
	jq -r '[.[0], .[5]] | @tsv' "$(tmp frames)" | sort -u >"$(tmp got)"
	(($(wc -l <"$(tmp got)") >= 6))
	local module id
	while read -r module id; do
		run sh -c "readelf -n '$SYSROOT$module' | sed -n 's/.*Build ID: //p'"
		assert_output "$id"
	done <"$(tmp got)"
}

@test "function and offset of each frame are those of addr2line and nm" {
	demo_frames >"$(tmp frames)"
	local module moff fid raw off rest first n=0 file addr pc start name
	while IFS='|' read -r module moff fid raw off first; do
		file=$SYSROOT$module
		case $module in
		*/worker-slim) file=$SYSROOT/opt/shop/bin/worker ;;
		esac
		addr=$(at_offset "$SYSROOT$module" "$moff")
		# A return address belongs to the call before it.
		pc=$(printf '0x%x' $((addr - (first == 0))))
		name=$(addr2line -f -e "$file" "$pc" | head -n 1)
		assert_equal "$raw" "$name"
		start=$(nm "$file" | awk -v n="$name" \
			'$3 == n && $2 ~ /[tTwW]/ { print $1 }')
		assert_equal "$off" "$((addr - 0x$start))"
		assert_equal "${fid%%:*}" "$(readelf -n "$file" |
			sed -n 's/.*Build ID: //p')"
		assert_equal "${fid##*+}" "$(printf '0x%x' "$off")"
		n=$((n + 1))
	done < <(jq -r 'select(.[0] | endswith("worker-slim") | not) |
		[.[0], .[1], .[2], .[3], .[4], (.[7] | if . then 1 else 0 end)] |
		map(tostring) | join("|")' "$(tmp frames)")
	((n >= 50))
}

@test "names of C, C++ and Rust functions are c++filt's without parameters" {
	demo_frames | jq -r '[.[3], .[8]] | @tsv' | sort -u >"$(tmp names)"
	local raw name plain
	while IFS=$'\t' read -r raw name; do
		[ -n "$raw" ] || continue
		case $raw in
		_R* | *17h????????????????E*) continue ;; # the next test
		_Z*) plain=$(c++filt -p "$raw" | sed 's/ \[clone .*//') ;;
		*) plain=${raw%%.*} ;;
		esac
		assert_equal "$name" "$plain"
	done <"$(tmp names)"
	grep -q '^_Z' "$(tmp names)"
	grep -qv '^_' "$(tmp names)"
}

@test "Rust names lose their hash in both manglings" {
	demo_frames | jq -r 'select(.[0] | endswith("libscore.so")) |
		[.[3], .[8]] | @tsv' | sort -u >"$(tmp names)"
	[ -s "$(tmp names)" ]
	grep -q '^_R' "$(tmp names)"
	grep -q '17h' "$(tmp names)"
	local raw name
	while IFS=$'\t' read -r raw name; do
		case $raw in _R* | _ZN*17h*) ;; *) continue ;; esac
		refute_regex "$name" '::h[0-9a-f]{16}'
		refute_regex "$name" '\[[0-9a-f]{8,}\]'
		assert_equal "$name" "$(c++filt "$raw" |
			sed -E 's/::h[0-9a-f]{16}$//; s/\[[0-9a-f]+\]//g')"
	done <"$(tmp names)"
}

@test "where the agent was wrong or blind, our name stands" {
	tetra-tap --replay "$DEMO" | canon >"$(tmp out)"
	# The table in testdata/demo/README.md, which gdb made.
	run jq -s '[.[] | .stack_frames[]? |
		select(.module == "/opt/shop/bin/shopd" and
			.module_offset == "4792") | .raw_symbol] | unique' \
		"$(tmp out)"
	assert_output --partial quantity_refused
	run jq -s '[.[] | .stack_frames[]? |
		select(.module // "" | startswith("/opt/shop")) | .verdict] |
		group_by(.) | map({(.[0]): length}) | add' "$(tmp out)"
	assert_output --partial '"corrected": 21'
}

#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What all tools do alike (DESIGN section 6), one test for all of them.

load lib

STREAM_TOOLS="tetra-tap $FILTERS"

# Also those that need more than a pipe to do their work.
all_tools() {
	local t
	for t in $STREAM_TOOLS rt-pgload rt-witness; do
		[ ! -x "$BIN/$t" ] || echo "$t"
	done
}

# with TOOL ARG...: run_tool with exit code, stdout and stderr apart
with() {
	code=0 out=$(tmp out) err=$(tmp err)
	run_tool "$@" >"$out" 2>"$err" || code=$?
}

setup() {
	# Events of every sort as the agent writes them: no stage has been at
	# work, so none owes a ledger.
	tetra-tap --replay "$MADE" | sed '$d; s/"kind":"tetragon",//' \
		>"$(tmp in)"
}

# one_ledger TOOL: there is exactly one of that tool, and it balances
one_ledger() {
	assert_equal "$(ledgers "$out" | jq -c --arg s "$1" \
		'select(.stage == $s)' | wc -l)" 1
	assert_equal "$(ledger "$out" "$1" balanced)" true
}

# --- options --------------------------------------------------------------------

@test "--help and -h: on stdout, exit 0, short, every option in it" {
	local t o
	for t in $(all_tools); do
		for o in --help -h; do
			run --separate-stderr -0 "$t" "$o"
			assert_equal "$stderr" ""
			assert_line --index 0 --regexp "^Usage: $t "
			local most=40
			[ "$t" != tetra-tap ] || most=90
			((${#lines[@]} <= most)) || fail "$t: ${#lines[@]} lines"
			refute_line --regexp '.{81}'
		done
		local help=$output
		while IFS=$'\t' read -r _ o _; do
			assert_regex "$help" "--$o( |$|"$'\n'")"
		done < <("$t" --dump-options)
	done
}

@test "--help works whatever else is wrong, and says so to a full disk" {
	local t
	for t in $(all_tools); do
		run -0 "$t" --no-such-option --help
		run -0 "$t" -h operand another
		run -3 sh -c "'$t' --help >/dev/full"
	done
}

@test "--version and -V" {
	local t o
	for t in $(all_tools); do
		for o in --version -V; do
			run --separate-stderr -0 "$t" "$o"
			assert_output --regexp "^$t .*[0-9]+\.[0-9]+\.[0-9]+$"
			assert_equal "$stderr" ""
		done
	done
}

# usage_error TOOL ARG...: exit 2, nothing on stdout, $stderr explains
usage_error() {
	run --separate-stderr -2 "$@" </dev/null
	assert_equal "$output" ""
	assert_regex "$stderr" "^$1: error: "
}

@test "an unknown option: exit 2, a suggestion, nothing on stdout" {
	local t
	for t in $(all_tools); do
		usage_error "$t" --log-fromat=json
		assert_regex "$stderr" "--log-fromat"
		assert_regex "$stderr" "'--log-format'"
		usage_error "$t" --zzzzzzzzzz
		refute_regex "$stderr" "did you mean"
		assert_regex "$stderr" "--help"
		usage_error "$t" -Z
	done
}

@test "a value that is missing, bad or out of range" {
	local t v
	for t in $(all_tools); do
		usage_error "$t" --log-format
		assert_regex "$stderr" "log-format"
		usage_error "$t" --log-format=xml
		assert_regex "$stderr" "'xml'.*log-format"
		usage_error "$t" --log-format=
		for v in 5x -1s abc '' 1e999; do
			usage_error "$t" "--drain-timeout=$v"
		done
		usage_error "$t" --quiet=perhaps
	done
	for t in $STREAM_TOOLS; do
		for v in abc -5 16XiB '' nan; do
			usage_error "$t" "--max-record=$v"
			assert_regex "$stderr" "max-record"
		done
		usage_error "$t" --output=yaml
		usage_error "$t" -oyaml
		usage_error "$t" --input-format=xml
		usage_error "$t" -o
	done
	usage_error rt-hotsym --max-keys=0
	usage_error rt-hotsym --max-keys=-1
	usage_error rt-hotsym --max-keys=99999999999999999999
	usage_error rt-hotsym --min-confidence=1.5
	usage_error rt-hotsym --window=0
	usage_error rt-canon --sysroot=/no/such/folder
	assert_regex "$stderr" "/no/such/folder"
}

@test "an operand that nobody asked for" {
	local t
	for t in $FILTERS; do
		usage_error "$t" surprise
		assert_regex "$stderr" "'surprise'"
		usage_error "$t" -- --quiet
		assert_regex "$stderr" "'--quiet'"
	done
	usage_error tetra-tap --overflow maybe
	assert_regex "$stderr" "not one of the choices"
}

@test "options in all spellings" {
	local o
	for o in "-o json" "-ojson" "--output json" "--output=json" "-q -o json" \
		"-qojson" "-o pb -o json"; do
		# shellcheck disable=SC2086
		rt-canon $o <"$(tmp in)" >"$(tmp out)"
		run head -c 1 "$(tmp out)"
		assert_output '{'
	done
}

@test "the value of an option never breaks the terminal" {
	run --separate-stderr -2 rt-canon $'--log-format=\033[31m\007'
	refute_regex "$stderr" $'\033|\007'
	run --separate-stderr -2 rt-canon $'--\033[31m'
	refute_regex "$stderr" $'\033'
}

# --- ways that input can be ---------------------------------------------------

@test "empty input: exit 0, one ledger that says so" {
	local t
	for t in $STREAM_TOOLS; do
		with $t </dev/null
		assert_equal "$t $code $(cat "$err")" "$t 0 "
		count_is "$out" 1
		one_ledger $t
		assert_equal "$(ledger "$out" $t '.in | n')" 0
		assert_equal "$(ledger "$out" $t '.complete, .unaccounted // "0"')" \
			$'true\n0'
		with $t -o pb </dev/null
		assert_equal "$(frames 'print "$kind "' <"$out")" "25 "
	done
}

# as_always TOOL: stdin must give what $(tmp in) gives
as_always() {
	run_tool "$1" <"$(tmp in)" >"$(tmp want)"
	with "$1"
	assert_equal "$1 $code" "$1 0"
	assert_same "$(tmp want)" "$out"
}

@test "no final newline, CRLF, a byte order mark, blank lines" {
	local t
	for t in $STREAM_TOOLS; do
		head -c -1 "$(tmp in)" | as_always $t
		sed 's/$/\r/' "$(tmp in)" | as_always $t
		{ printf '\xef\xbb\xbf'; cat "$(tmp in)"; } | as_always $t
		sed 's/^/ \t/; s/$/ \n\n/' "$(tmp in)" | as_always $t
		{ printf '\xef\xbb\xbf\r\n\r\n'; sed 's/$/\r/' "$(tmp in)"; } |
			as_always $t
	done
	printf '\xef\xbb\xbf' >"$(tmp bom)"
	with tetra-tap <"$(tmp bom)"
	assert_equal $code 0
	count_is "$out" 1
}

@test "one event says the same as JSON and as protobuf" {
	local t
	tap -o pb <"$MADE" | pb_records >"$(tmp pb)"
	# Neither has a ledger, and both say so.
	tap <"$(tmp pb)" | jq -c 'select(.kind == "tetragon")' >"$(tmp json)"
	for t in $STREAM_TOOLS; do
		run_tool $t <"$(tmp json)" >"$(tmp a)"
		run_tool $t <"$(tmp pb)" >"$(tmp b)"
		assert_same "$(tmp a)" "$(tmp b)"
		run_tool $t --input-format=json <"$(tmp json)" >"$(tmp b)"
		assert_same "$(tmp a)" "$(tmp b)"
		run_tool $t --input-format=pb <"$(tmp pb)" >"$(tmp b)"
		assert_same "$(tmp a)" "$(tmp b)"
	done
}

@test "a byte at a time, with signals in between" {
	local t
	{ head -n 12 "$(tmp in)"; tail -n 1 "$(tmp in)"; } >"$(tmp few)"
	for t in $STREAM_TOOLS; do
		run_tool $t <"$(tmp few)" >"$(tmp want)"
		if [ $t = tetra-tap ]; then set -- $t --replay -; else set -- $t; fi
		by_bytes 1 "$@" <"$(tmp few)" >"$(tmp got)"
		assert_same "$(tmp want)" "$(tmp got)"
		run_tool $t -o pb <"$(tmp few)" >"$(tmp pb)"
		by_bytes 1 "$@" -o pb <"$(tmp pb)" | pb_records >"$(tmp got)"
		run_tool $t -o pb <"$(tmp pb)" | pb_records >"$(tmp want)"
		assert_same "$(tmp want)" "$(tmp got)"
		# And through pipes that are slow at both ends.
		dd bs=1 status=none if="$(tmp few)" | run_tool $t |
			dd bs=1 status=none >"$(tmp got)"
		run_tool $t <"$(tmp few)" >"$(tmp want)"
		assert_same "$(tmp want)" "$(tmp got)"
	done
}

@test "damage: exit 1, a message with its place, a gap, a ledger that balances" {
	local t what
	for t in $STREAM_TOOLS; do
		for what in cut nul utf8 garbage; do
			{ head -n 3 "$(tmp in)"
			case $what in
			cut) head -n 4 "$(tmp in)" | tail -n 1 | head -c 99; echo ;;
			nul) printf '{"kind":"tetragon","node_name":"a\0"}\n' ;;
			utf8) printf '{"kind":"tetragon","node_name":"\xff"}\n' ;;
			garbage) printf '\x01\x02 what?\n' ;;
			esac
			sed -n '5,9p' "$(tmp in)"; } >"$(tmp broken)"
			with $t <"$(tmp broken)"
			assert_equal "$t $what $code" "$t $what 1"
			one_ledger $t
			assert_equal "$(ledger "$out" $t '[(.in | n), dropped]' |
				tr -d ' \n')" "[9,1]"
			run cat "$err"
			assert_line --regexp \
				"^$t: error: stdin:record 4 \(byte [0-9]+\): [a-zA-Z\"-]"
			run jq -r 'select(.kind == "gap" and .stage == "'$t'") |
				.reason' "$out"
			assert_line bad_record
		done
	done
}

@test "a record over --max-record is data: dropped, counted, exit 1" {
	local t
	{ head -n 2 "$(tmp in)"
	jq -nc '{kind: "call", event_id: ("x" * 70000)}'
	sed -n '3,5p' "$(tmp in)"; } >"$(tmp broken)"
	for t in $STREAM_TOOLS; do
		with $t --max-record=64KiB <"$(tmp broken)"
		assert_equal "$t $code" "$t 1"
		one_ledger $t
		assert_equal "$(ledger "$out" $t '[(.in | n), dropped]' |
			tr -d ' \n')" "[6,1]"
		run cat "$err"
		assert_output --partial "--max-record"
		with $t --max-record=80KiB <"$(tmp broken)"
		assert_equal "$t $code" "$t 0"
	done
}

@test "repeats are counted, not printed" {
	local t
	for ((i = 0; i < 500; i++)); do echo "rubbish $i"; done >"$(tmp broken)"
	for t in $STREAM_TOOLS; do
		with $t <"$(tmp broken)"
		assert_equal "$t $code" "$t 1"
		(($(wc -l <"$err") < 12))
		run cat "$err"
		assert_output --partial "495 more"
	done
}

@test "-q says errors only, -v says more" {
	local t
	for t in $STREAM_TOOLS; do
		jq -c 'select(.test | not)' "$(tmp in)" >"$(tmp fewer)"
		with $t -q <"$(tmp fewer)"
		assert_equal "$(cat "$err")" ""
	done
}

# --- ways that output can end ---------------------------------------------------

@test "/dev/full as standard output: exit 3 and a message" {
	local t o
	for t in $STREAM_TOOLS; do
		for o in json pb compact; do
			code=0
			run_tool $t -o $o <"$(tmp in)" >/dev/full 2>"$(tmp err)" ||
				code=$?
			assert_equal "$t $code" "$t 3"
			run cat "$(tmp err)"
			assert_output --regexp \
				"^$t: error: .*stdout.*No space left on device$"
		done
	done
}

@test "a reader that goes away: quiet death by SIGPIPE" {
	local t
	for t in $STREAM_TOOLS; do
		# The reader is gone before anything can be written.
		{ { sleep 0.2; cat "$(tmp in)"; } | {
			code=0
			run_tool $t 2>"$(tmp err)" || code=$?
			echo $code >"$(tmp code)"
		} | :; } || true
		assert_equal "$t $(cat "$(tmp code)") $(cat "$(tmp err)")" "$t 141 "
	done
}

@test "a reader that goes away in the middle stops the whole pipe" {
	for ((i = 0; i < 60; i++)); do cat "$(tmp in)"; done >"$(tmp big)"
	run bash -c "set -o pipefail; tetra-tap --replay '$(tmp big)' | rt-canon |
		rt-redact | head -n 3"
	assert_equal "$status" 141
	assert_equal "${#lines[@]}" 3
}

@test "closed descriptors are errors, not empty streams" {
	local t
	for t in $STREAM_TOOLS; do
		code=0
		run_tool $t <&- >"$(tmp out)" 2>"$(tmp err)" || code=$?
		assert_equal "stdin $t $code" "stdin $t 3"
		code=0
		run_tool $t <"$(tmp in)" >&- 2>"$(tmp err)" || code=$?
		assert_equal "stdout $t $code" "stdout $t 3"
	done
}

@test "a closed stderr changes nothing" {
	local t
	for t in $STREAM_TOOLS; do
		{ cat "$(tmp in)"; echo rubbish; } >"$(tmp broken)"
		code=0
		run_tool $t <"$(tmp broken)" >"$(tmp a)" 2>/dev/null || code=$?
		assert_equal $code 1
		code=0
		run_tool $t <"$(tmp broken)" >"$(tmp b)" 2>&- || code=$?
		assert_equal $code 1
		assert_same "$(tmp a)" "$(tmp b)"
	done
}

@test "a directory as standard input: exit 3" {
	local t
	for t in $STREAM_TOOLS; do
		with $t </
		assert_equal "$t $code" "$t 3"
		run cat "$err"
		assert_output --regexp "^$t: error: .*[Ii]s a directory"
	done
}

@test "protobuf does not go to a terminal, compact does" {
	command -v script >/dev/null || skip "no script(1)"
	local t q
	for t in $STREAM_TOOLS; do
		q=$t
		[ $t != tetra-tap ] || q="$t --replay -"
		run -2 script -qec "$q -o pb <'$(tmp in)'" /dev/null </dev/null
		assert_output --partial terminal
		run -0 script -qec "$q <'$(tmp in)' 2>/dev/null" /dev/null </dev/null
		refute_output --partial '{"kind"'
		assert_output --partial "$t"
		run -0 script -qec "NO_COLOR=1 $q <'$(tmp in)' 2>/dev/null" \
			/dev/null </dev/null
		refute_output --partial $'\033'
		run -0 script -qec "TERM=dumb $q <'$(tmp in)' 2>/dev/null" \
			/dev/null </dev/null
		refute_output --partial $'\033'
		run -0 script -qec "$q -o json <'$(tmp in)' 2>/dev/null" \
			/dev/null </dev/null
		assert_output --partial '{"kind"'
	done
}

# --- signals --------------------------------------------------------------------

# started TOOL ARG...: in the background ($pid), fed by fd 8 through a FIFO
started() {
	rm -f "$(tmp fifo)"
	mkfifo "$(tmp fifo)"
	if [ "$1" = tetra-tap ]; then
		shift
		set -- tetra-tap --replay - "$@"
	fi
	out=$(tmp out) err=$(tmp err)
	"$@" <"$(tmp fifo)" >"$out" 2>"$err" 3>&- 8>&- &
	pid=$!
	exec 8>"$(tmp fifo)"
}

# until_true COMMAND...: within five seconds
until_true() {
	local i
	for ((i = 0; i < 100; i++)); do
		! "$@" || return 0
		sleep 0.05
	done
	fail "still not: $*"
}

has_line() { grep -q "$1" "$2"; }

ended() {
	code=0
	wait "$pid" || code=$?
	exec 8>&-
}

@test "output does not wait in a buffer while no input comes" {
	local t
	for t in tetra-tap rt-canon rt-redact; do
		started $t
		head -n 1 "$(tmp in)" >&8
		until_true has_line '"kind"' "$out"
		exec 8>&-
		ended
		assert_equal "$t $code" "$t 0"
	done
}

@test "SIGTERM: drain, ledger, die by the signal" {
	local t
	for t in $STREAM_TOOLS; do
		started $t --drain-timeout=200ms
		head -n 4 "$(tmp in)" >&8
		sleep 0.3
		kill -TERM "$pid"
		ended
		assert_equal "$t $code" "$t 143"
		one_ledger $t
		assert_equal "$(ledger "$out" $t '[(.in | n), .complete // false]' |
			tr -d ' \n')" "[4,false]"
	done
}

@test "SIGTERM: a filter reads on what its upstream still writes" {
	local t
	for t in $FILTERS; do
		started $t --drain-timeout=20s
		head -n 2 "$(tmp in)" >&8
		sleep 0.2
		kill -TERM "$pid"
		sleep 0.2
		sed -n '3,6p' "$(tmp in)" >&8
		exec 8>&-
		ended
		assert_equal "$t $code" "$t 143"
		assert_equal "$(ledger "$out" $t '.in | n')" 6
	done
}

@test "SIGTERM to the whole pipe: nothing is lost between the stages" {
	mkfifo "$(tmp fifo)"
	sh -c 'echo $$ >"$1"; exec tetra-tap --replay -' - "$(tmp pid)" \
		<"$(tmp fifo)" 3>&- | rt-canon 3>&- |
		rt-redact 3>&- | rt-hotsym >"$(tmp out)" 3>&- &
	local last=$!
	exec 8>"$(tmp fifo)"
	head -n 20 "$MADE" >&8
	sleep 0.4
	kill -TERM "$(cat "$(tmp pid)")"
	wait "$last" || true
	exec 8>&-
	assert_equal "$(ledgers "$(tmp out)" | jq -r .stage | tr '\n' ' ')" \
		"tetra-tap rt-canon rt-redact rt-hotsym "
	run jq -sc "$JQ_LEDGER"'map(select(.kind == "ledger")) |
		map([balanced, .unaccounted // "0", .complete // false]) | unique' \
		"$(tmp out)"
	assert_output '[[true,"0",false]]'
	assert_equal "$(ledger "$(tmp out)" tetra-tap '.in | n')" 20
}

@test "a second SIGTERM kills at once" {
	started rt-canon --drain-timeout=60s
	head -n 2 "$(tmp in)" >&8
	sleep 0.2
	kill -TERM "$pid"
	sleep 0.1
	kill -TERM "$pid"
	ended
	assert_equal $code 143
}

@test "SIGUSR1: a status line on stderr, and on it goes" {
	local t
	for t in $STREAM_TOOLS; do
		started $t
		head -n 3 "$(tmp in)" >&8
		sleep 0.2
		kill -USR1 "$pid"
		until_true has_line 3 "$err"
		run cat "$err"
		assert_output --regexp "^$t: .*3 records"
		sed -n '4,5p' "$(tmp in)" >&8
		exec 8>&-
		ended
		assert_equal "$t $code" "$t 0"
		assert_equal "$(ledger "$out" $t '.in | n')" 5
	done
}

# --- logs and metrics -------------------------------------------------------------

@test "--log-format=json: every message is a JSON object" {
	local t
	{ head -n 2 "$(tmp in)"; printf '\033"\\ rubbish \xff\n{"a":\n'
	sed -n 3p "$(tmp in)"; for i in 1 2 3 4 5 6 7 8; do echo x; done
	tail -n 1 "$(tmp in)"; } >"$(tmp broken)"
	for t in $STREAM_TOOLS; do
		with $t --log-format=json <"$(tmp broken)"
		assert_equal "$t $code" "$t 1"
		[ -s "$err" ]
		iconv -f UTF-8 -t UTF-8 "$err" >/dev/null
		run jq -c 'if type == "object" and (.level | IN("error", "warning",
			"info", "hint", "detail")) and .tool == "'$t'" and
			(.msg | length > 0) then empty else . end' "$err"
		assert_success
		assert_output ""
		assert_equal "$(jq -c . "$err" | wc -l)" "$(wc -l <"$err")"
	done
}

@test "--log-format=json: a file name of any bytes" {
	local name
	name=$(tmp $'na"me\\\xff\xfe\n\t\x7f')
	run --separate-stderr -3 tetra-tap --log-format=json --replay "$name"
	echo "$stderr" >"$(tmp err)"
	iconv -f UTF-8 -t UTF-8 "$(tmp err)" >/dev/null
	run jq -e .msg "$(tmp err)"
	assert_success
}

@test "--log-format=json: a message about a call names the event" {
	# A good event whose stack is malformed: the id is known by then.
	perl -e 'binmode STDOUT; sub len { my ($n, $s) = @_; my $t = $n << 3 | 2;
			my $o = ""; while ($t > 127) { $o .= chr($t & 127 | 128);
			$t >>= 7 } $o . chr($t) . chr(length $s) . $s }
		my $p = len(1, "YTox") . len(2, "\x08\x05") . len(5, "/bin/x") .
			len(11, "0123456789abcdef0");
		my $k = len(1, $p) . len(3, "sys_read") . len(12, "\x0a\x7f");
		my $r = len(16, len(9, $k));
		print chr(length $r), $r' >"$(tmp bad)"
	code=0
	rt-canon --log-format=json <"$(tmp bad)" >"$(tmp out)" 2>"$(tmp err)" ||
		code=$?
	assert_equal $code 1
	run jq -r 'select(.level == "error") | .processName, .probeType,
		.containerId, (.eventId | length)' "$(tmp err)"
	assert_output $'/bin/x\nKprobe\n0123456789abcdef0\n32'
}

# prometheus FILE: is it text format 0.0.4? (prometheus.io, "Exposition formats")
prometheus() {
	[ -z "$(tail -c 1 "$1" | tr -d '\n')" ]
	awk '
	function bad(why) { print "line " NR ": " why ": " $0; exit 1 }
	/^# HELP [a-zA-Z_:][a-zA-Z0-9_:]* / { if (help[$3]++) bad("HELP twice"); next }
	/^# TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (counter|gauge|histogram)$/ {
		if (type[$3]) bad("TYPE twice")
		if (seen[$3]) bad("TYPE behind a sample")
		type[$3] = $4; next }
	/^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*")*\})? ([-+0-9.eE]+|NaN|[+-]Inf)$/ {
		name = $0; sub(/[{ ].*/, "", name)
		base = name; sub(/_(bucket|sum|count)$/, "", base)
		if (!type[name] && type[base] != "histogram") bad("no TYPE")
		if (!help[name] && !help[base]) bad("no HELP")
		key = $0; sub(/ [^ ]*$/, "", key)
		if (sample[key]++) bad("sample twice")
		fam = type[name] ? name : base
		if (last != fam && seen[fam]) bad("a family in pieces")
		seen[fam] = 1; last = fam
		if (name ~ /_bucket$/) {
			if ($NF + 0 < bucket[base] + 0) bad("buckets go down")
			bucket[base] = $NF
			if (key ~ /le="\+Inf"/) inf[base] = $NF }
		if (name ~ /_count$/ && type[base] == "histogram") count[base] = $NF
		next }
	{ bad("not Prometheus text") }
	END { for (b in count) if (inf[b] != count[b]) {
		print b ": +Inf " inf[b] ", count " count[b]; exit 1 } }' "$1"
}

@test "--metrics-file: Prometheus text, nothing left beside it" {
	local t dir
	dir=$(tmp metrics)
	for t in $STREAM_TOOLS; do
		rm -rf "$dir"
		mkdir "$dir"
		with $t --metrics-file="$dir/$t.prom" <"$(tmp in)"
		assert_equal "$t $code" "$t 0"
		assert_equal "$(ls "$dir")" "$t.prom"
		[ -s "$dir/$t.prom" ]
		run prometheus "$dir/$t.prom"
		assert_success
	done
}

metric() { awk -v m="$2" '$1 == m || index($1, m "{") == 1 { s += $2 }
	END { print s + 0 }' "$1"; }

@test "metrics say what the ledgers say" {
	local calls n
	tetra-tap --replay "$MADE" --metrics-file="$(tmp t)" >"$(tmp a)"
	rt-canon --metrics-file="$(tmp c)" <"$(tmp a)" >"$(tmp b)"
	rt-hotsym --metrics-file="$(tmp h)" <"$(tmp b)" >"$(tmp d)"
	n=$(jq -c . "$MADE" | wc -l)
	assert_equal "$(metric "$(tmp t)" tetragon_events_total)" "$n"
	assert_equal "$(metric "$(tmp t)" runtime_events_received_total)" "$n"
	assert_equal "$(metric "$(tmp t)" 'runtime_events_received_total{probe_type="Kprobe"}')" \
		"$(jq -c 'select(.process_kprobe)' "$MADE" | wc -l)"
	calls=$(jq -c 'select(.kind == "call")' "$(tmp b)" | wc -l)
	assert_equal "$(metric "$(tmp c)" runtime_events_converted_total)" "$calls"
	assert_equal "$(metric "$(tmp h)" hot_symbols_published_total)" \
		"$(jq -c 'select(.kind == "hot_symbol")' "$(tmp d)" | wc -l)"
	run cat "$(tmp c)"
	assert_output --partial runtime_event_conversion_duration_ms_bucket
}

@test "a metrics file that cannot be written: exit 3" {
	local t
	for t in $STREAM_TOOLS; do
		with $t --metrics-file=/no/such/folder/m <"$(tmp in)"
		assert_equal "$t $code" "$t 3"
		# The records are there all the same.
		one_ledger $t
		run cat "$err"
		assert_output --partial metrics
	done
}

@test "--metrics-listen serves /metrics and /healthz" {
	command -v curl >/dev/null || skip "no curl"
	local t port
	for t in tetra-tap rt-hotsym; do
		port=$((20000 + RANDOM % 20000))
		started $t --metrics-listen=127.0.0.1:$port
		head -n 3 "$(tmp in)" >&8
		until_true curl -sf -o /dev/null "http://127.0.0.1:$port/healthz"
		curl -sf "http://127.0.0.1:$port/metrics" >"$(tmp m)"
		run prometheus "$(tmp m)"
		assert_success
		run curl -s -o /dev/null -w '%{http_code}' \
			"http://127.0.0.1:$port/else"
		assert_output 404
		exec 8>&-
		ended
		assert_equal "$t $code" "$t 0"
	done
	usage_error rt-hotsym --metrics-listen=nonsense
}

# --- environment and configuration -------------------------------------------------

# window FILE: the length of the windows in seconds
window() {
	jq -r 'select(.kind == "hot_symbol") |
		((.window_end | sub("\\.[0-9]+Z"; "Z") | fromdate) -
		 (.window_start | sub("\\.[0-9]+Z"; "Z") | fromdate))' "$1" | sort -u
}

calls() { tetra-tap --replay "$DEMO" | rt-canon --sysroot "$SYSROOT"; }

@test "TETRAPIPE_* sets options, the command line wins" {
	calls >"$(tmp calls)"
	TETRAPIPE_WINDOW=2m rt-hotsym <"$(tmp calls)" >"$(tmp out)"
	assert_equal "$(window "$(tmp out)")" 120
	TETRAPIPE_WINDOW=2m rt-hotsym --window=5m <"$(tmp calls)" >"$(tmp out)"
	assert_equal "$(window "$(tmp out)")" 300
	local t
	for t in $STREAM_TOOLS; do
		TETRAPIPE_OUTPUT=pb with $t <"$(tmp in)"
		assert_equal "$t $code" "$t 0"
		run_tool $t -o pb <"$(tmp in)" >"$(tmp want)"
		assert_same "$(tmp want)" "$out"
		TETRAPIPE_OUTPUT=yaml with $t <"$(tmp in)"
		assert_equal "$t $code" "$t 2"
		run cat "$err"
		assert_output --partial TETRAPIPE
		TETRAPIPE_QUIET=true with $t <"$(tmp in)"
		assert_equal "$t $code" "$t 0"
	done
	# Names of others are nobody's business.
	TETRAPIPE_NO_SUCH=1 with rt-canon <"$(tmp in)"
	assert_equal $code 0
}

seed_config() {
	cat <<-'END'
	tetragon:
	  address: "tetragon.kube-system.svc:54321"
	  connectionTimeout: 30s

	hotSymbols:
	  aggregationWindowSeconds: 120
	  minConfidenceThreshold: 0.2
	  flushIntervalSeconds: 30

	privacy:
	  redactArguments: true
	  useDefaultRedactionPatterns: true
	  symbolIdOnlyMode: false
	  allowedNamespaces:
	  - stella-ops-workloads
	  - default
	END
}

configmap() {
	cat <<-'END'
	apiVersion: v1
	kind: ConfigMap
	metadata:
	  name: stella-ops-tetragon-config
	  namespace: stella-ops
	data:
	  config.yaml: |
	END
	sed 's/^/    /'
}

@test "--config: the seed's config.yaml and the ConfigMap around it" {
	local t f
	seed_config >"$(tmp config.yaml)"
	seed_config | configmap >"$(tmp map.yaml)"
	calls >"$(tmp calls)"
	for f in config.yaml map.yaml; do
		for t in $STREAM_TOOLS; do
			with $t --config="$(tmp $f)" <"$(tmp in)"
			assert_equal "$t $f $code $(cat "$err" | grep -v warning)" \
				"$t $f 0 "
		done
		rt-hotsym --config "$(tmp $f)" <"$(tmp calls)" >"$(tmp out)"
		assert_equal "$(window "$(tmp out)")" 120
		TETRAPIPE_CONFIG=$(tmp $f) rt-hotsym <"$(tmp calls)" >"$(tmp out)"
		assert_equal "$(window "$(tmp out)")" 120
		TETRAPIPE_WINDOW=180 rt-hotsym --config "$(tmp $f)" \
			<"$(tmp calls)" >"$(tmp out)"
		assert_equal "$(window "$(tmp out)")" 180
		TETRAPIPE_WINDOW=180 rt-hotsym --window 240s --config "$(tmp $f)" \
			<"$(tmp calls)" >"$(tmp out)"
		assert_equal "$(window "$(tmp out)")" 240
	done
	sed 's/0\.2/0.9/' "$(tmp map.yaml)" >"$(tmp strict.yaml)"
	rt-hotsym --config "$(tmp strict.yaml)" <"$(tmp calls)" >"$(tmp out)"
	run jq -s 'map(select(.kind == "hot_symbol") | .confidence) | min' \
		"$(tmp out)"
	refute_output --regexp '^0\.[0-8]'
}

@test "--config: each tool has its own section, others are not its business" {
	calls >"$(tmp calls)"
	printf 'rt-hotsym:\n  window: 3m\n  kernel: true\nrt-canon:\n  no-such: 1\nother: [1, {a: b}]\n' \
		>"$(tmp c.yaml)"
	rt-hotsym --config="$(tmp c.yaml)" <"$(tmp calls)" >"$(tmp out)"
	assert_equal "$(window "$(tmp out)")" 180
	run --separate-stderr -2 rt-canon --config="$(tmp c.yaml)" </dev/null
	assert_equal "$output" ""
	assert_regex "$stderr" "c.yaml:5: .*no-such"
	printf '{"rt-hotsym": {"window": "4m"}}\n' >"$(tmp c.json)"
	rt-hotsym --config="$(tmp c.json)" <"$(tmp calls)" >"$(tmp out)"
	assert_equal "$(window "$(tmp out)")" 240
	: >"$(tmp empty)"
	with rt-canon --config="$(tmp empty)" <"$(tmp in)"
	assert_equal $code 0
}

@test "a bad configuration: file, line and reason, exit 2" {
	local t
	printf 'hotSymbols:\n  aggregationWindowSeconds: sixty\n' >"$(tmp a.yaml)"
	usage_error rt-hotsym --config="$(tmp a.yaml)"
	assert_regex "$stderr" "a.yaml:2: .*aggregationWindowSeconds"
	printf 'a: 1\nb: [1, 2\nc: 3\n' >"$(tmp b.yaml)"
	printf 'a: 1\n\tb: 2\n' >"$(tmp c.yaml)"
	printf 'a: "\xff\xfe"\n' >"$(tmp d.yaml)"
	for t in $STREAM_TOOLS; do
		usage_error $t --config="$(tmp b.yaml)"
		assert_regex "$stderr" "b.yaml:[23]: "
		usage_error $t --config="$(tmp c.yaml)"
		assert_regex "$stderr" "c.yaml:2: "
		usage_error $t --config="$(tmp d.yaml)"
		usage_error $t --config="$(tmp none.yaml)"
		assert_regex "$stderr" "none.yaml.*No such file"
		usage_error $t --config=/
		usage_error $t --config=
	done
	# In a ConfigMap the line is that of the file.
	seed_config | sed 's/120/never/' | configmap >"$(tmp map.yaml)"
	usage_error rt-hotsym --config="$(tmp map.yaml)"
	assert_regex "$stderr" "map.yaml:$(grep -n never "$(tmp map.yaml)" |
		cut -d: -f1): "
	# Aliases that eat memory, and that go round.
	{ echo 'a0: &a0 [x,x,x,x,x,x,x,x,x,x]'
	for i in 1 2 3 4 5 6 7 8 9; do
		echo "a$i: &a$i [*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1))]"
	done; } >"$(tmp bomb.yaml)"
	run timeout -s KILL 5 rt-canon --config="$(tmp bomb.yaml)" </dev/null
	assert [ "$status" -le 2 ]
	printf 'a: &a\n  b: *a\n' >"$(tmp round.yaml)"
	run timeout -s KILL 5 rt-canon --config="$(tmp round.yaml)" </dev/null
	assert [ "$status" -le 2 ]
}

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the bats files share. The tools under test are those in $BIN
# (build/bin; build/asan/bin for the sanitizer run); judges are programs that
# nobody here wrote.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
BIN=${BIN:-build/bin}
case $BIN in /*) ;; *) BIN=$ROOT/$BIN ;; esac
PATH=$BIN:$PATH
export LC_ALL=C
unset "${!TETRAPIPE_@}" NO_COLOR
# A sanitizer's finding must not look like any exit code of ours.
export ASAN_OPTIONS=exitcode=99:verify_asan_link_order=0:detect_leaks=1
export UBSAN_OPTIONS=halt_on_error=1:exitcode=99:print_stacktrace=1

FILTERS="rt-canon rt-redact rt-hotsym"
EVENTS=$ROOT/testdata/events
MADE=$ROOT/testdata/events-made/all-kinds.ndjson
DEMO=$ROOT/testdata/demo/shop.ndjson.gz
SYSROOT=$ROOT/testdata/demo/sysroot

tmp() { echo "$BATS_TEST_TMPDIR/$1"; }

# The real dumps; stack-entries.txt is a piece of an event, not one.
event_files() {
	find "$EVENTS" -type f ! -name README.md ! -name stack-entries.txt |
		sort
}

# For loops with many processes: all, or a few where each is slow.
some_event_files() {
	case $BIN in
	*/asan/*) event_files | awk 'NR % 5 == 1' ;;
	*) event_files ;;
	esac
}

# tap ARG...: standard input as a stream of records
tap() { tetra-tap --replay - "$@"; }

# run_tool TOOL ARG...: a filter, or the tap on its standard input
run_tool() {
	local t=$1
	shift
	if [ "$t" = tetra-tap ]; then
		tetra-tap --replay - "$@"
	else
		"$t" "$@"
	fi
}

# --- judging ledgers ---------------------------------------------------------

JQ_LEDGER='
def n: (. // "0") | tonumber;
def dropped: (.dropped // {}) | map(tonumber) | add // 0;
def balanced: (.in|n) == (.out|n) + dropped + (.merged|n);
def said: (.out|n) + (.created|n);
'

# ledgers FILE: its ledgers, one a line
ledgers() { jq -c 'select(.kind == "ledger")' "$1"; }

# ledger FILE STAGE JQ: of the last ledger of the stage
ledger() {
	ledgers "$1" | jq -rs --arg s "$2" \
		"$JQ_LEDGER"' map(select(.stage == $s)) | last | '"$3"
}

# assert_balanced FILES STAGE...: in each file (names separated by blanks) the
# chain has these stages, each balances, each got what the one before wrote,
# nothing is missing, and the stream has as many records as the last one says.
assert_balanced() {
	local f=$1 want
	shift
	want=$(printf '%s\n' "$@" | jq -R . | jq -sc .)
	# shellcheck disable=SC2086
	run jq -nc --argjson want "$want" "$JQ_LEDGER"'
		[inputs | {f: input_filename, r: .}] | group_by(.f) |
		map((.[0].f | sub(".*/"; "")) as $f | map(.r) |
		map(select(.kind == "ledger")) as $l |
		map(select(.kind != "ledger" and .kind != "gap")) as $r |
		$f + ": " +
		( if ($l | map(.stage)) == $want then empty
		    else "stages: \($l | map(.stage))" end,
		  ($l[] | select(balanced | not) | "does not balance: \(.)"),
		  (range(1; $l | length) as $i |
		    select(($l[$i].in|n) != ($l[$i - 1] | said)) |
		    "\($l[$i].stage) did not get what was written"),
		  ($l[] | select((.unaccounted // "0") != "0") |
		    "unaccounted: \(.)"),
		  ($l[] | select(.complete != true) | "incomplete: \(.)"),
		  (select(($l | last | said) != ($r | length)) |
		    "\($r | length) records, the ledger says \($l | last | said)")
		))' $f
	assert_success
	assert_output '[]'
}

# records FILE: all but ledgers and gaps, keys sorted
records() {
	jq -cS 'select(.kind != "ledger" and .kind != "gap")' "$1"
}

# bodies FILE: the same without "kind"
bodies() {
	jq -cS 'select(.kind != "ledger" and .kind != "gap") | del(.kind)' "$1"
}

# assert_same A B: byte for byte; shows where not
assert_same() {
	local out
	# Process substitutions can be read once only.
	cat "$1" >"$BATS_TEST_TMPDIR/.a"
	cat "$2" >"$BATS_TEST_TMPDIR/.b"
	set -- "$BATS_TEST_TMPDIR/.a" "$BATS_TEST_TMPDIR/.b"
	out=$(cmp "$1" "$2" 2>&1) && return
	{
		echo "$out"
		diff <(head -c 2000000 "$1" | cat -v | cut -c1-400) \
			<(head -c 2000000 "$2" | cat -v | cut -c1-400) | head -8
	} | batslib_decorate "not the same" | fail
}

# count_is FILE N
count_is() { assert_equal "$(wc -l <"$1")" "$2"; }

# --- protobuf frames, by hand ------------------------------------------------

# frames CODE: perl over each frame of stdin; $f is its contents, $kind the
# number of its first field; put($f) writes a frame
frames() {
	perl -e '
		binmode STDIN; binmode STDOUT;
		local $/; my $s = <STDIN>; my $p = 0;
		sub varint { my ($v, $sh, $b) = (0, 0);
			do { $b = ord substr $s, $p++, 1;
			     $v |= ($b & 127) << $sh; $sh += 7 } while $b & 128;
			$v }
		sub enc { my $v = shift; my $o = "";
			while ($v > 127) { $o .= chr($v & 127 | 128); $v >>= 7 }
			$o . chr $v }
		sub put { print enc(length $_[0]), $_[0] }
		our ($f, $kind, $i); $i = 0;
		while ($p < length $s) {
			my $n = varint(); my $at = $p; $kind = varint() >> 3;
			$f = substr $s, $at, $n; $p = $at + $n;
			'"$1"'; $i++
		}'
}

# pb_records: without ledgers and gaps
pb_records() { frames 'put($f) if $kind != 24 && $kind != 25'; }

# --- odd readers and writers -------------------------------------------------

# iofault.c as an LD_PRELOAD library, once a bats file
iofault() {
	local so=$BATS_FILE_TMPDIR/iofault.so
	[ -e "$so" ] || "${CC:-cc}" -shared -fPIC -O1 -D_GNU_SOURCE -o "$so" \
		"$ROOT/tests/fault/iofault.c" -ldl
	echo "$so"
}

# by_bytes N COMMAND...: every read and write moves N bytes at most, with an
# EINTR now and then
by_bytes() {
	local n=$1
	shift
	LD_PRELOAD=$(iofault) IOFAULT_MAX=$n IOFAULT_EINTR=7 "$@"
}

good() { # good N: a small event with that number
	printf '{"process_exit":{"process":{"pid":%d,"binary":"/b"},"status":3},"node_name":"n","time":"2026-01-02T03:04:05Z"}\n' "$1"
}

# pids FILE: of the good ones that came through
pids() {
	jq -r 'select(.kind == "tetragon") | .process_exit.process.pid' "$1" |
		tr '\n' ' '
}

# elf_addresses FILE: "OFFSET ..." lines with the file's virtual address, of 16
# digits, in place of the offset; by readelf's segments
elf_addresses() {
	perl -e '
		my @load;
		for (`readelf -lW \Q$ARGV[0]\E`) {
			push @load, [map hex, $1, $2, $3] if
				/^\s+LOAD\s+(\S+)\s+(\S+)\s+\S+\s+(\S+)/;
		}
		while (<STDIN>) {
			my ($o, @rest) = split;
			for (@load) {
				next if $o < $_->[0] || $o >= $_->[0] + $_->[2];
				print join(" ", sprintf("%016x",
					$o - $_->[0] + $_->[1]), @rest), "\n";
				last;
			}
		}' "$1"
}

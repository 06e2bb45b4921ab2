#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every test from the repository's root and ends with one line:
# "N passed, N failed". Each part speaks TAP; what fails is shown as it comes.
# As many parts run at a time as there are processors; JOBS says otherwise.
set -u
cd "$(dirname "$0")/.." || exit 2

# A test that hangs fails.
export BATS_TEST_TIMEOUT=300

# part NAME COMMAND...: leaves its counts of passed, failed and skipped in
# $RESULTS; a part that dies without a "not ok" of its own counts as one.
part()
{
	name=$1
	shift
	log=$(mktemp "$RESULTS/log.XXXXXX")
	since=$(date +%s)
	"$@" >"$log" 2>&1 </dev/null
	code=$?
	ok=$(grep -c '^ok ' "$log")
	bad=$(grep -c '^not ok ' "$log")
	skip=$(grep -c '^ok .*# [Ss][Kk][Ii][Pp]' "$log")
	died=0
	if [ $code -ne 0 ] && [ "$bad" -eq 0 ] || [ $((ok + bad)) -eq 0 ]; then
		died=1
	fi
	{
		flock 9
		if [ $died -eq 1 ]; then
			bad=$((bad + 1))
			echo "not ok - $name ended with code $code"
			tail -n 30 "$log"
		elif [ "$bad" -gt 0 ]; then
			echo "# $name"
			grep -v '^ok ' "$log" | head -n 100
		fi
		printf '%-24s %4d passed %3d failed %3d skipped %4d s\n' \
			"$name" $((ok - skip)) "$bad" "$skip" \
			$(($(date +%s) - since))
		echo "$((ok - skip)) $bad $skip" >>"$RESULTS/counts"
	} 9>"$RESULTS/lock"
}

# corpus BUILD: replays every fuzz corpus; one line a target.
corpus()
{
	for f in tests/fuzz/fuzz_*.c; do
		t=$(basename "$f" .c)
		if "build/$1/fuzz/$t" "tests/fuzz/corpus/${t#fuzz_}"; then
			echo "ok - $t"
		else
			echo "not ok - $t"
		fi
	done
}

# one PART BUILD: what the list below names.
one()
{
	case $1 in
	lint) part lint tests/lint.sh ;;
	corpora) part "fuzz corpora$3" corpus "$2" ;;
	test_*) part "$1$3" "build/$2/test/$1" ;;
	*.bats)
		if [ "$2" = asan ]; then
			BIN=build/asan/bin
			export BIN
		fi
		part "$1$3" bats --tap "tests/$1"
		;;
	esac
}

# Longest first, so that nothing long is left for the end.
asan_bats='live_wire pipeline live contract broken package select stripped
	dwarf wild compact sbom modules jit views redact withhold'

parts()
{
	for t in $asan_bats; do
		echo "$t.bats asan"
	done
	for f in tests/*.bats; do
		echo "$(basename "$f") release"
	done
	for f in tests/unit/test_*.c; do
		echo "$(basename "$f" .c) release"
		echo "$(basename "$f" .c) asan"
	done
	echo 'corpora release'
	echo 'corpora asan'
	echo 'lint release'
}

if [ "${1-}" = one ]; then
	[ "$3" = asan ] && note=' (asan)' || note=
	one "$2" "$3" "$note"
	exit
fi

RESULTS=$(mktemp -d) || exit 2
export RESULTS
trap 'rm -rf "$RESULTS"' EXIT INT TERM
parts | xargs -P "${JOBS:-$(nproc)}" -L 1 tests/run.sh one

awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0, NR }' \
	"$RESULTS/counts" >"$RESULTS/sum"
read -r passed failed skipped ended <"$RESULTS/sum"
# What ended without a word, by a signal say, has failed, too.
failed=$((failed + $(parts | wc -l) - ended))
if [ "$skipped" -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ $failed -eq 0 ]

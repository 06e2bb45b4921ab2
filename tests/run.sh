#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every test from the repository's root and ends with one line:
# "N passed, N failed". Each part speaks TAP; what fails is shown as it comes.
set -u
cd "$(dirname "$0")/.." || exit 2

# A test that hangs fails.
export BATS_TEST_TIMEOUT=300

log=$(mktemp) || exit 2
passed=0
failed=0
skipped=0
trap 'rm -f "$log"' EXIT INT TERM

# part NAME COMMAND...: counts ok and not ok; a part that dies without a
# "not ok" of its own counts as one.
part()
{
	name=$1
	shift
	since=$(date +%s)
	"$@" >"$log" 2>&1
	code=$?
	ok=$(grep -c '^ok ' "$log")
	bad=$(grep -c '^not ok ' "$log")
	skip=$(grep -c '^ok .*# [Ss][Kk][Ii][Pp]' "$log")
	if [ $code -ne 0 ] && [ "$bad" -eq 0 ] || [ $((ok + bad)) -eq 0 ]; then
		bad=$((bad + 1))
		echo "not ok - $name ended with code $code"
		tail -n 30 "$log"
	elif [ "$bad" -gt 0 ]; then
		echo "# $name"
		grep -v '^ok ' "$log" | head -n 100
	fi
	printf '%-24s %4d passed %3d failed %3d skipped %4d s\n' "$name" \
		$((ok - skip)) "$bad" "$skip" $(($(date +%s) - since))
	passed=$((passed + ok - skip))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
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

part lint tests/lint.sh
for f in tests/unit/test_*.c; do
	t=$(basename "$f" .c)
	part "$t" "build/release/test/$t"
	part "$t (asan)" "build/asan/test/$t"
done
part 'fuzz corpora' corpus release
part 'fuzz corpora (asan)' corpus asan
for f in tests/*.bats; do
	part "$(basename "$f")" bats --tap "$f"
done
for f in tests/contract.bats tests/broken.bats tests/pipeline.bats \
	tests/select.bats tests/live.bats tests/live_wire.bats \
	tests/wild.bats tests/compact.bats tests/modules.bats tests/stripped.bats \
	tests/jit.bats tests/dwarf.bats tests/views.bats tests/package.bats \
	tests/sbom.bats tests/redact.bats tests/withhold.bats; do
	part "$(basename "$f") (asan)" env BIN=build/asan/bin bats --tap "$f"
done

if [ $skipped -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ $failed -eq 0 ]

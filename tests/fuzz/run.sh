#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh DIR: every libFuzzer binary in DIR for SECONDS (60) seconds each, on
# top of its corpus; new inputs stay in build/fuzz-found.
set -eu
cd "$(dirname "$0")/../.."
for f in "$1"/fuzz_*; do
	t=${f##*/fuzz_}
	mkdir -p "build/fuzz-found/$t"
	echo "== $t"
	"$f" -max_total_time="${SECONDS:-60}" -print_final_stats=1 \
		-artifact_prefix="build/fuzz-found/$t-" \
		"build/fuzz-found/$t" "tests/fuzz/corpus/$t" 2>&1 | tail -n 8
done

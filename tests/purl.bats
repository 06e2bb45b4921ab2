#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Package URLs, judged by packageurl-js.

setup()
{
	TOP=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
	"$TOP/tests/package/npm.sh"
	build=${BIN:-build/bin}
	case $build in
	*/asan/*) UNIT=$TOP/build/asan/test/test_purl ;;
	*) UNIT=$TOP/build/release/test/test_purl ;;
	esac
}

@test "over 500 package URLs of all types as packageurl-js reads them" {
	node "$TOP/tests/package/purl.js" write >"$BATS_TEST_TMPDIR/forms"
	"$UNIT" canonical <"$BATS_TEST_TMPDIR/forms" >"$BATS_TEST_TMPDIR/ours"
	node "$TOP/tests/package/purl.js" judge "$BATS_TEST_TMPDIR/forms" \
		"$BATS_TEST_TMPDIR/ours"
	# What is canonical stays as it is.
	grep -v ^error "$BATS_TEST_TMPDIR/ours" >"$BATS_TEST_TMPDIR/canonical"
	"$UNIT" canonical <"$BATS_TEST_TMPDIR/canonical" |
		cmp - "$BATS_TEST_TMPDIR/canonical"
}

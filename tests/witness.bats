#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Signed evidence: what it is made of, judged by node, jq and openssl.

load lib

# The unit test beside the tools under test prints doubles.
jcs() {
	case $BIN in
	*/asan/*) "$ROOT/build/asan/test/test_jcs" "$@" ;;
	*) "$ROOT/build/release/test/test_jcs" "$@" ;;
	esac
}

# bits N: doubles as hexadecimal: random ones, powers of two and of ten with
# their neighbours, decimals with few digits
bits() {
	node -e '
		const b = new DataView(new ArrayBuffer(8)), out = [];
		let s = 0x9e3779b97f4a7c15n;
		const next = () => {
			s ^= s << 13n & 0xffffffffffffffffn; s ^= s >> 7n;
			return s ^= s << 17n & 0xffffffffffffffffn };
		const put = v => out.push(v.toString(16));
		const of = v => (b.setFloat64(0, v), b.getBigUint64(0));
		const around = v => { const n = of(v);
			for (const d of [-1n, 0n, 1n])
				if (n + d >= 0n) put(n + d) };
		for (let i = 0; i < '"$1"'; i++) put(next());
		for (let e = -1074; e < 1024; e++) around(2 ** e);
		for (let e = -323; e < 309; e++) around(Number("1e" + e));
		for (let i = 0; i < '"$1"'; i++)
			put(of(Number(next() % 100000n) / 1000));
		console.log(out.join("\n"))'
}

@test "numbers are those of node's JSON.stringify" {
	bits 100000 >"$(tmp bits)"
	node -e '
		const b = new DataView(new ArrayBuffer(8));
		for (const l of require("fs").readFileSync(0, "utf8")
				.trim().split("\n")) {
			b.setBigUint64(0, BigInt("0x" + l));
			const v = b.getFloat64(0);
			console.log(isFinite(v) ? JSON.stringify(v) : "refused");
		}' <"$(tmp bits)" >"$(tmp want)"
	jcs numbers <"$(tmp bits)" >"$(tmp got)"
	assert [ "$(wc -l <"$(tmp got)")" -gt 200000 ]
	assert_same "$(tmp want)" "$(tmp got)"
}

# claim DIGEST PURL FUNCTION BUILD_ID
claim() {
	case $BIN in
	*/asan/*) "$ROOT/build/asan/test/test_witness" "$@" ;;
	*) "$ROOT/build/release/test/test_witness" "$@" ;;
	esac
}

# the formula once more, with jq and openssl
claim_by_hand() {
	printf 'sha256:'
	jq -jncS '{v: 1, image_digest: $ARGS.positional[0],
		purl: $ARGS.positional[1], function: $ARGS.positional[2],
		build_id: $ARGS.positional[3]}' --args -- "$@" |
		openssl dgst -sha256 -r | cut -d' ' -f1
}

@test "the id of a claim follows from the formula" {
	local args
	for args in 'sha256:ab|pkg:deb/debian/zlib1g@1.2.13|inflate|00ff' \
		'|||' 'sha256:1|pkg:npm/%40a/b@1|operator""_s|"\' \
		'sha256:é|pkg:golang/€|a<b>::c/d|😀'; do
		IFS='|' read -ra a <<<"$args|x"
		assert_equal "$(claim "${a[@]:0:4}")" \
			"$(claim_by_hand "${a[@]:0:4}")"
	done
}

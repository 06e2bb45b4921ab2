#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# rt-redact --symbol-ids-only and --rehydrate: frames and processes without
# names, and the names back for who has the bundle. jq is the judge.

load lib

setup_file() {
	tetra-tap --replay "$DEMO" -o pb >"$BATS_FILE_TMPDIR/raw"
	rt-canon --sysroot "$SYSROOT" -o pb <"$BATS_FILE_TMPDIR/raw" \
		>"$BATS_FILE_TMPDIR/calls"
	rt-redact -o pb <"$BATS_FILE_TMPDIR/calls" | rt-hotsym -o pb \
		>"$BATS_FILE_TMPDIR/counts"
}

from() { echo "$BATS_FILE_TMPDIR/$1"; }

# records FILE: all but the ledgers, which say what was done
records() { jq -c 'select(.kind != "ledger")' "$1"; }

ids() { rt-redact --symbol-ids-only --bundle "$(tmp bundle)" "$@"; }

back() { rt-redact --rehydrate "$(tmp bundle)" "$@"; }

@test "ids, and the names back: every record as it was, in both encodings" {
	local s
	for s in raw calls counts; do
		rm -f "$(tmp bundle)"
		rt-redact -o json <"$(from $s)" >"$(tmp plain)"
		ids -o pb <"$(from $s)" >"$(tmp ids)"
		back -o json <"$(tmp ids)" >"$(tmp back)"
		assert_equal "$(records "$(tmp back)" | wc -l)" \
			"$(records "$(tmp plain)" | wc -l)"
		cmp <(records "$(tmp plain)") <(records "$(tmp back)")
		ids -o json <"$(from $s)" >"$(tmp ids)"
		back -o json <"$(tmp ids)" >"$(tmp json)"
		cmp <(records "$(tmp plain)") <(records "$(tmp json)")
	done
}

# What is text in frames and processes, but for ids.
NAMES='def file: .module | strings | select(startswith("[") | not);
	..|objects|
	if has("module_kind") or has("verdict") then
		(.symbol, .raw_symbol, .function_name, file, .source_file,
			.inlined[]?, .inlined_at[]?,
			(.function_id // "" | capture("^[^:]*:(?<n>.*)[+]0x").n))
	elif has("exec_id") then (.binary, .arguments, .cwd, .user.name?,
		(.environment_variables[]? | .Key, .Value))
	elif has("symbol") and has("offset") then (.symbol, file)
	else empty end | strings | select(. != "")'

@test "no name of a frame or a process is left" {
	local s
	for s in raw calls; do
		rt-redact -o json <"$(from $s)" | jq -r "$NAMES" >"$(tmp names)"
		ids -o json <"$(from $s)" | jq -r "$NAMES" >"$(tmp ids)"
		[ "$(wc -l <"$(tmp names)")" -gt 200 ]
		assert_equal "$(wc -l <"$(tmp ids)")" "$(wc -l <"$(tmp names)")"
		assert_equal "$(grep -cvE '^#[0-9a-f]{24}$' "$(tmp ids)")" 0
		# One name, one id.
		assert_equal "$(sort -u "$(tmp ids)" | wc -l)" \
			"$(sort -u "$(tmp names)" | wc -l)"
	done
}

@test "counted behind the ids, the counts are those of the names" {
	ids -o pb <"$(from calls)" | rt-hotsym -o pb >"$(tmp ids)"
	back -o json <"$(tmp ids)" |
		jq -cS 'select(.kind == "hot_symbol" or .kind == "package_seen") |
			del(.sample_stack, .sample_args)' | sort >"$(tmp got)"
	tetra-tap --replay "$(from counts)" -o json |
		jq -cS 'select(.kind == "hot_symbol" or .kind == "package_seen") |
			del(.sample_stack, .sample_args)' | sort >"$(tmp want)"
	[ "$(wc -l <"$(tmp want)")" -gt 50 ]
	# Callers are listed in the order of their ids.
	sort_callers() { jq -cS 'if .callers then .callers |= sort else . end' "$1"; }
	cmp <(sort_callers "$(tmp got)") <(sort_callers "$(tmp want)")
}

@test "ids are what the manual says they are, with and without a key" {
	local name id
	ids <"$(from calls)" >/dev/null
	name=$(jq -rs '[.[] | select(.name)][7].name' "$(tmp bundle)")
	id=$(jq -r --arg n "$name" 'select(.name == $n).id' "$(tmp bundle)")
	assert_equal "$id" "#$(printf %s "$name" | sha256sum | cut -c 1-24)"
	printf 'sixteen bytes, or more\n' >"$(tmp key)"
	rm "$(tmp bundle)"
	ids --token-key "$(tmp key)" <"$(from calls)" >/dev/null
	id=$(jq -r --arg n "$name" 'select(.name == $n).id' "$(tmp bundle)")
	assert_equal "$id" "#$(printf %s "$name" | openssl dgst -sha256 \
		-hmac 'sixteen bytes, or more' | sed 's/.*= //' | cut -c 1-24)"
	# Who reads the bundle needs no key.
	ids --token-key "$(tmp key)" -o pb <"$(from calls)" >"$(tmp ids)"
	back <"$(tmp ids)" >"$(tmp back)"
	assert_equal "$(grep -c '#[0-9a-f]\{24\}' "$(tmp back)")" 0
}

@test "a bundle grows from run to run, is private and sorted; ids stay ids" {
	ids <"$(from raw)" >/dev/null
	cp "$(tmp bundle)" "$(tmp first)"
	ids <"$(from raw)" >/dev/null
	cmp "$(tmp first)" "$(tmp bundle)"
	ids -o pb <"$(from calls)" >"$(tmp once)"
	[ "$(wc -l <"$(tmp bundle)")" -gt "$(wc -l <"$(tmp first)")" ]
	assert_equal "$(stat -c %a "$(tmp bundle)")" 600
	jq -r '.id // empty' "$(tmp bundle)" >"$(tmp ids)"
	LC_ALL=C sort -c "$(tmp ids)"
	assert_equal "$(jq -s '.[0].names' "$(tmp bundle)")" \
		"$(wc -l <"$(tmp ids)")"
	ids -o json <"$(tmp once)" >"$(tmp twice)"
	cmp <(tetra-tap --replay "$(tmp once)" -o json | records /dev/stdin) \
		<(records "$(tmp twice)")
}

@test "a full bundle, and names that one lacks, are said and counted" {
	ids --max-names 3 -o pb <"$(from calls)" >"$(tmp ids)" 2>"$(tmp err)"
	assert_regex "$(<"$(tmp err)")" 'bundle is full'
	assert_equal "$(grep -c '"name"' "$(tmp bundle)")" 3
	back <"$(tmp ids)" >"$(tmp back)" 2>"$(tmp err)"
	assert_regex "$(<"$(tmp err)")" 'lacks some'
	jq -e 'select(.kind == "ledger" and .stage == "rt-redact").redacted |
		select(.["unknown-name"]) | (.["unknown-name"] | tonumber) > 100' \
		"$(tmp back)"
}

@test "names that are no UTF-8 survive" {
	printf '{"process_exec":{"process":{"exec_id":"YTox","binary":"/bin/x"}}}\n' |
		tetra-tap --replay - -o pb | sed 's|/bin/x|/b\xffn/x|' >"$(tmp odd)"
	ids -o pb <"$(tmp odd)" >"$(tmp ids)"
	assert_equal "$(jq -r '.name_b64 // empty' "$(tmp bundle)")" \
		"$(printf '/b\xffn/x' | base64)"
	back -o pb <"$(tmp ids)" | grep -qa "$(printf '/b\xffn/x')"
}

@test "what does not fit together, and bad bundles, are refused" {
	run -2 rt-redact --symbol-ids-only </dev/null
	assert_regex "$output" '\-\-bundle'
	printf 'privacy:\n  symbolIdOnlyMode: true\n' >"$(tmp config)"
	run -2 rt-redact --config "$(tmp config)" </dev/null
	assert_regex "$output" '\-\-bundle'
	run -2 rt-redact --bundle "$(tmp bundle)" </dev/null
	run -2 ids --rehydrate "$(tmp bundle)" </dev/null
	run -2 rt-redact --rehydrate "$(tmp none)" </dev/null
	assert_regex "$output" 'No such file'
	ids <"$(from raw)" >/dev/null
	run -2 rt-redact --rehydrate "$(tmp bundle)" --pass-through </dev/null
	# Another key, a line cut off, a name twice, no bundle.
	printf 'sixteen bytes, or more\n' >"$(tmp key)"
	run -2 ids --token-key "$(tmp key)" </dev/null
	assert_regex "$output" 'bundle:1: .*key'
	head -c -9 "$(tmp bundle)" >"$(tmp cut)"
	run -2 rt-redact --rehydrate "$(tmp cut)" </dev/null
	assert_regex "$output" 'has no end'
	(cat "$(tmp bundle)" && tail -n 1 "$(tmp bundle)" |
		sed 's/"name":"/&x/') >"$(tmp twice)"
	run -2 rt-redact --rehydrate "$(tmp twice)" </dev/null
	assert_regex "$output" "twice:$(wc -l <"$(tmp twice)"): .*once more"
	echo '{"id":"#1","name":"x"}' >"$(tmp other)"
	run -2 rt-redact --rehydrate "$(tmp other)" </dev/null
	assert_regex "$output" 'other:1: no bundle'
	run -2 rt-redact --symbol-ids-only --bundle "$(tmp no)/such/bundle" \
		<"$(from raw)"
	assert_regex "$output" 'cannot write'
}

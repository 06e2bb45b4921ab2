#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# rt-redact as a tool: nothing planted comes out anywhere, and policies do
# what they say or are refused.
load lib

setup() {
	cd "$ROOT" || return
}

@test "canary: none in any encoding, log, metric or report" {
	local canary=build/release/test/test_canary
	[ -x $canary ] || skip "the unit tests are not built"
	$canary "$(tmp in)" >"$(tmp tap)"
	assert [ "$(grep -aic canary "$(tmp in)")" -gt 1000 ]
	for f in json pb compact; do
		run -0 --separate-stderr bash -c "rt-redact --strict-paths \
			--input-format pb -o $f --log-format json \
			--metrics-file $(tmp m.$f) --report $(tmp r.$f) \
			<$(tmp in) >$(tmp out.$f) 2>$(tmp err.$f) || [ \$? = 1 ]"
		assert [ -s "$(tmp out.$f)" ]
		assert [ -s "$(tmp m.$f)" ]
		assert [ -s "$(tmp r.$f)" ]
		for o in out err m r; do
			run grep -aic canary "$(tmp $o.$f)"
			assert_output 0
		done
	done
}

event() {
	jq -cn --arg a "$1" --arg b "${2:-/usr/bin/app}" --arg n "${3-shop}" \
		'{process_exec: {process: {binary: $b, arguments: $a,
			pod: {namespace: $n}}}}'
}

arguments() {
	jq -r '.process_exec.process.arguments // empty'
}

# policy TEXT ARGUMENTS [BINARY [NAMESPACE]]: what becomes of them.
policy() {
	printf '%s\n' "$1" >"$(tmp policy)"
	event "${@:2}" | rt-redact --policy "$(tmp policy)" "${extra[@]}" |
		arguments
}

@test "policy: groups go, else all of the match; marker or token" {
	local extra=()
	run -0 policy 'rules: [{name: ticket, pattern: "T-([0-9]+)"}]' 'x T-123 y'
	assert_output 'x T-[REDACTED:ticket] y'
	run -0 policy '{"rules": [{"name": "all", "pattern": "T-[0-9]+"}]}' 'T-1 T-2'
	assert_output '[REDACTED:all] [REDACTED:all]'
	# The judge of the token is openssl.
	head -c 32 /dev/urandom | base64 | tr -d '\n' >"$(tmp key)"
	extra=(--token-key "$(tmp key)")
	run -0 policy 'rules: [{name: t, pattern: "T-[0-9]+", replacement: token}]' \
		'T-1 T-2 T-1 --password hunter2x'
	one=$(printf T-1 | openssl dgst -sha256 -hmac "$(cat "$(tmp key)")" |
		sed 's/.* //' | cut -c 1-16)
	two=$(printf hunter2x | openssl dgst -sha256 -hmac "$(cat "$(tmp key)")" |
		sed 's/.* //' | cut -c 1-16)
	assert_output --regexp "^\[REDACTED:t:$one\] \[REDACTED:t:[0-9a-f]{16}\] \[REDACTED:t:$one\] --password \[REDACTED:option:$two\]\$"
}

@test "policy: the agent's own filters, with the agent's own results" {
	local extra=()
	# Each from pkg/fieldfilters' documented behaviour.
	run -0 policy '{"rules": [{"redact": ["--key[ =](\\S*)"]}]}' '--key abc --key  x --key=d'
	assert_output '--key ***** --key ***** x --key=*****'
	run -0 policy '{"rules": [{"redact": ["no-group"]}]}' 'a no-group b'
	assert_output 'a no-group b'
	run -0 policy '{"rules": [{"redact": ["((a)b)(c)"]}]}' 'abc'
	assert_output '**********'
	run -0 policy '{"rules": [{"redact": ["x(?:=(1))?"]}]}' 'x x=1'
	assert_output 'x x=*****'
	run -0 policy '{"rules": [{"redact": ["k (.)"], "binary_regex": ["/curl$"]}]}' \
		'k v' /usr/bin/curl
	assert_output 'k *****'
	run -0 policy '{"rules": [{"redact": ["k (.)"], "binary_regex": ["/curl$"]}]}' \
		'k v' /usr/bin/curlew
	assert_output 'k v'
}

@test "policy: fields, binaries, namespaces and probe types limit a rule" {
	local extra=()
	r='rules: [{name: r, pattern: zebra, '
	run -0 policy "$r fields: [cwd]}]" zebra
	assert_output zebra
	run -0 policy "$r fields: [Process.arguments]}]" zebra
	assert_output '[REDACTED:r]'
	run -0 policy "$r fields: [ProcessInfo.arguments]}]" zebra
	assert_output zebra
	run -0 policy "$r namespaces: [shop]}]" zebra
	assert_output '[REDACTED:r]'
	run -0 policy "$r namespaces: [bank]}]" zebra
	assert_output zebra
	run -0 policy "$r probe_types: [ProcessExec]}]" zebra
	assert_output '[REDACTED:r]'
	run -0 policy "$r probe_types: [Kprobe, Lsm]}]" zebra
	assert_output zebra
	run -0 policy "$r binaries: [^/bin/, app]}]" zebra
	assert_output '[REDACTED:r]'
	# Each process goes by its own binary.
	printf '%s\n' "$r binaries: [/a\$]}]" >"$(tmp policy)"
	run -0 bash -c "echo '{\"process_exec\":{\"process\":{\"binary\":\"/a\",
		\"arguments\":\"zebra\"},\"parent\":{\"binary\":\"/b\",
		\"arguments\":\"zebra\"}}}' | rt-redact --policy $(tmp policy) |
		jq -r '.process_exec // empty | .process.arguments, .parent.arguments'"
	assert_output $'[REDACTED:r]\nzebra'
}

@test "policy: what is allowed stays, by value and by pattern" {
	local extra=()
	a='allow: {values: [demo-pw], patterns: ["test-.*"]}'
	run -0 policy "$a" '--password demo-pw --password test-9 --password xtest-9'
	assert_output '--password demo-pw --password test-9 --password [REDACTED:option]'
}

@test "policy: literals and case never hide a match" {
	local extra=()
	# K is the Kelvin sign, which a caseless k matches.
	run -0 policy 'rules: [{name: r, pattern: "(?i)key-[0-9]"}]' $'\xe2\x84\xaaey-1 KEY-2'
	assert_output '[REDACTED:r] [REDACTED:r]'
	run -0 policy 'rules: [{name: r, pattern: "(abc|x)y?"}]' 'ABC x'
	assert_output 'ABC [REDACTED:r]'
	run -0 policy 'rules: [{name: r, pattern: "^.{3}$"}]' 'abc'
	assert_output '[REDACTED:r]'
}

@test "policy: a bad one is refused with file, line and reason" {
	while IFS='|' read -r line reason text; do
		printf '%b' "$text" >"$(tmp bad)"
		run -2 rt-redact --policy "$(tmp bad)" </dev/null
		assert_output "rt-redact: error: $(tmp bad):$line: $reason"
	done <<-'END'
	1|rules is a list|rules: {}
	2|a rule without a pattern|rules:\n- name: a
	2|a rule without a name|rules:\n- pattern: a
	3|bad pattern, at byte 0: missing ): a(|rules:\n- name: a\n  pattern: a(
	1|unknown key 'rulez'|rulez: []
	4|unknown key 'colour'|rules:\n- name: a\n  pattern: b\n  colour: c
	3|a second rule 'a'|rules:\n- {name: a, pattern: b}\n- {name: a, pattern: c}
	1|replacement is marker, token or stars|rules: [{name: a, pattern: b, replacement: c}]
	1|a name is 1 to 40 of a-z, 0-9 and -|rules: [{name: A, pattern: b}]
	2|'rules' is here twice|rules: []\nrules: []
	1|text is expected here|namespaces: [{a: b}]
	1|a mapping is expected here|[1, 2]
	END
	run -2 rt-redact --policy "$(tmp none)" </dev/null
	assert_output --partial "$(tmp none):1: cannot be read: No such file"
	echo 'rules: [{name: a, pattern: b, replacement: token}]' >"$(tmp bad)"
	run -2 rt-redact --policy "$(tmp bad)" </dev/null
	assert_output --partial "rule 'a' makes tokens"
	echo short >"$(tmp key)"
	run -2 rt-redact --token-key "$(tmp key)" </dev/null
	assert_output --partial 'a key has 16 bytes at least'
}

@test "namespaces: others are dropped and counted" {
	{ event a /x shop; event b /x bank; event c /x ''; } >"$(tmp in)"
	run -0 bash -c "rt-redact --allow-namespace shop --metrics-file $(tmp m) \
		<$(tmp in) | tee $(tmp out) | jq -r '.process_exec // empty |
		.process.arguments'"
	assert_output a
	run jq -r 'select(.kind == "ledger").dropped.namespace' "$(tmp out)"
	assert_output 2
	run grep '^tetragon_events_filtered' "$(tmp m)"
	assert_output 'tetragon_events_filtered 2'
	printf 'privacy:\n  redactArguments: true\n  allowedNamespaces:\n  - bank\n  - shop\n' \
		>"$(tmp config)"
	run -0 bash -c "rt-redact --config $(tmp config) <$(tmp in) |
		jq -r '.process_exec // empty | .process.arguments'"
	assert_output $'a\nb'
}

@test "same input, same key: same bytes" {
	printf 'rules: [{name: t, pattern: "s[a-z]+", replacement: token}]\n' \
		>"$(tmp policy)"
	echo 0123456789abcdef >"$(tmp key)"
	for i in 1 2; do
		tetra-tap --replay testdata/demo/shop.ndjson.gz -o pb |
			rt-redact --policy "$(tmp policy)" \
				--token-key "$(tmp key)" -o pb >"$(tmp $i)"
	done
	assert_same "$(tmp 1)" "$(tmp 2)"
	run grep -ac 'REDACTED:t:' "$(tmp 1)"
	refute_output 0
}

@test "report, ledger and metrics: who, where, by which rule; never what" {
	{ event '--password hunter2x' /home/bob/a; event '--password x9' /home/bob/a
		event 'u --token t' /b bank; event 'nothing' /c; } |
		rt-redact --report "$(tmp r)" --metrics-file "$(tmp m)" >"$(tmp out)"
	run jq -c '[.field, .rule, .binary, .namespace, .count]' "$(tmp r)"
	assert_output - <<-'END'
	["Process.arguments","option","/b","bank",1]
	["Process.arguments","option","/home/[REDACTED:home]/a","shop",2]
	END
	run jq -c 'select(.kind == "ledger") | [.redacted, .redacted_in]' "$(tmp out)"
	assert_output '[{"option":"3"},{"Process.arguments":"3"}]'
	run grep '^tetrapipe_redactions_total' "$(tmp m)"
	assert_output 'tetrapipe_redactions_total{rule="option",field="Process.arguments"} 3'
	run grep -c hunter2x "$(tmp r)" "$(tmp m)" "$(tmp out)"
	refute_output --regexp ':[1-9]'
}

@test "explain: rule and field, never the part; pass-through touches nothing" {
	event 'x --password hunter2x' >"$(tmp in)"
	run --separate-stderr rt-redact --explain <"$(tmp in)"
	assert_equal "$stderr" \
		'rt-redact: detail: record 1: tetragon.Process.arguments: option'
	run bash -c "rt-redact --pass-through <$(tmp in) | jq -r '.process_exec //
		empty | .process.arguments'"
	assert_output 'x --password hunter2x'
}

# 600 KB of the first took half a minute once; 2 MB would take six.
@test "a line of any length takes time by its length, not by its square" {
	local unit
	for unit in '-p x ' '--value x ' 'password=md5(' ')values(' 'a:' \
		'--password "' 'echo x > secret;' 'token: ' 'a,' '${a:-' '"a":'; do
		yes -- "$unit" | tr -d '\n' | head -c 2000000 >"$(tmp line)"
		for binary in /bin/sh /usr/bin/app; do
			jq -cn --rawfile a "$(tmp line)" --arg b $binary \
				'{process_exec: {process: {binary: $b, arguments: $a}}},
				{process_exec: {process: {binary: $b,
					arguments: "-c \"\($a)\""}}}'
		done
	done >"$(tmp in)"
	run -0 bash -c "timeout -k 5 200 rt-redact -o pb <$(tmp in) 2>&1 >$(tmp out)"
	assert [ -s "$(tmp out)" ]
}

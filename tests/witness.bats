#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# rt-witness: statements that others verify. The judges are openssl,
# sigstore-js, ajv and jq.

load lib

SUBJECT=sha256:783f8091f290bbc7d1c532484cee9173ee3040ebf2a984b4820d45147d7aed4d

# hot ARG...: the shop's hot symbols, as pb; ARGs are rt-canon's
hot() {
	tetra-tap --replay "$DEMO" -o pb | rt-canon --sysroot "$SYSROOT" "$@" -o pb |
		rt-redact -o pb | rt-hotsym -o pb
}

setup_file() {
	export HOT=$BATS_FILE_TMPDIR/hot.pb K=$BATS_FILE_TMPDIR/keys
	mkdir -p "$K"
	tests/witness/npm.sh
	hot >"$HOT"
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$K/ec.pem"
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$K/p384.pem"
	openssl genpkey -quiet -algorithm ED25519 -out "$K/ed.pem"
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$K/rsa.pem"
	for k in ec p384 ed rsa; do
		openssl pkey -in "$K/$k.pem" -pubout -out "$K/$k.pub"
	done
	export BUNDLE=$BATS_FILE_TMPDIR/bundle.json
	mkdir "$BATS_FILE_TMPDIR/out"
	rt-witness --key "$K/ec.pem" --predicate execution-evidence \
		--out "$BATS_FILE_TMPDIR/out" <"$HOT" >/dev/null
	cp "$BATS_FILE_TMPDIR/out/783f8091f290-execution-evidence.sigstore.json" "$BUNDLE"
}

# bundle ARG...: the first bundle of the stream
bundle() {
	rt-witness "$@" <"$HOT" | jq -r 'select(.kind == "witness").bundle' |
		head -n 1 | base64 -d
}

# by_openssl BUNDLE KEY TYPE: the recipe of the manual
by_openssl() {
	local d
	d=$(mktemp -d "$BATS_TEST_TMPDIR/openssl.XXXX")
	jq -j .dsseEnvelope.payload "$1" | base64 -d >"$d/payload"
	jq -j '.dsseEnvelope.signatures[0].sig' "$1" | base64 -d >"$d/sig"
	{
		printf 'DSSEv1 28 application/vnd.in-toto+json %d ' \
			"$(stat -c %s "$d/payload")"
		cat "$d/payload"
	} >"$d/pae"
	case $3 in
	ed) openssl pkeyutl -verify -rawin -pubin -inkey "$2" -in "$d/pae" \
		-sigfile "$d/sig" ;;
	p384) openssl dgst -sha384 -verify "$2" -signature "$d/sig" "$d/pae" ;;
	*) openssl dgst -sha256 -verify "$2" -signature "$d/sig" "$d/pae" ;;
	esac
}

@test "every kind of key, every predicate: openssl, sigstore-js and we agree" {
	for k in ec ed rsa p384; do
		for p in runtime-trace execution-evidence micro-witness; do
			bundle --key "$K/$k.pem" --predicate $p >"$(tmp b.json)"
			run by_openssl "$(tmp b.json)" "$K/$k.pub" $k
			assert_success
			[ $k = p384 ] || node tests/witness/verify.js "$K/$k.pub" "$(tmp b.json)"
			run rt-witness verify --key "$K/$k.pub" "$(tmp b.json)"
			assert_success
			assert_output --partial "verified $(tmp b.json): "
		done
	done
	# And not by another key.
	run by_openssl "$(tmp b.json)" "$K/ec.pub" ec
	assert_failure
	run node tests/witness/verify.js "$K/rsa.pub" "$BUNDLE"
	assert_failure
	run -1 rt-witness verify --key "$K/rsa.pub" "$BUNDLE"
	assert_output --partial 'no signature of it is by this key'
}

@test "a changed byte anywhere does not verify: 1,000 of them" {
	cat >"$(tmp mutate.js)" <<-'END'
		const fs = require('fs')
		const good = fs.readFileSync(process.argv[2])
		let seed = 4711
		const rnd = n => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n
		for (let i = 0; i < 1000; i++) {
			const bad = Buffer.from(good)
			const at = i < 500 ? rnd(good.length - 1) :
				Math.floor((good.length - 1) * (i - 500) / 500)
			let b
			do b = i % 2 ? 32 + rnd(95) : rnd(256)
			while (b === good[at])
			bad[at] = b
			fs.writeFileSync(`${process.argv[3]}/${i}.json`, bad)
		}
	END
	mkdir "$(tmp m)"
	node "$(tmp mutate.js)" "$BUNDLE" "$(tmp m)"
	run -1 rt-witness verify --key "$K/ec.pub" "$(tmp m)"/*.json
	refute_output --partial verified
	run -1 rt-witness verify --key "$K/ec.pub" "$(tmp m)"/1.json "$BUNDLE"
	assert_output --partial 'verified '
}

@test "statements are what their predicates ask for" {
	for p in runtime-trace execution-evidence; do
		mkdir "$(tmp $p)"
		rt-witness --unsigned --predicate $p --out "$(tmp $p)" <"$HOT" >/dev/null
		node tests/witness/schema.js tests/witness/$p.schema.json "$(tmp $p)"/*
		run ls "$(tmp $p)"
		assert_line "783f8091f290-$p.statement.json"
	done
	# Canonical as jq has it: no blanks, names in order (all of them ASCII).
	for f in "$(tmp runtime-trace)"/*; do
		jq -cjS . "$f" | cmp - "$f"
	done
}

@test "counts, times and callers are those of the hot symbols" {
	rt-witness --unsigned <"$HOT" | jq -r 'select(.kind == "witness").bundle' |
		while read -r b; do
			base64 -d <<<"$b" | jq -c '("sha256:" + .subject[0].digest.sha256) as $d |
				.predicate.monitorLog.process[] | [$d, .function, .purl // "",
				.invocationCount, .uniqueCallers, .firstSeen, .lastSeen]'
		done | LC_ALL=C sort >"$(tmp got)"
	rt-hotsym -o json <"$HOT" | jq -s -c '[.[] | select(.kind == "hot_symbol" and
			.image_digest != null)] |
		group_by([.image_digest, .function_name, .purl])[] |
		[.[0].image_digest, .[0].function_name, .[0].purl // "",
		(map(.invocation_count | tonumber) | add),
		([.[].callers // [] | .[]] | unique | length),
		(map(.first_seen) | min), (map(.last_seen) | max)]' |
		LC_ALL=C sort >"$(tmp want)"
	run diff "$(tmp want)" "$(tmp got)"
	assert_success
	assert [ "$(wc -l <"$(tmp got)")" -gt 40 ]
}

@test "claim ids are the documented digest" {
	bundle --unsigned --predicate micro-witness >"$(tmp s)"
	id=$(jq -r .predicate.observation.claimId "$(tmp s)")
	want=$(jq -cjS '{v: 1, image_digest: ("sha256:" + .subject[0].digest.sha256),
		function: .predicate.observation.function,
		build_id: (.predicate.observation.buildId // ""),
		purl: (.predicate.observation.purl // "")}' "$(tmp s)" | sha256sum)
	assert_equal "$id" "sha256:${want%% *}"
	run jq -r '.predicate.symbolization.libc_variant' "$(tmp s)"
	assert_output glibc
}

@test "the same capture, other places and pipes: the same bytes" {
	bundle --unsigned --predicate execution-evidence >"$(tmp a)"
	cp -r "$SYSROOT" "$(tmp elsewhere)"
	cp "$DEMO" "$(tmp capture.gz)"
	tetra-tap --replay "$(tmp capture.gz)" |
		rt-canon --sysroot "$(tmp elsewhere)" --symbol-cache 4KiB |
		dd bs=7 status=none | rt-redact | rt-hotsym -o pb |
		rt-witness --unsigned --predicate execution-evidence |
		jq -r 'select(.kind == "witness").bundle' | head -n 1 |
		base64 -d >"$(tmp b)"
	cmp "$(tmp a)" "$(tmp b)"
	# Ed25519 and RSA signatures have nothing random in them.
	bundle --key "$K/ed.pem" >"$(tmp a)"
	bundle --key "$K/ed.pem" >"$(tmp b)"
	cmp "$(tmp a)" "$(tmp b)"
	bundle --unsigned --clock | jq -e '.predicate.evidence.madeAt |
		fromdateiso8601? // (.[:19] + "Z" | fromdateiso8601) |
		. > now - 60' >/dev/null
	# Another window cuts the stream in other places: the claims stay.
	tetra-tap --replay "$DEMO" -o pb | rt-canon --sysroot "$SYSROOT" -o pb |
		rt-redact -o pb | rt-hotsym --window 7s -o pb |
		rt-witness --unsigned --predicate execution-evidence |
		jq -r 'select(.kind == "witness").bundle' | head -n 1 |
		base64 -d | jq -c .predicate.claims >"$(tmp b)"
	bundle --unsigned --predicate execution-evidence | jq -c .predicate.claims >"$(tmp a)"
	cmp "$(tmp a)" "$(tmp b)"
}

@test "one event less: another statement, and not a complete one" {
	tetra-tap --replay "$DEMO" >"$(tmp records)"
	sed 300d "$(tmp records)" | rt-canon --sysroot "$SYSROOT" | rt-redact |
		rt-hotsym -o pb 2>/dev/null >"$(tmp cut.pb)"
	rt-witness --key "$K/ed.pem" <"$(tmp cut.pb)" |
		jq -r 'select(.kind == "witness").bundle' | head -n 1 |
		base64 -d >"$(tmp b.json)"
	run rt-witness verify --key "$K/ed.pub" "$(tmp b.json)"
	assert_success
	assert_output --partial 'not complete'
	bundle --key "$K/ed.pem" >"$(tmp a.json)"
	run ! cmp -s "$(tmp a.json)" "$(tmp b.json)"
}

@test "replay: the statement follows from its capture, and from no other" {
	again() {
		rt-witness replay --capture "$1" --key "$K/ec.pub" \
			--stage "rt-canon --sysroot $SYSROOT" "$BUNDLE"
	}
	run again "$DEMO"
	assert_success
	assert_output --partial "follows from '$DEMO'"
	zcat "$DEMO" | sed 300d >"$(tmp less)"
	run -1 again "$(tmp less)"
	assert_output --regexp 'does not follow from .*: predicate\.claims\[[0-9]+\]\.[a-zA-Z]+: .*, now '
	# Without the files symbols are the agent's: other claims.
	run -1 rt-witness replay --capture "$DEMO" "$BUNDLE"
	assert_output --partial 'does not follow'
	# Several windows and places, the same statement.
	run rt-witness replay --capture "$DEMO" --stage "rt-canon --sysroot $SYSROOT" \
		--stage 'rt-hotsym --max-samples 1' "$BUNDLE"
	run ls -d "${TMPDIR:-/tmp}"/rt-witness-*
	assert_failure
	run -3 rt-witness replay --capture "$DEMO" --stage 'rt-canon --no-such' "$BUNDLE"
	run -2 rt-witness replay "$BUNDLE"
	run -1 rt-witness replay --capture "$DEMO" --key "$K/ed.pub" "$BUNDLE"
	echo '{"kind":"hot_symbol","image_digest":"'$SUBJECT'","function_name":"f"}' |
		rt-witness --dsse --key "$K/ed.pem" 2>/dev/null |
		jq -r 'select(.kind == "witness").bundle' | base64 -d >"$(tmp no.json)"
	run -1 rt-witness replay --capture "$DEMO" "$(tmp no.json)"
	assert_output --partial 'it has no ledgers'
}

@test "bare DSSE by several signers; keys by fd and environment, encrypted" {
	openssl pkcs8 -topk8 -in "$K/rsa.pem" -passout pass:tetra -out "$(tmp enc.pem)"
	bundle --dsse --key fd:8 --key env:RT_KEY --key "$(tmp enc.pem)" \
		--passphrase-fd 9 8<"$K/ec.pem" 9<<<tetra \
		>"$(tmp none)" 2>/dev/null || true
	RT_KEY=$(cat "$K/ed.pem") bundle --dsse --key fd:8 --key env:RT_KEY \
		8<"$K/ec.pem" >"$(tmp d.json)"
	run jq -c '[.payloadType, (.signatures | length)]' "$(tmp d.json)"
	assert_output '["application/vnd.in-toto+json",2]'
	for k in ec ed; do
		run rt-witness verify --key "$K/$k.pub" "$(tmp d.json)"
		assert_success
	done
	run -1 rt-witness verify --key "$K/rsa.pub" "$(tmp d.json)"
	bundle --key "$(tmp enc.pem)" --passphrase-fd 9 9<<<tetra >"$(tmp e.json)"
	run rt-witness verify --key "$K/rsa.pub" "$(tmp e.json)"
	assert_success
	run -2 rt-witness --key "$(tmp enc.pem)" --passphrase-fd 9 9<<<wrong <"$HOT"
	assert_output --partial 'wrong passphrase'
	refute_output --partial BEGIN
	run -2 rt-witness --key "$K/ec.pem" --key "$K/ed.pem" <"$HOT"
	assert_output --partial 'need --dsse'
}

@test "a certificate in place of the hint" {
	openssl req -x509 -key "$K/ec.pem" -subj /CN=node-a -days 2 -out "$(tmp c.pem)" 2>/dev/null
	bundle --key "$K/ec.pem" --certificate "$(tmp c.pem)" >"$(tmp b.json)"
	run jq -c '.verificationMaterial | [has("publicKey"), has("certificate")]' "$(tmp b.json)"
	assert_output '[false,true]'
	jq -r .verificationMaterial.certificate.rawBytes "$(tmp b.json)" | base64 -d |
		openssl x509 -inform DER -noout -subject | grep -q node-a
	for k in "$K/ec.pub" "$(tmp c.pem)"; do
		run rt-witness verify --key "$k" "$(tmp b.json)"
		assert_success
	done
	run -2 rt-witness --key "$K/ed.pem" --certificate "$(tmp c.pem)" <"$HOT"
	assert_output --partial 'of another key'
}

@test "statements that do not hold, signed well" {
	# Statement edited by jq, then signed by openssl as anyone may.
	sign() {
		local n
		n=$(stat -c %s "$1")
		{ printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$n"; cat "$1"; } >"$(tmp pae)"
		openssl dgst -sha256 -sign "$K/ec.pem" -out "$(tmp sig)" "$(tmp pae)"
		jq -cn --arg p "$(base64 -w0 "$1")" --arg s "$(base64 -w0 "$(tmp sig)")" '{
			payload: $p, payloadType: "application/vnd.in-toto+json",
			signatures: [{sig: $s}]}' >"$(tmp edited.json)"
	}
	jq -j .dsseEnvelope.payload "$BUNDLE" | base64 -d >"$(tmp s)"
	sign "$(tmp s)"
	run rt-witness verify --key "$K/ec.pub" "$(tmp edited.json)"
	assert_success
	while IFS='|' read edit why; do
		jq -cjS "$edit" "$(tmp s)" >"$(tmp t)"
		sign "$(tmp t)"
		run -1 rt-witness verify --key "$K/ec.pub" "$(tmp edited.json)"
		assert_output --partial "$why"
	done <<-'END'
		.predicate.claims[0].function = "f"|a claim id is not that of its claim
		.predicate.claims[0].invocationCount = 1|trace_digest is not that of the claims
		.predicate.trace_summary.hot_symbol_count = 1|expected_output_digest
		.predicate.evidence.ledgers[1].out = 699|said to be complete, and is not
		.predicate.evidence \|= (.gaps = [{"count": 1}] \| .gapCount = 1 \| .complete = false)|do not add up
		.predicate.evidence.ledgers = []|said to be complete, and is not
		.predicate.artifact_id = "sha256:x"|artifact_id is not the subject
		del(.predicate.trace_digest)|a member that its predicate needs is missing
		.predicateType = "x"|predicateType is none
		.subject += .subject|not one subject
		._type = "x"|_type is not
		.subject[0].digest.sha256 = ("0" * 64)|a claim id is not that of its claim
	END
	jq -cj . "$(tmp s)" | jq -j . >"$(tmp t)"
	sign "$(tmp t)"
	run -1 rt-witness verify --key "$K/ec.pub" "$(tmp edited.json)"
	assert_output --partial 'not canonical'
	run -1 rt-witness verify --key "$K/ec.pub" --subject "sha256:$(printf '0%.0s' {1..64})" "$BUNDLE"
	assert_output --partial 'about another subject'
	run rt-witness verify --key "$K/ec.pub" --subject $SUBJECT "$BUNDLE"
	assert_success
}

# posture STATE ERROR: what the agent says of its tracing policies
posture() {
	jq -cn --arg s "$1" --arg e "$2" '{kind: "posture", agent: "tetragon",
		agent_version: "v1.6.0", level: "ActiveTracing", policies: [
		{name: "shop", state: $s, kernel_hooks: ["__x64_sys_connect"]} +
		(if $e == "" then {} else {error: $e} end)]}'
}

# absence SECONDS FUNCTION: a policy
absence() {
	jq -n --arg d $SUBJECT --argjson s "$1" --arg f "$2" '{
		minimum_range_seconds: $s, maximum_lost: 0,
		probe: {policy: "shop", hook: "__x64_sys_connect"},
		functions: [{image_digest: $d, function: $f}]}' >"$(tmp policy)"
}

# with_posture STATE ERROR: the stream with a posture in front of the tap's ledger
with_posture() {
	{ posture "$1" "$2"; tetra-tap --replay "$DEMO"; } |
		jq -c 'if .kind == "ledger" then .out = "701" | .in = "701" else . end' |
		rt-canon --sysroot "$SYSROOT" | rt-hotsym -o pb
}

@test "absence: only where everything that the policy asks for is shown" {
	with_posture enabled '' >"$(tmp in)"
	absence 200 never_called
	rt-witness --key "$K/ed.pem" --absence "$(tmp policy)" <"$(tmp in)" |
		jq -r 'select(.kind == "witness").bundle' | head -n 1 |
		base64 -d >"$(tmp b.json)"
	run rt-witness verify --key "$K/ed.pub" "$(tmp b.json)"
	assert_success
	assert_output --partial 'complete, with absence'
	jq -j .dsseEnvelope.payload "$(tmp b.json)" | base64 -d >"$(tmp s)"
	run jq -c '.predicate.absence | [.probe, .notCalled[0].function,
		(.notCalled | length)]' "$(tmp s)"
	assert_output '["shop","never_called",1]'
	refused() {
		run -1 rt-witness --key "$K/ed.pem" --absence "$(tmp policy)" <"$1"
		assert_output --partial "$2"
		refute_output --partial "\"image_digest\":\"$SUBJECT\",\"predicate_type"
	}
	absence 86400 never_called
	refused "$(tmp in)" 'the range is of 245 seconds, not of 86400'
	absence 200 order_settle
	refused "$(tmp in)" "function 'order_settle' was called"
	absence 200 never_called
	refused "$HOT" "no posture in the stream shows tracing policy 'shop'"
	with_posture disabled '' >"$(tmp off)"
	refused "$(tmp off)" 'no posture'
	with_posture enabled 'hook failed' >"$(tmp broken)"
	refused "$(tmp broken)" 'no posture'
	# Lost, and nobody knows what; lost and counted; cut.
	{ echo '{"kind":"gap","stage":"x","reason":"reconnect","unknown":true}'
		rt-hotsym -o json <"$(tmp in)" 2>/dev/null; } >"$(tmp gap)"
	refused "$(tmp gap)" 'a gap does not say how much is lost'
	{ echo '{"kind":"gap","stage":"x","reason":"overflow_oldest","count":"3"}'
		rt-hotsym -o json <"$(tmp in)" 2>/dev/null; } >"$(tmp gap)"
	refused "$(tmp gap)" '3 events are lost, 0 may be'
	rt-hotsym -o json <"$(tmp in)" 2>/dev/null | grep -v ledger >"$(tmp cut)"
	refused "$(tmp cut)" 'the ledgers of the stages do not close'
	for bad in '{}' '[]' 'x' '{"minimum_range_seconds":-1}'; do
		echo "$bad" >"$(tmp policy)"
		run -2 rt-witness --key "$K/ed.pem" --absence "$(tmp policy)" <"$(tmp in)"
		assert_output --partial 'cannot use --absence'
	done
}

@test "calls instead of hot symbols: families of system calls as well" {
	tetra-tap --replay "$DEMO" -o pb | rt-canon --sysroot "$SYSROOT" -o pb >"$(tmp calls)"
	rt-witness --unsigned --predicate execution-evidence <"$(tmp calls)" |
		jq -r 'select(.kind == "witness").bundle' | head -n 1 |
		base64 -d >"$(tmp s)"
	bundle --unsigned --predicate execution-evidence >"$(tmp h)"
	run diff <(jq '[.predicate.claims[] | [.function, .invocationCount]]' "$(tmp h)") \
		<(jq '[.predicate.claims[] | [.function, .invocationCount]]' "$(tmp s)")
	assert_success
	run jq -c .predicate.trace_summary.syscall_families_observed "$(tmp s)"
	assert_output '["filesystem","network","process"]'
	# Every other record passes as it came.
	rt-witness --unsigned -o pb <"$(tmp calls)" | rt-redact --pass-through |
		jq -c 'select(.kind == "call")' >"$(tmp after)"
	rt-redact --pass-through <"$(tmp calls)" | jq -c 'select(.kind == "call")' |
		cmp - "$(tmp after)"
}

@test "external ids, parts, subjects of what has no image" {
	id=$(bundle --unsigned --predicate micro-witness | jq -c '{claim_id: "CVE-1",
		image_digest: ("sha256:" + .subject[0].digest.sha256),
		function: .predicate.observation.function,
		build_id: .predicate.observation.buildId,
		purl: (.predicate.observation.purl // "")}')
	printf '\n%s\n' "$id" >"$(tmp ids)"
	bundle --unsigned --claims "$(tmp ids)" >"$(tmp s)"
	run jq -c '[.. | .externalId? // empty]' "$(tmp s)"
	assert_output '["CVE-1"]'
	echo nonsense >>"$(tmp ids)"
	run -2 rt-witness --unsigned --claims "$(tmp ids)" <"$HOT"
	assert_output --partial 'line 3: no JSON object'
	rt-witness --unsigned --max-claims 20 <"$HOT" 2>"$(tmp err)" >"$(tmp out)"
	grep -q 'max-claims reached' "$(tmp err)"
	jq -r 'select(.kind == "witness").bundle' "$(tmp out)" | while read -r b; do
		base64 -d <<<"$b" | jq -c '.predicate.evidence | [.part, .complete]'
	done | sort -u >"$(tmp parts)"
	run head -n 1 "$(tmp parts)"
	assert_output '[1,false]'
	rt-hotsym -o json <"$HOT" | jq -c 'del(.image_digest)' >"$(tmp bare)"
	run rt-witness --unsigned <"$(tmp bare)"
	assert_output --partial 'without an image digest are in no statement'
	rt-witness --unsigned --subject $SUBJECT <"$(tmp bare)" 2>/dev/null |
		jq -r 'select(.kind == "witness").image_digest' >"$(tmp got)"
	run cat "$(tmp got)"
	assert_output $SUBJECT
}

@test "no secret, no core dump, no key in messages" {
	secret=ghp_$(printf 'A1b2C3d4%.0s' 1 2 3 4 5)
	tetra-tap --replay "$DEMO" | jq -c --arg s "$secret" '
		if .process_kprobe then .process_kprobe.process.arguments = "--token " + $s |
			.process_kprobe.process.cwd = "/home/u/" + $s |
			.process_kprobe.args = [{string_arg: $s}] |
			.process_kprobe.user_stack_trace += [{symbol: $s,
				module: ("/opt/" + $s + "/lib.so"), offset: "8"}] |
			.process_kprobe.process.pod.name = "p-" + $s else . end' |
		rt-canon --sysroot "$SYSROOT" -o pb | rt-redact -o pb | rt-hotsym -o pb |
		rt-witness --unsigned --predicate runtime-trace >"$(tmp out)"
	run ! grep -q "$secret" "$(tmp out)"
	jq -r 'select(.kind == "witness").bundle' "$(tmp out)" |
		while read -r b; do base64 -d <<<"$b"; done >"$(tmp statements)"
	grep -q "\[REDACTED" "$(tmp statements)"
	run ! grep -q "$secret" "$(tmp statements)"
	# While a key is in memory.
	mkfifo "$(tmp in)"
	rt-witness --key "$K/ec.pem" <"$(tmp in)" >/dev/null &
	pid=$!
	exec 7>"$(tmp in)"
	for i in $(seq 50); do
		grep -q '^Max core file size *0 *0 ' /proc/$pid/limits && break
		sleep 0.1
	done
	run awk '/^Max core/ { print $5, $6 }' /proc/$pid/limits
	assert_output '0 0'
	exec 7>&-
	wait $pid
}

@test "usage" {
	run -2 rt-witness <"$HOT"
	assert_output --partial '--key is needed'
	run -2 rt-witness --key /no/such/key <"$HOT"
	assert_output --partial 'No such file'
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out "$(tmp small.pem)"
	run -2 rt-witness --key "$(tmp small.pem)" <"$HOT"
	assert_output --partial '2048 bits'
	echo nonsense >"$(tmp no.pem)"
	run -2 rt-witness --key "$(tmp no.pem)" <"$HOT"
	assert_output --partial 'no key in PEM'
	run -2 rt-witness --unsigned --out /no/such/folder <"$HOT"
	run -2 rt-witness --unsigned --subject sha256:12 <"$HOT"
	run -2 rt-witness verify "$BUNDLE"
	run -3 rt-witness verify --key "$K/ec.pub" /no/such/file
	run -1 rt-witness verify --key "$K/ec.pub" /dev/null
}

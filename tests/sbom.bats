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
	printf '%s\n' 'sha256:1 /usr/bin/a' 'sha256:2 /usr/bin/a' /usr/bin/a |
		"$UNIT" find sha256:1=a.json >out
	printf '%s\n' pkg:deb/debian/a@1 - - | diff - out
}

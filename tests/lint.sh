#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# lint.sh: proves by reading the sources that the house stands as the manual's
# front page says: who may include whom, where foreign headers are, which
# functions nobody calls, how long things are. TAP on stdout.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
cc=${CC:-gcc}
n=0
failed=0

# verdict NAME FINDINGS: ok when there are none.
verdict()
{
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		sed 's/^/# /' <<<"$2"
		failed=1
	fi
}

mapfile -t sources < <(find cmd lib -name '*.c' -o -name '*.cc' -o -name '*.h' |
	LC_ALL=C sort)
mapfile -t headers < <(find lib -name '*.h' | LC_ALL=C sort)
mapfile -t ours < <(find cmd lib tests/unit tests/fuzz bench \
	-name '*.[ch]' -o -name '*.cc' | LC_ALL=C sort)

rank()
{
	case $1 in
	base) echo 0 ;;
	pipe) echo 1 ;;
	text) echo 2 ;;
	codec) echo 3 ;;
	event | names | root | secret) echo 4 ;;
	compact | elf | pkgdb) echo 5 ;;
	stream | symbol | sbom) echo 6 ;;
	package) echo 7 ;;
	canon | redact | hotsym | load | replay | select | tap | witness)
		echo 8 ;;
	cmd) echo 9 ;;
	*) echo 99 ;;
	esac
}

verdict 'every folder of lib has its rank' "$(
	for d in lib/*/; do
		d=${d#lib/} d=${d%/}
		[ "$(rank "$d")" = 99 ] && echo "lib/$d is not in rank()"
	done)"

folder() { local f=${1#lib/}; echo "${f%%/*}"; }

# Lines "FILE:INCLUDED" of our own includes.
includes()
{
	grep -HoE '^#include "[a-z0-9]+/[^"]+"' "${sources[@]}" |
		sed -E 's/#include "([^"]+)"/\1/' | grep -v '\.pb-c\.h$'
}

arrows_run_down()
{
	local line file to a b
	includes | while IFS=: read -r file to; do
		a=$(folder "$file")
		b=${to%%/*}
		[ "$a" = "$b" ] && continue
		[ "$(rank "$b")" -lt "$(rank "$a")" ] && continue
		echo "$file includes $to"
	done
}
verdict 'includes run down the ranks; no stage includes another' \
	"$(arrows_run_down)"

# A foreign header and the one place (a file or a pair) that may know it.
foreign()
{
	local pattern=$1 place=$2
	grep -HlE "^#include <$pattern>" "${sources[@]}" |
		grep -vE "^lib/($place)\.(c|cc|h)$" |
		sed "s,\$, includes <$pattern>,"
}
verdict 'a foreign header is known in one place' "$(
	foreign 'simdjson.h' codec/jread
	foreign 're2/.*' text/regex
	foreign 'libpq-fe.h' load/dbconn
	foreign 'microhttpd.h' pipe/metrics_http
	foreign 'yaml.h' '(pipe/config|redact/policyfile)'
	foreign '(zlib|zstd).h' '(pipe/inflate|pipe/deflate|package/zdata)'
	foreign 'xx(hash|h_x86dispatch).h' base/hash
	foreign 'openssl/.*' '(base/sha256|base/keyhash|tap/tlsprobe|witness/keys)'
	foreign '(libelf|gelf|elf).h' elf/elfreader
	foreign '(elfutils/.*|dwarf.h)' 'elf/(debugfile|srcline)'
	foreign 'lzma.h' elf/xzdata
	foreign 'sqlite3.h' pkgdb/rpmsqlite
	foreign 'libiberty/.*' 'names/(demangle|dlang)'
	foreign 'protobuf-c/.*' codec/schema
	foreign 'jansson.h' '(tap/agentinfo|package/jsondoc|redact/namebundle|witness/(absence|bundle|claimids|follows|jdiff|verify))'
	foreign 'grpc/.*' tap/agent
	foreign 'curl/.*' tap/agentmetrics
)"

verdict 'generated headers stay in codec and event' "$(
	grep -Hl '\.pb-c\.h"' "${sources[@]}" | grep -vE '^lib/(codec|event)/')"

verdict 'C++ is in two files' "$(find cmd lib -name '*.cc' |
	grep -vE '^lib/(codec/jread|text/regex)\.cc$')"

compile_alone()
{
	local h
	for h in "${headers[@]}"; do
		$cc -D_GNU_SOURCE -std=gnu11 -Ilib -Ibuild/release/gen \
			-fsyntax-only -x c "$h" 2>&1 | head -n 2
	done
}
verdict 'every header compiles alone' "$(compile_alone)"

first_include()
{
	local c h
	for c in $(find lib -name '*.c' -o -name '*.cc'); do
		h=${c%.*}.h
		[ -e "$h" ] || continue
		[ "$(grep -m 1 '^#include' "$c")" = "#include \"${h#lib/}\"" ] ||
			echo "$c does not include $h first"
	done
}
verdict 'a file includes its own header first' "$(first_include)"

banned='sprintf|vsprintf|strcpy|strcat|strncpy|strncat|strtok|gmtime|localtime'
banned="$banned|atoi|atol|gets|alloca|mktemp|tmpnam"
verdict 'functions that nobody may call' "$(
	grep -nHE "(^|[^a-zA-Z0-9_>.])($banned)\(" "${sources[@]}")"

verdict 'SPDX in the first line' "$(
	for f in "${ours[@]}"; do
		head -n 1 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
			echo "$f"
	done)"

verdict 'no _t typedefs, no promises' "$(
	grep -nHE 'typedef .*_t;' "${sources[@]}"
	grep -nHE 'TODO|FIXME|\bXXX\b' "${sources[@]}" | grep -v '"xX"')"

verdict 'cmd files within 300 lines' "$(
	wc -l cmd/*.c | awk '$2 != "total" && $1 > 300 { print $2, $1 }')"

verdict 'files within 600 lines' "$(
	wc -l "${sources[@]}" | awk '$2 != "total" && $1 > 600 { print $2, $1 }')"

# Function lengths from ctags, tables of options aside.
long_functions()
{
	command -v ctags >/dev/null || return 0
	ctags -x --c-kinds=f --c++-kinds=f --_xformat='%F:%N:%n:%e' \
		"${sources[@]}" 2>/dev/null |
		awk -F: '$NF ~ /^[0-9]+$/ && $NF - $(NF - 1) > 80 &&
			$2 != "parse" { print $1, $2, $NF - $(NF - 1) }'
}
verdict 'functions within 80 lines' "$(long_functions)"

verdict 'no path of a machine' "$(
	git grep -nE '/(work|home/[a-z]+)/(main|shared)/' -- . ':!testdata' \
		':!tests/lint.sh' 2>/dev/null)"

echo "1..$n"
exit $failed

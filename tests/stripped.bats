#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Files whose symbols were stripped: what is left of them elsewhere names the
# same functions as nm does for the file before it was stripped. Judges: nm,
# and Go's own linker.

load lib

setup_file() {
	load lib
	cat >"$BATS_FILE_TMPDIR/p.c" <<-'END'
	#include <stdio.h>
	__attribute__((noinline)) static int inner(int x) { return x * 3 + puts("i"); }
	__attribute__((noinline)) int outer(int x) { return inner(x) + 1; }
	int main(int argc, char **argv) { (void)argv; return outer(argc); }
	END
	for i in 1 2; do
		gcc -g -O1 -DN=$i -Wl,--build-id -rdynamic \
			-o "$BATS_FILE_TMPDIR/p$i" "$BATS_FILE_TMPDIR/p.c" -x c - \
			<<<"int other_$i(void) { return $i; }"
	done
	# A program that has generics, assembly functions, closures and methods.
	mkdir "$BATS_FILE_TMPDIR/go"
	cat >"$BATS_FILE_TMPDIR/go/main.go" <<-'END'
	package main

	import (
		"fmt"
		"os"
		"strings"
	)

	type pair struct{ a, b int }

	func (p *pair) sum() int { return p.a + p.b }

	//go:noinline
	func largest[T int | float64](a, b T) T {
		if a > b {
			return a
		}
		return b
	}

	func main() {
		f := func(s string) string { return strings.ToUpper(s) + os.Args[0] }
		p := &pair{1, 2}
		fmt.Println(f("x"), p.sum(), largest(1, 2), largest(1.5, 2.5))
	}
	END
	echo 'module example.com/x' >"$BATS_FILE_TMPDIR/go/go.mod"
}

setup() { D=$BATS_FILE_TMPDIR; }

# functions_of FILE: address, size and name of each, by nm -S
functions_of() {
	nm -S "$1" | perl -ane 'print "$F[0] ", hex $F[1], " $F[3]\n"
		if @F == 4 && $F[2] =~ /^[tT]$/' | sort
}

# listed FILE ARG...: the same of rt-canon
listed() {
	rt-canon ids -o json "$@" |
		jq -r '[.module_offset, .size, .raw_symbol] | @tsv' |
		elf_addresses "$1" | sort
}

# split FILE: strips it, its symbols in a build-id tree under $D/debug
split() {
	local id
	id=$(readelf -n "$1" | sed -n 's/.*Build ID: //p')
	mkdir -p "$D/debug/.build-id/${id:0:2}"
	objcopy --only-keep-debug "$1" "$D/debug/.build-id/${id:0:2}/${id:2}.debug"
	strip -o "$1.stripped" "$1"
}

@test "--debug-dir: the functions of the file before it was stripped" {
	split "$D/p1"
	functions_of "$D/p1" >"$(tmp want)"
	grep -q ' inner$' "$(tmp want)"
	run grep -c ' inner$' <(listed "$D/p1.stripped")
	assert_output 0
	run comm -23 "$(tmp want)" \
		<(listed "$D/p1.stripped" --debug-dir "$D/debug")
	assert_output ''
	# Frames as well: the same ids as of the file itself.
	mkdir -p "$D/root/bin"
	cp "$D/p1.stripped" "$D/root/bin/p1"
	local at
	at=$((0x$(awk '$3 == "inner" { print $1 }' "$(tmp want)") + 4))
	echo "{\"process_kprobe\":{\"process\":{\"pid\":1,\"exec_id\":\"x\"},\"function_name\":\"f\",\"user_stack_trace\":[{\"module\":\"/bin/p1\",\"offset\":\"$at\"}]}}" |
		rt-canon --sysroot "$D/root" --debug-dir "$D/debug" >"$(tmp call)"
	run jq -r '.stack_frames[]?.function_id // empty' "$(tmp call)"
	assert_output "$(readelf -n "$D/p1" |
		sed -n 's/.*Build ID: //p'):inner+0x4"
}

@test "--debug-dir: symbols of another build are not used" {
	local id other
	split "$D/p2"
	id=$(readelf -n "$D/p1" | sed -n 's/.*Build ID: //p')
	other=$(readelf -n "$D/p2" | sed -n 's/.*Build ID: //p')
	mkdir -p "$(tmp d)/.build-id/${id:0:2}"
	cp "$D/debug/.build-id/${other:0:2}/${other:2}.debug" \
		"$(tmp d)/.build-id/${id:0:2}/${id:2}.debug"
	strip -o "$(tmp s)" "$D/p1"
	run diff <(listed "$(tmp s)") <(listed "$(tmp s)" --debug-dir "$(tmp d)")
	assert_success
	run --separate-stderr -2 rt-canon ids --debug-dir "$(tmp none)" "$(tmp s)"
	assert_regex "$stderr" "cannot use --debug-dir"
}

@test "--debuginfod: asks only when told, only for what was stripped" {
	command -v debuginfod-find >/dev/null || skip "no debuginfod-find"
	local id port server
	split "$D/p1"
	id=$(readelf -n "$D/p1" | sed -n 's/.*Build ID: //p')
	mkdir -p "$(tmp web)/buildid/$id"
	cp "$D/debug/.build-id/${id:0:2}/${id:2}.debug" \
		"$(tmp web)/buildid/$id/debuginfo"
	node -e 'const fs = require("fs"), s = require("http").createServer(
		(q, r) => { fs.appendFileSync(process.argv[2], q.url + "\n");
			fs.readFile(process.argv[1] + q.url, (e, d) => {
				r.writeHead(e ? 404 : 200); r.end(d); }); })
		.listen(0, "127.0.0.1", () => console.log(s.address().port))' \
		"$(tmp web)" "$(tmp asked)" >"$(tmp port)" 3>&- &
	server=$!
	for _ in {1..100}; do [ -s "$(tmp port)" ] && break; sleep 0.05; done
	export DEBUGINFOD_URLS=http://127.0.0.1:$(cat "$(tmp port)")/
	export DEBUGINFOD_CACHE_PATH=$(tmp cache) DEBUGINFOD_TIMEOUT=5
	functions_of "$D/p1" >"$(tmp want)"
	rt-canon ids "$D/p1.stripped" >/dev/null
	rt-canon ids --debuginfod "$D/p1" >/dev/null
	rt-canon ids --debuginfod --debug-dir "$D/debug" "$D/p1.stripped" >/dev/null
	[ ! -e "$(tmp asked)" ]
	run comm -23 "$(tmp want)" <(listed "$D/p1.stripped" --debuginfod)
	assert_output ''
	run cat "$(tmp asked)"
	assert_output "/buildid/$id/debuginfo"
	kill $server
	# It is kept; and a server that is gone is no error.
	run comm -23 "$(tmp want)" <(listed "$D/p1.stripped" --debuginfod)
	assert_output ''
	strip -o "$(tmp p2)" "$D/p2"
	run rt-canon ids --debuginfod "$(tmp p2)"
	assert_success
	DEBUGINFOD_URLS='' run -2 rt-canon ids --debuginfod "$(tmp p2)"
	assert_output --partial 'cannot use --debuginfod: DEBUGINFOD_URLS names no server'
}

@test ".gnu_debugdata: the functions that the compressed symbols name" {
	local f=$D/p1
	nm -D "$f" -f posix --defined-only | awk '{ print $1 }' | sort >"$(tmp dyn)"
	nm "$f" -f posix --defined-only |
		awk '$2 ~ /[Tt]/ { print $1 }' | sort >"$(tmp all)"
	comm -13 "$(tmp dyn)" "$(tmp all)" >"$(tmp keep)"
	objcopy --only-keep-debug "$f" "$(tmp debug)"
	objcopy -S --remove-section .comment --keep-symbols="$(tmp keep)" \
		"$(tmp debug)" "$(tmp mini)" 2>/dev/null
	xz "$(tmp mini)"
	strip -o "$(tmp s)" "$f"
	objcopy --add-section .gnu_debugdata="$(tmp mini).xz" "$(tmp s)"
	run comm -23 <(functions_of "$f") <(listed "$(tmp s)")
	assert_output ''
	# Damaged, cut, or a bomb: the file without it.
	head -c 200 "$(tmp mini).xz" >"$(tmp cut)"
	head -c 300000000 /dev/zero | xz -1 >"$(tmp bomb)"
	for bad in cut bomb p.c; do
		cp "$D/p.c" "$(tmp p.c)"
		strip -o "$(tmp t)" "$f"
		objcopy --add-section .gnu_debugdata="$(tmp $bad)" "$(tmp t)"
		run diff <(listed "$(tmp t)" | cut -d ' ' -f 3) \
			<(listed "$D/p1.stripped" | cut -d ' ' -f 3)
		assert_success
	done
}

# go_build OUT ENV... -- FLAG...
go_build() {
	local out=$1 vars=()
	shift
	while [ "$1" != -- ]; do vars+=("$1"); shift; done
	shift
	(cd "$D/go" && env GOCACHE="$D/gocache" GOFLAGS=-mod=mod GO111MODULE=on \
		CGO_ENABLED=0 "${vars[@]}" go build "$@" -o "$out" .)
}

# As the table of a program has them: no calling convention, no type arguments.
go_names() {
	sed -E 's/\.abi(0|internal)$//; s/\[[^]]*(\[[^]]*\][^]]*)*\]/[...]/'
}

go_functions() {
	nm "$1" | awk '$2 ~ /[tT]/ && $3 !~ /^runtime\.e?text$/ {
		while (length($1) < 16) $1 = "0" $1; print $1, $3 }' |
		go_names | sort -u
}

# same_go FILE STRIPPED
same_go() {
	go_functions "$1" >"$(tmp want)"
	(($(wc -l <"$(tmp want)") > 1000))
	run diff "$(tmp want)" <(listed "$2" | cut -d ' ' -f 1,3 | go_names | sort -u)
	assert_success
}

@test "Go: stripped programs have all the functions that nm saw before" {
	command -v go >/dev/null || skip "no go"
	go_build "$(tmp exe)" --
	strip -o "$(tmp s)" "$(tmp exe)"
	same_go "$(tmp exe)" "$(tmp s)"
	go_build "$(tmp sw)" -- -ldflags='-s -w'
	same_go "$(tmp exe)" "$(tmp sw)"
	go_build "$(tmp pie)" -- -buildmode=pie
	strip -o "$(tmp s)" "$(tmp pie)"
	same_go "$(tmp pie)" "$(tmp s)"
	# The same ids, stripped or not.
	go_build "$(tmp exe)" --
	strip -o "$(tmp s)" "$(tmp exe)"
	run diff <(rt-canon ids "$(tmp exe)" | jq -r .function_id) \
		<(rt-canon ids "$(tmp s)" | jq -r .function_id)
	assert_success
}

@test "Go: 32 bits, the other byte order" {
	command -v go >/dev/null || skip "no go"
	go_build "$(tmp exe)" GOARCH=mips --
	go_build "$(tmp sw)" GOARCH=mips -- -ldflags='-s -w'
	same_go "$(tmp exe)" "$(tmp sw)"
}

@test "Go: without section headers the table is found in memory" {
	command -v go >/dev/null || skip "no go"
	go_build "$(tmp exe)" --
	# e_shoff, e_shnum and e_shstrndx are zero: sstrip.
	perl -0777 -pe 'substr($_, 40, 8) = "\0" x 8; substr($_, 60, 4) = "\0" x 4' \
		"$(tmp exe)" >"$(tmp s)"
	same_go "$(tmp exe)" "$(tmp s)"
}

@test "stubs of the procedure linkage table are those that objdump names" {
	local f n=0
	gcc -O1 -fcf-protection=full -Wl,-z,now,-z,ibtplt -o "$(tmp ibt)" \
		"$D/p.c" -x c - <<<'int unused;'
	for f in "$D/p1" "$(tmp ibt)" "$(command -v jq)" \
		/lib/x86_64-linux-gnu/libc.so.6 \
		/usr/lib/x86_64-linux-gnu/libcrypto.so.3; do
		objdump -d "$f" | sed -nE 's/^([0-9a-f]+) <([^*]*@plt)>:$/\1 \2/p' |
			sort >"$(tmp want)"
		n=$((n + $(wc -l <"$(tmp want)")))
		run diff "$(tmp want)" \
			<(listed "$f" | awk '/@plt$/ { print $1, $3 }' | sort)
		assert_success
	done
	((n > 1000))
}

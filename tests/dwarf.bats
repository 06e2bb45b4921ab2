#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Source lines and inlined functions: every instruction of programs built here
# has the chain that addr2line (binutils) and eu-addr2line (elfutils) print.

load lib

setup_file() {
	load lib
	cd "$BATS_FILE_TMPDIR" || return
	mkdir -p src/include
	cat >src/include/twice.h <<-'END'
	static inline int twice(int x) { return x * 2 + (x & 3); }
	END
	cat >src/p.c <<-'END'
	#include <stdio.h>
	#include <stdlib.h>
	#include "include/twice.h"
	extern volatile int sink;
	volatile int sink;
	static inline int squared(int x)
	{
		sink = x;
		return twice(x) * x;
	}
	static inline int deep(int x)
	{
		int sum = 0;
		for (int i = 0; i < x; i++) {
			int y = squared(i + x);
			if (y & 1)
				sum += squared(y) + rand();
		}
		return sum;
	}
	__attribute__((noinline)) int outer(int x)
	{
		return deep(x) + deep(x + 1);
	}
	__attribute__((noinline)) int plain(int x)
	{
		puts("plain");
		return x + rand();
	}
	int main(int argc, char **argv)
	{
		(void)argv;
		if (argc > 5)
			abort();
		return outer(argc) + plain(argc);
	}
	END
	cat >src/q.cc <<-'END'
	#include <algorithm>
	#include <map>
	#include <string>
	#include <vector>
	namespace shop {
	struct Item {
		std::string name;
		int price;
		bool operator<(const Item &o) const { return price < o.price; }
	};
	template <typename T> class Cart {
		std::vector<T> items;
	public:
		void add(T i) { items.push_back(std::move(i)); }
		int total() const
		{
			int t = 0;
			for (auto &i : items)
				t += [&](int by) { return i.price * by; }(3);
			return t;
		}
		void order() { std::sort(items.begin(), items.end()); }
	};
	}
	__attribute__((noinline)) int sell(const char *name, int price)
	{
		shop::Cart<shop::Item> c;
		std::map<std::string, int> seen;
		c.add({name, price});
		c.add({"other", 7});
		c.order();
		seen[name] = c.total();
		return seen.begin()->second;
	}
	int main(int argc, char **argv) { return sell(argv[0], argc); }
	END
	gcc -g -O2 -Wl,--build-id -o c5 src/p.c
	gcc -gdwarf-4 -O2 -gz -no-pie -o c4 src/p.c
	gcc -g -O1 -ffunction-sections -Wl,--gc-sections -o c1 src/p.c
	g++ -g -O2 -Wl,--build-id -o cc5 src/q.cc
	g++ -gdwarf-4 -O1 -fdebug-types-section -o cc4 src/q.cc
	if command -v clang++ >/dev/null; then
		clang -g -O2 -o clang5 src/p.c
		clang++ -g -O2 -gdwarf-4 -o clangcc4 src/q.cc
	fi
	if command -v rustc >/dev/null; then
		cat >src/r.rs <<-'END'
		use std::collections::HashMap;
		#[inline(always)]
		fn weight(s: &str) -> usize { s.bytes().map(|b| b as usize).sum() }
		#[inline(never)]
		fn heaviest(v: &[String]) -> usize {
		    let mut m = HashMap::new();
		    for s in v { *m.entry(weight(s)).or_insert(0) += s.len(); }
		    m.values().cloned().max().unwrap_or(0)
		}
		fn main() {
		    let v: Vec<String> = std::env::args().collect();
		    std::process::exit(heaviest(&v) as i32);
		}
		END
		rustc -g -O -o rust src/r.rs
	fi
}

setup() { D=$BATS_FILE_TMPDIR; }

# addresses FILE PATTERN: of the instructions of functions whose name matches,
# the padding behind them left out
addresses() {
	objdump -d --no-show-raw-insn "$1" | perl -e '
		my ($f, $pattern) = @ARGV;
		my %size = map { /^\S+ ([0-9a-f]+) \S (\S+)/ ? ($2, hex $1) : () }
			`nm -S \Q$f\E`;
		my $end = 0;
		while (<STDIN>) {
			if (my ($at, $name) = /^([0-9a-f]+) <(.*)>:$/) {
				$end = $name =~ /$pattern/ ?
					hex($at) + ($size{$name} // 0) : 0;
			}
			print "$1\n" if /^ +([0-9a-f]+):\t/ && hex $1 < $end;
		}' "$@"
}

# frames_at FILE [caller]: addresses of standard input as frames of events. A
# caller stands behind one more frame, and its address is one too large.
frames_at() {
	perl -e '
		my ($f, $caller) = @ARGV;
		my @load;
		for (`readelf -lW \Q$f\E`) {
			push @load, [map hex, $1, $2, $3] if
				/^\s+LOAD\s+(\S+)\s+(\S+)\s+\S+\s+(\S+)/;
		}
		while (<STDIN>) {
			my $a = hex;
			my ($s) = grep { $a >= $_->[1] && $a < $_->[1] + $_->[2] } @load;
			my $o = $a - $s->[1] + $s->[0];
			my $inner = $caller ?
				"{\"module\":\"[vdso]\",\"offset\":\"1\"}," : "";
			$o++ if $caller;
			print "{\"process_kprobe\":{\"process\":{\"exec_id\":\"x\",",
				"\"pid\":1},\"function_name\":\"f\",",
				"\"user_stack_trace\":[$inner",
				"{\"module\":\"$f\",\"offset\":\"$o\"}]},",
				"\"time\":\"2026-01-01T00:00:00Z\"}\n";
		}' "$@"
}

# Paths without the detours that each judge leaves in its own way.
tidy() {
	perl -pe 's,/\./,/,g; s,//+,/,g; 1 while s,/(?!\.\./)[^/|\t ]+/\.\./,/,;
		s/ \(discriminator \d+\)//g; s/:\?(?=\||$)/:0/g'
}

# Names without what symbols have and DWARF has not.
short() { sed -E 's/::h[0-9a-f]{16}\b//g; s/\[[0-9a-f]{16}\]//g;
	s/(\.(constprop|isra|part|cold)(\.[0-9]+)?)+//; s/\[abi:[a-z0-9]+\]//g'; }

# ours FILE [caller]: a line for each address: NAME FILE:LINE|NAME FILE:LINE|...
ours() {
	frames_at "$@" | rt-canon --sysroot / --inlines -o json |
		jq -r 'select(.kind == "call") | .stack_frames[-1] |
		((.inlined // []) + [.function_name]) as $n |
		(["\(.source_file // "??"):\(.line_number // 0)"] +
			(.inlined_at // [])) as $p |
		[range($n | length) | "\($n[.]) \($p[.])"] | join("|")' |
		tidy | short
}

# judge FILE: the same by addr2line, or $JUDGE
judge() {
	${JUDGE:-addr2line} -a -i -f -e "$1" | c++filt -p |
		perl -ne 'chomp;
			if (/^0x/) { print "\n" if $n++; $k = 0; next }
			# What elfutils adds.
			$k % 2 ? s/^(.*:\d+):\d+$/$1/ : s/ inlined at .*//;
			print $k++ % 2 ? " $_" : ($k > 1 ? "|" : "") . $_;
			END { print "\n" }' | tidy | short
}

# agree FILE PATTERN MIN: for each instruction, and as a caller
agree() {
	addresses "$1" "$2" >"$(tmp at)"
	(($(wc -l <"$(tmp at)") >= $3))
	judge "$1" <"$(tmp at)" >"$(tmp want)"
	run diff "$(tmp want)" <(ours "$1" <"$(tmp at)")
	assert_success
	run diff "$(tmp want)" <(ours "$1" caller <"$(tmp at)")
	assert_success
	grep -q '|' "$(tmp want)"
}

@test "C: every instruction's chain is addr2line's" {
	local f
	for f in c5 c4 c1; do
		agree "$D/$f" '^(main|outer|plain)$' 60
		# Three deep: twice in squared in deep in outer.
		grep -qE 'twice .*/include/twice.h:1\|squared .*\|deep .*\|outer' \
			"$(tmp want)"
	done
}

@test "C++: every instruction's chain is addr2line's" {
	agree "$D/cc5" 'sell|main|Cart|Item|sort|map' 500
	agree "$D/cc4" 'sell|main|Cart|Item|sort|map' 500
	grep -q 'shop::Cart<shop::Item>::total' "$(tmp want)"
}

@test "clang, which writes no .debug_aranges: addr2line's chain" {
	[ -x "$D/clang5" ] || skip "no clang"
	run -0 readelf -SW "$D/clang5"
	refute_output --partial .debug_aranges
	agree "$D/clangcc4" 'sell|main|Cart|Item|sort|map' 500
	# binutils 2.40 does not know the form of these ranges.
	command -v llvm-addr2line >/dev/null || skip "no llvm-addr2line"
	JUDGE=llvm-addr2line agree "$D/clang5" '^(main|outer|plain)$' 60
}

@test "Rust: addr2line's chain" {
	[ -x "$D/rust" ] || skip "no rustc"
	agree "$D/rust" 'heaviest|_R.*1r4main' 100
}

# split FILE: strips it, its DWARF in a build-id tree
split() {
	local id
	id=$(readelf -n "$1" | sed -n 's/.*Build ID: //p')
	mkdir -p "$(tmp debug)/.build-id/${id:0:2}"
	objcopy --only-keep-debug "$1" \
		"$(tmp debug)/.build-id/${id:0:2}/${id:2}.debug"
	strip -o "$2" "$1"
}

# lined FILE ARG...: "FILE:LINE" of the addresses of standard input
lined() {
	local f=$1
	shift
	frames_at "$f" | rt-canon --sysroot / -o json "$@" |
		jq -r 'select(.kind == "call") | .stack_frames[0] |
		"\(.source_file):\(.line_number) \(.inlined | tostring)"'
}

@test "gcc: every instruction's chain is eu-addr2line's" {
	export JUDGE=eu-addr2line
	agree "$D/c5" '^(main|outer|plain)$' 60
	agree "$D/cc4" 'sell|main|Cart|Item|sort|map' 500
}

@test "Go: every instruction's line is that of the table of the program" {
	command -v go >/dev/null || skip "no go"
	mkdir "$(tmp go)"
	cat >"$(tmp go)/main.go" <<-'END'
	package main

	import (
		"fmt"
		"os"
		"strings"
	)

	type pair struct{ a, b int }

	func (p *pair) sum() int { return p.a + p.b }

	func twice(x int) int { return x*2 + len(os.Args) }

	//go:noinline
	func total(p *pair) int { return twice(p.sum()) + twice(p.b) }

	func main() {
		fmt.Println(strings.ToUpper("x"), total(&pair{1, 2}))
	}
	END
	echo 'module example.com/x' >"$(tmp go)/go.mod"
	(cd "$(tmp go)" && GOCACHE=$(tmp gocache) GOFLAGS=-mod=mod \
		CGO_ENABLED=0 go build -o exe .)
	addresses "$(tmp go)/exe" '^(main\.|strings.ToUpper|runtime.mallocgc)' \
		>"$(tmp at)"
	(($(wc -l <"$(tmp at)") > 300))
	sed 's/^/0x/' "$(tmp at)" | go tool addr2line "$(tmp go)/exe" |
		awk 'NR % 2 == 0' >"$(tmp want)"
	ours "$(tmp go)/exe" <"$(tmp at)" >"$(tmp got)"
	run diff "$(tmp want)" <(sed 's/^[^ ]* //; s/|.*//' "$(tmp got)")
	assert_success
	grep -qE '^main.twice .*main.go:13\|main.total .*:16$' "$(tmp got)"
	grep -qE '^main.\(\*pair\).sum .*main.go:11\|main.total .*:16$' \
		"$(tmp got)"
}

@test "a stripped file: the lines of its debug file, of no other's" {
	split "$D/c5" "$(tmp s)"
	addresses "$D/c5" '^outer$' >"$(tmp at)"
	lined "$D/c5" --inlines <"$(tmp at)" >"$(tmp want)"
	grep -q 'twice.h:1 .*"deep"' "$(tmp want)"
	run diff "$(tmp want)" <(lined "$(tmp s)" --inlines \
		--debug-dir "$(tmp debug)" <"$(tmp at)")
	assert_success
	# Another's DWARF under its id.
	cp "$D/cc5" "$(tmp debug)"/.build-id/*/*.debug
	run lined "$(tmp s)" --inlines --debug-dir "$(tmp debug)" <"$(tmp at)"
	refute_output --partial '.c'
}

@test "only when asked: --lines has no inlined functions, and neither is free" {
	addresses "$D/c5" '^outer$' >"$(tmp at)"
	lined "$D/c5" <"$(tmp at)" | sort -u >"$(tmp none)"
	assert_equal "$(cat "$(tmp none)")" 'null:null null'
	run diff <(lined "$D/c5" --inlines <"$(tmp at)" | cut -d ' ' -f 1) \
		<(lined "$D/c5" --lines <"$(tmp at)" | sed 's/ null$//')
	assert_success
	# The identity is that of the function, whatever was inlined.
	frames_at "$D/c5" <"$(tmp at)" >"$(tmp in)"
	run diff <(rt-canon --sysroot / <"$(tmp in)" | jq -c .stack_frames) \
		<(rt-canon --sysroot / --inlines <"$(tmp in)" | jq -c '
		.stack_frames | if . then map(del(.source_file, .line_number,
			.inlined, .inlined_at)) else . end')
	assert_success
}

@test "--dwarf-cache: the same lines with little memory; none with less" {
	local f
	for f in c5 c4 c1; do
		addresses "$D/$f" '^outer$' | head -n 40 |
			frames_at "$D/$f" >"$(tmp $f)"
	done
	# In turn, so that each file closes the one before.
	paste -d '\n' "$(tmp c5)" "$(tmp c4)" "$(tmp c1)" | grep . >"$(tmp in)"
	cat "$(tmp in)" "$(tmp in)" >"$(tmp twice)"
	rt-canon --sysroot / --inlines <"$(tmp twice)" >"$(tmp want)"
	rt-canon --sysroot / --inlines --dwarf-cache 16KiB \
		--metrics-file "$(tmp m)" <"$(tmp twice)" >"$(tmp got)"
	assert_same <(records "$(tmp want)") <(records "$(tmp got)")
	run grep -oP '^tetrapipe_canon_dwarf_evictions_total \K.*' "$(tmp m)"
	((output > 20))
	# Answers of the first round are not asked for again.
	((output < 130))
	run grep -oP '^tetrapipe_canon_dwarf_cache_bytes \K.*' "$(tmp m)"
	((output <= 16384))
	rt-canon --sysroot / --inlines --dwarf-cache 1KiB \
		--metrics-file "$(tmp m)" <"$(tmp in)" >"$(tmp got)"
	run grep -c source_file "$(tmp got)"
	assert_output 0
	# Each is looked at once.
	grep -qF 'tetrapipe_canon_dwarf_files_total{result="none"} 3' "$(tmp m)"
	run grep -c source_file <(rt-canon --sysroot / --inlines \
		--dwarf-cache 0 <"$(tmp in)")
	assert_output 0
}

@test "random places of a large program: llvm-addr2line's chains" {
	local f=$BIN/tetra-tap
	command -v llvm-addr2line >/dev/null || skip "no llvm-addr2line"
	addresses "$f" . | shuf -n "${DWARF_PLACES:-3000}" |
		sort >"$(tmp at)"
	# Without DWARF it takes the file's name from the symbol table.
	JUDGE=llvm-addr2line judge "$f" <"$(tmp at)" |
		sed -E 's, [^ /]+:0$, ??:0,' >"$(tmp want)"
	ours "$f" <"$(tmp at)" >"$(tmp got)"
	run diff <(grep -v ' ??:0' "$(tmp want)") \
		<(paste -d '\n' "$(tmp want)" "$(tmp got)" | awk 'NR % 2 { w = $0 }
			NR % 2 == 0 && w !~ / [?][?]:0/')
	assert_success
	(($(grep -c : "$(tmp want)") >= 3000))
}

# hostile FILE: the names still stand, quickly; says how many frames have lines
hostile() {
	addresses "$D/c5" '^outer$' | head -n 5 | frames_at "$1" >"$(tmp in)"
	timeout 20 rt-canon --sysroot / --inlines --debug-dir "$(tmp debug)" \
		<"$(tmp in)" >"$(tmp got)"
	assert_equal "$(grep -c '"function_name":"outer"' "$(tmp got)")" 5
	grep -c '"source_file"' "$(tmp got)" || :
}

@test "hostile: what a file says of other files leads nowhere" {
	mkdir -p "$(tmp debug)"
	# The supplementary file is a pipe: who opens it waits for ever.
	mkfifo "$(tmp fifo)"
	{ printf '%s\0' "$(tmp fifo)"; head -c 20 /dev/zero; } >"$(tmp alt)"
	objcopy --add-section .gnu_debugaltlink="$(tmp alt)" "$D/c5" "$(tmp f)"
	run hostile "$(tmp f)"
	assert_output 0
	# With the file that it means there are lines again.
	mkdir -p "$(tmp debug)/.build-id/00"
	gcc -g -O2 -shared -fPIC -x c -Wl,--build-id=0x$(printf '00%.0s' {1..20}) \
		-o "$(tmp debug)/.build-id/00/$(printf '00%.0s' {1..19}).debug" \
		- <<<'int shared;'
	run hostile "$(tmp f)"
	assert_output 5
}

@test "hostile: bombs, texts without an end, lengths too large" {
	mkdir -p "$(tmp debug)"
	objcopy --dump-section .debug_str="$(tmp str)" "$D/c5" /dev/null
	perl -0777 -pe 's/\0$/x/' "$(tmp str)" >"$(tmp bad)"
	objcopy --update-section .debug_str="$(tmp bad)" "$D/c5" "$(tmp f)"
	run hostile "$(tmp f)"
	assert_output 0
	# 300 MB of zeros, a few pages in the file.
	head -c 300M /dev/zero >"$(tmp zero)"
	objcopy --update-section .debug_str="$(tmp zero)" "$D/c5" "$(tmp f)"
	objcopy --compress-debug-sections=zlib "$(tmp f)"
	rm "$(tmp zero)"
	run hostile "$(tmp f)"
	assert_output 0
	# Lengths of a unit and of its line table.
	for s in info line; do
		objcopy --dump-section .debug_$s="$(tmp sec)" "$D/c5" /dev/null
		perl -0777 -pe 'substr($_, 0, 4) = "\xf0\xff\xff\x7f"' \
			"$(tmp sec)" >"$(tmp bad)"
		objcopy --update-section .debug_$s="$(tmp bad)" "$D/c5" "$(tmp f)"
		run hostile "$(tmp f)"
		assert_success
	done
}

@test "node, where it has DWARF: addr2line's chains" {
	local f
	f=$(readlink -f "$(command -v node)")
	readelf -SW "$f" | grep -q ' \.debug_info ' || skip "no DWARF in it"
	nm -S "$f" | perl -ane 'next unless $F[3] =~ /^(ares_|uv_|nghttp2)/;
		my ($at, $size) = map hex, @F[0, 1];
		printf "%x\n", $at + $size * $_ / 4 for 0 .. 3' >"$(tmp at)"
	judge "$f" <"$(tmp at)" >"$(tmp want)"
	ours "$f" <"$(tmp at)" >"$(tmp got)"
	# Where there is none, the judge takes a file from the symbol table.
	paste -d '\n' "$(tmp want)" "$(tmp got)" | awk '
		NR % 2 { w = $0; next }
		!/ [?][?]:0/ { n++; if (w != $0) print w "\n" $0 }
		END { if (n < 100) print n + 0, "with lines" }' >"$(tmp diff)"
	assert_equal "$(cat "$(tmp diff)")" ''
}

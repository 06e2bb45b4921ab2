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

#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# rt-canon --input-format=perf-script and =folded: another source than the
# agent, the same function ids. Judges: the agent's way through the same
# stacks, perf itself where it may sample, and nm.
load lib

# ids FILE: one line a stack, function ids of its frames in the shop's files;
# of others the agent's way may know a build-id from loader events
ids() {
	jq -c 'select(.kind == "call") | [.stack_frames[]? |
		select(.module // "" | startswith("/opt/shop/")).function_id //
		empty] |
		select(. != [])' "$1"
}

canon() { rt-canon --sysroot "$SYSROOT" "$@"; }

# stacks: the recording's user stacks, one JSON array a line; frames behind
# offset 0 are left out, since perf prints none
stacks() {
	zcat "$DEMO" | jq -c '.process_kprobe.user_stack_trace // empty'
}

@test "the recording's stacks as perf script text: the ids of the agent's way" {
	zcat "$DEMO" | tap -o pb | canon >"$(tmp agent)"
	# The layout that perf prints, by its own printf formats.
	stacks | jq -r '"shopd  4242/4243 [001]  1234.567890:     250000 cpu-clock:u: ",
		(.[] | [(.offset // "0" | tonumber), .symbol // "[unknown]",
			.module // "[unknown]"] | @tsv), ""' |
		perl -F'\t' -lane '
			if (@F == 3) { printf "\t%16x %s (%s)\n", @F }
			else { print }' >"$(tmp perf)"
	canon --input-format perf-script <"$(tmp perf)" >"$(tmp out)"
	ids "$(tmp agent)" >"$(tmp want)"
	ids "$(tmp out)" >"$(tmp got)"
	# Probes without a stack have a frame of their own in the agent's way.
	run diff <(sort -u "$(tmp got)") <(sort -u "$(tmp want)" | grep -v '^\["[^,]*"\]$')
	refute_line --regexp '^<.*,'
	run comm -23 <(sort "$(tmp got)") <(sort "$(tmp want)")
	assert_output ''
	assert [ "$(wc -l <"$(tmp got)")" -gt 300 ]
	assert_balanced "$(tmp out)" rt-canon
}

@test "run-time addresses become offsets by the mappings" {
	local so=$SYSROOT/opt/shop/lib/libpricing.so.1 off
	off=$((0x$(nm "$so" | sed -n 's/ T pricing_quote$//p') + 5))
	seg=$(readelf -lW "$so" | awk '/LOAD/ && / R E / { print $2, $5 }')
	{
		printf 'p  77 1.000000: PERF_RECORD_MMAP2 77/77: [0x7f0000400000(%s) @ %s fe:00 11 22]: r-xp %s\n' \
			"${seg#* }" "${seg% *}" /opt/shop/lib/libpricing.so.1
		# x: same address in another process, where nothing is mapped
		printf 'p  %d [000] 2.500000: 1 cycles:ppp:  %x %s (%s)\n' \
			77 $((0x7f0000400000 - ${seg% *} + off)) \
			wrong+0x1 /opt/shop/lib/libpricing.so.1 \
			78 $((0x7f0000400000 - ${seg% *} + off)) \
			pricing_quote+0x5 /opt/shop/lib/libpricing.so.1
	} >"$(tmp in)"
	canon --input-format perf-script <"$(tmp in)" >"$(tmp out)"
	run jq -r 'select(.kind == "call") | [.process.pid, .timestamp,
		.function_name, (.stack_frames[] |
		(.function_id | sub(".*:"; "")), .verdict)] | join(" ")' \
		"$(tmp out)"
	assert_output - <<'END'
77 1970-01-01T00:00:02.500Z cycles pricing_quote+0x5 corrected
78 1970-01-01T00:00:02.500Z cycles pricing_quote+0x5 same
END
	# No run-time address is left.
	run grep -c 7f00004 "$(tmp out)"
	assert_output 0
}

@test "perf itself: its stacks name functions that rt-canon ids lists" {
	command -v perf >/dev/null || skip "no perf"
	cat >"$(tmp p.c)" <<'END'
#include <unistd.h>
__attribute__((noinline)) double inner(int n)
{
	volatile double s = 0;
	for (int i = 1; i < n; i++)
		s += 1.0 / i;
	return s;
}
__attribute__((noinline)) double outer(int n)
{
	volatile double s = 0;
	for (int i = 0; i < n; i++)
		s += inner(n) + 1;
	return s;
}
int main(void) { return outer(9000) < 0; }
END
	cc -O1 -g0 -fno-omit-frame-pointer -o "$(tmp p)" "$(tmp p.c)"
	perf record -q -e cpu-clock:u -F 999 -g -o "$(tmp data)" "$(tmp p)" \
		2>/dev/null || skip "perf may not sample here"
	perf script -i "$(tmp data)" >"$(tmp text)" 2>/dev/null
	grep -q inner "$(tmp text)" || skip "perf took no sample"
	rt-canon --sysroot / --input-format perf-script <"$(tmp text)" \
		>"$(tmp out)"
	assert_equal "$(jq -r 'select(.kind == "call") | 1' "$(tmp out)" | wc -l)" \
		"$(grep -c ': *[0-9]* cpu-clock' "$(tmp text)")"
	jq -r '.stack_frames[]? | select(.module | endswith("/p")) |
		.function_id + " " + .verdict' "$(tmp out)" |
		sed 's/+0x[0-9a-f]*/+0x0/' | sort -u >"$(tmp seen)"
	grep -q ':inner+0x0 same$' "$(tmp seen)"
	grep -q ':outer+0x0 same$' "$(tmp seen)"
	run comm -23 <(cut -d ' ' -f 1 "$(tmp seen)" | sort -u) \
		<(rt-canon ids "$(tmp p)" | jq -r .function_id | sort)
	assert_output ''
	# Flat samples, whose addresses are those of the run, by the mappings.
	perf script -i "$(tmp data)" -G --show-mmap-events 2>/dev/null |
		rt-canon --sysroot / --input-format perf-script >"$(tmp flat)"
	run diff <(jq -r '.stack_frames[0]?.function_id // empty' "$(tmp flat)") \
		<(jq -r '.stack_frames[0]?.function_id // empty' "$(tmp out)")
	assert_success
}

@test "kinds of events, kernel frames, inlined and unknown ones" {
	cat >"$(tmp in)" <<'END'
# captured on: somewhere
Web Content 11/12 [003] 5.000001: syscalls:sys_enter_openat: dfd: 0x1, name: 2
	ffffffff816b90ea __x64_sys_openat+0xba ([kernel.kallsyms])
	ffffffffc0123456 hook+0x6 ([nf_conntrack])
	            1230 gone (inlined)
	            1234 [unknown] (/opt/x (deleted))
	    7f0000001234 jitted+0x4 (/tmp/perf-11.map)

a 9 6.000002: probe_libc:malloc:
b 9 7.000003: probe:do_exit:
c 9 8.000004: sdt_rtld:init_start:
END
	rt-canon --input-format perf-script <"$(tmp in)" >"$(tmp out)"
	run jq -c 'select(.kind == "call") | [.process.binary, .thread.tid,
		.probe_type, .syscall, .function_name, (.stack_frames // [] |
		map([.module, .symbol, .is_kernel_space, .module_kind]))]' \
		"$(tmp out)"
	assert_output - <<'END'
["Web Content",12,"Tracepoint","openat","syscalls:sys_enter_openat",[["[kernel]","__x64_sys_openat",true,"kernel"],["[kernel]","hook",true,"kernel"],["/opt/x",null,null,"deleted"],["[anon]","jitted",null,"anon"]]]
["a",9,"Uprobe",null,"probe_libc:malloc",[]]
["b",9,"Kprobe",null,"probe:do_exit",[]]
["c",9,"USDT",null,"sdt_rtld:init_start",[]]
END
}

@test "folded stacks: innermost first, counted, unverifiable" {
	run --separate-stderr -0 rt-canon --input-format folded <<'END'
main;serve it;write_[k] 12
main;inl_[i];Foo_[j] 1
END
	assert_equal "$stderr" ''
	run jq -c 'select(.kind == "call") | [.aggregation_count,
		(.stack_frames | map([.symbol, .is_kernel_space, .verdict]))]' \
		<<<"$output"
	assert_output - <<'END'
["12",[["write",true,"unverifiable"],["serve it",null,"unverifiable"],["main",null,"unverifiable"]]]
[null,[["Foo",null,"unverifiable"],["main",null,"unverifiable"]]]
END
}

@test "what is neither: dropped, counted, said, exit 1" {
	local form
	for form in perf-script folded; do
		run --separate-stderr -1 rt-canon --input-format $form \
			<<<'{"process_exec":{}}'
		assert_equal "$(jq -c 'select(.kind == "ledger") |
			[.in, .out, .dropped]' <<<"$output")" \
			'["1","0",{"bad_line":"1"}]'
		assert_equal "$(jq -r 'select(.kind == "gap").reason' \
			<<<"$output")" bad_record
		assert_regex "$stderr" 'stdin:line 1: '
		run -0 rt-canon --input-format $form </dev/null
	done
	run -0 rt-canon --input-format folded < <(printf 'a;b 1' | gzip)
	# One byte at a time, and a line over the limit.
	printf 'a;b 1\nc;d 2\n' >"$(tmp two)"
	by_bytes 1 rt-canon --input-format folded <"$(tmp two)" >"$(tmp slow)"
	rt-canon --input-format folded <"$(tmp two)" >"$(tmp fast)"
	assert_same "$(tmp slow)" "$(tmp fast)"
	run --separate-stderr -1 rt-canon --input-format folded --max-record 4KiB \
		< <(head -c 9000 /dev/zero | tr '\0' x; echo; cat "$(tmp two)")
	assert_equal "$(jq -c 'select(.kind == "ledger").out' <<<"$output")" '"2"'
}

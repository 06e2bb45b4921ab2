#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Kernel frames: --kallsyms and --kernel-build-id, and the one name of a
# system call's wrappers.
load lib

# frames OFFSET SYMBOL...: an event with that kernel stack
frames() {
	printf '%s\n' "$@" | paste -d ' ' - - | jq -cRn '{process_kprobe: {
		process: {pid: 3}, function_name: "f",
		kernel_stack_trace: [inputs | split(" ") |
			{offset: .[0], symbol: .[1]}]}}'
}

# canon ARG...: of each frame what the table decides
canon() {
	rt-canon "$@" | jq -c 'select(.kind == "call").stack_frames[] |
		[.module, .function_name, .verdict, .function_id // ""]'
}

table() {
	cat >"$(tmp kallsyms)" <<'END'
ffffffff81000000 T _stext
ffffffff81000000 T startup_64
ffffffff81000100 t helper
ffffffff81000140 T __x64_sys_openat
ffffffff81000180 T do_sys_open
ffffffff81000180 t __do_sys_open_alias
ffffffff81000200 D data
ffffffffc0a51000 t nf_conntrack_in	[nf_conntrack]
ffffffffc0a51080 t helper	[nf_conntrack]
ffffffffc0a51090 t end	[nf_conntrack]
ffffffffc0a52000 t helper	[xt_LOG]
ffffffffc0a52100 t last	[xt_LOG]
END
}

@test "verified, in a module, an alias, beyond the end, of no table" {
	table
	frames 16 do_sys_open 16 __do_sys_open_alias 64 nf_conntrack_in \
		32 helper 200 helper 400 helper 512 do_sys_open 9 nope 4 data |
		canon --kallsyms "$(tmp kallsyms)" --kernel-build-id 00ff \
			>"$(tmp out)"
	run cat "$(tmp out)"
	assert_output - <<'END'
["[kernel]","do_sys_open","same","00ff:do_sys_open+0x10"]
["[kernel]","do_sys_open","same","00ff:do_sys_open+0x10"]
["[nf_conntrack]","nf_conntrack_in","same",""]
["[kernel]","helper","same",""]
["[xt_LOG]","helper","same",""]
["[kernel]","helper","unverifiable",""]
["[kernel]","do_sys_open","unverifiable",""]
["[kernel]","nope","unverifiable",""]
["[kernel]","data","unverifiable",""]
END
}

@test "a return address at the very end of a function belongs to it" {
	table
	run canon --kallsyms "$(tmp kallsyms)" < <(frames 1 helper 64 helper)
	assert_line --index 1 --partial '"helper","same"'
	run canon --kallsyms "$(tmp kallsyms)" < <(frames 128 do_sys_open 1 helper)
	assert_line --index 0 --partial '"do_sys_open","unverifiable"'
}

@test "addresses that are hidden verify nothing, modules are named" {
	table
	sed -i 's/^[0-9a-f]*/0000000000000000/' "$(tmp kallsyms)"
	frames 0 nf_conntrack_in 0 helper 0 do_sys_open |
		canon --kallsyms "$(tmp kallsyms)" --kernel-build-id 00ff \
			>"$(tmp out)"
	run cat "$(tmp out)"
	assert_output - <<'END'
["[nf_conntrack]","nf_conntrack_in","unverifiable",""]
["[kernel]","helper","unverifiable",""]
["[kernel]","do_sys_open","unverifiable",""]
END
}

@test "the wrappers of a system call have one function_name, with no table" {
	run canon < <(frames 1 __x64_sys_openat 1 __arm64_sys_openat \
		1 __se_sys_openat 1 __do_sys_openat 1 __ia32_compat_sys_openat \
		1 do_sys_openat2 1 sys_openat)
	assert_output --regexp "^(\[\"\[kernel\]\",\"sys_openat\",[^$]*"$'\n'"){5}.*do_sys_openat2"
}

@test "the running kernel: its functions, and the build-id of its notes" {
	head -n 3000 /proc/kallsyms >"$(tmp head)"
	grep -q '^f' "$(tmp head)" || skip "addresses are hidden here"
	id=$(xxd -s 16 -l 20 -p /sys/kernel/notes)
	run canon --kallsyms /proc/kallsyms < <(frames 0 do_sys_open)
	assert_output "[\"[kernel]\",\"do_sys_open\",\"same\",\"$id:do_sys_open+0x0\"]"
}

@test "perf script: its kernel symbols are verified, too" {
	table
	printf 'p 1 1.000000: cycles:\n\tffffffff81000190 do_sys_open+0x10 ([kernel.kallsyms])\n' |
		canon --input-format perf-script --kallsyms "$(tmp kallsyms)" \
			>"$(tmp out)"
	run cat "$(tmp out)"
	assert_output '["[kernel]","do_sys_open","same",""]'
}

@test "a table that is none, and options that do not fit: exit 2" {
	echo hello >"$(tmp none)"
	table
	run -2 rt-canon --kallsyms "$(tmp none)" </dev/null
	assert_output --partial 'no line is a kernel symbol'
	run -2 rt-canon --kallsyms "$(tmp missing)" </dev/null
	assert_output --partial 'No such file'
	run -2 rt-canon --kernel-build-id 00 </dev/null
	run -2 rt-canon --kallsyms "$(tmp kallsyms)" --kernel-build-id xyz </dev/null
	assert_output --partial "bad value 'xyz'"
}

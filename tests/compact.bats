#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Lines for people: one an event and one a frame, columns that line up, nothing
# in them that a terminal would obey. Judges: jq counts events and frames,
# perl's Unicode tables say which characters are dangerous.

load lib

setup() {
	unset CLICOLOR CLICOLOR_FORCE
}

# kprobe JQ: an event with these members
kprobe() {
	jq -nc '{process_kprobe: ({process: {pid: 7, binary: "/b"}} + '"$1"'),
		time: "2026-01-02T03:04:05.006Z"}'
}

# lines FILE: without the time's column, and without what the tap adds
lines() {
	grep -vE ' ledger | tetra-tap agent_(rate_limit|throttle)' "$1" |
		cut -c 26-
}

# shown JSON: what stands behind the binary of such an event
shown() {
	kprobe "$1" | tap -o compact | head -n 1 | cut -c 26- |
		sed 's/^\([a-z_0-9]*\) *7 - \/b /\1: /'
}

# plain FILE: without the colour codes that are ours
plain() { perl -pe 's/\e\[[0-9;]+m//g' "$1"; }

PERL_EVIL='sub evil { $_[0] ne " " && $_[0] =~
	/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}\p{DI}\p{NChar}\x{2800}]/ }'

# assert_safe FILE: valid UTF-8, and nothing dangerous but line ends
assert_safe() {
	run perl -MEncode -ne '
		BEGIN { '"$PERL_EVIL"' }
		chomp;
		my $s = eval { decode("UTF-8", $_, Encode::FB_CROAK) };
		print "$.: not UTF-8\n" unless defined $s;
		for my $c (split //, $s // "") {
			printf "%d: U+%04X\n", $., ord $c
				if evil($c) && $n++ < 20
		}' "$1"
	assert_success
	assert_output ''
}

# --- lines and frames -----------------------------------------------------------

@test "each event has one line, each stack frame one under it" {
	local f want
	for f in $(event_files) "$MADE" "$DEMO"; do
		tetra-tap --replay "$f" -o json >"$(tmp json)" 2>/dev/null || :
		tetra-tap --replay "$f" -o compact >"$(tmp text)" \
			2>/dev/null || :
		assert_equal "$(grep -vc '^    ' "$(tmp text)")" \
			"$(wc -l <"$(tmp json)")"
		want=$(jq -s 'map(.process_kprobe // {} | .kernel_stack_trace,
			.user_stack_trace, .stack_trace | length) | add' \
			"$(tmp json)")
		assert_equal "$f $(grep -cE '^    (kernel|user) ' "$(tmp text)")" \
			"$f $want"
	done
}

@test "calls have a line and their frames, too" {
	tap <"$MADE" | rt-canon >"$(tmp json)"
	rt-redact -o compact <"$(tmp json)" >"$(tmp text)"
	assert_equal "$(grep -cE '^    (kernel|user) ' "$(tmp text)")" \
		"$(jq -s 'map(.stack_frames // [] | length) | add' "$(tmp json)")"
	# One ledger more than in the input: that of rt-redact.
	assert_equal "$(grep -vc '^    ' "$(tmp text)")" \
		$(($(wc -l <"$(tmp json)") + 1))
	run cat "$(tmp text)"
	assert_line --regexp '^    kernel  kfree_skb_reason\+0x5 '
	assert_line --regexp \
		'^    user    __connect\+0x[0-9a-f]+ .*libc.so.6 \(unverif'
}

@test "a known kernel and a known user frame, to the letter" {
	kprobe '{function_name: "f", kernel_stack_trace: [
		{symbol: "tcp_v4_connect", offset: "411"},
		{symbol: "x", offset: "0", address: "18446744071562067968"}],
		user_stack_trace: [{module: "/lib/libc.so.6", offset: "4660",
			symbol: "connect"}, {offset: "16"}]}' |
		tap -o compact | grep '^ ' >"$(tmp out)"
	run cat "$(tmp out)"
	assert_output "\
    kernel  tcp_v4_connect+0x19b
    kernel  x+0x0 @ 0xffffffff80000000
    user    /lib/libc.so.6+0x1234 connect
    user    [anon]+0x10"
}

@test "the columns line up, and the times are jq's" {
	local t="[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z"
	tap -o compact <"$MADE" | grep -v '^ ' >"$(tmp text)"
	run grep -vE "^($t|- {23}) [a-z_0-9 ]{10} {1,8}([0-9]{1,20}|-) " \
		"$(tmp text)"
	assert_output ''
	jq -r '.time // "-" | if length > 1 then .[0:23] + "Z" else . end' \
		"$MADE" >"$(tmp want)"
	run diff "$(tmp want)" <(grep -vE ' (ledger|gap) ' "$(tmp text)" |
		cut -d ' ' -f 1)
	assert_success
}

@test "a time without a fraction keeps the width; years far off" {
	for t in 0001-01-01T00:00:00 9999-12-31T23:59:59 2024-02-29T12:00:00; do
		echo "{\"process_exit\":{},\"time\":\"${t}Z\"}"
	done | tap -o compact | grep ' exit ' | cut -c 1-29 >"$(tmp out)"
	run cat "$(tmp out)"
	assert_output "\
0001-01-01T00:00:00.000Z exit
9999-12-31T23:59:59.000Z exit
2024-02-29T12:00:00.000Z exit"
}

# --- what is told ---------------------------------------------------------------

@test "functions that are told by what they did to what" {
	local sock='{sock_arg: {protocol: "IPPROTO_TCP", sport: 4000, dport: 443,'
	sock+=' saddr: "10.0.0.1", daddr: "2001:db8::1"}}'
	while IFS='|' read -r json want; do
		run shown "$json"
		assert_output "$want"
	done <<-END
	{function_name: "__x64_sys_openat", args: [{int_arg: -100}, {string_arg: "/etc/x"}]}|openat: /etc/x
	{function_name: "__arm64_sys_openat", args: [{string_arg: "/a b"}]}|openat: "/a b"
	{function_name: "fd_install", args: [{int_arg: 3}, {file_arg: {path: "/etc/x"}}]}|open: /etc/x
	{function_name: "sys_write", args: [{file_arg: {path: "/f"}}, {bytes_arg: "aGk="}, {size_arg: "2"}]}|write: /f 2 bytes
	{function_name: "sys_read", args: [{int_arg: 5}, {size_arg: "9"}]}|read: fd 5 9 bytes
	{function_name: "sys_close", args: [{int_arg: 5}]}|close: fd 5
	{function_name: "tcp_connect", args: [$sock]}|connect: tcp 10.0.0.1:4000 -> [2001:db8::1]:443
	{function_name: "tcp_sendmsg", args: [$sock, {int_arg: 12}]}|sendmsg: tcp 10.0.0.1:4000 -> [2001:db8::1]:443 12 bytes
	{function_name: "sys_bind", args: [{sockaddr_arg: {addr: "0.0.0.0", port: 80}}]}|bind: 0.0.0.0:80
	{function_name: "sys_connect", args: [{sockaddrun_arg: {path: "@x"}}]}|connect: @x
	{function_name: "sys_mount", args: [{string_arg: "/dev/a"}, {string_arg: "/mnt"}]}|mount: /dev/a -> /mnt
	{function_name: "sys_umount2", args: [{string_arg: "/mnt"}]}|umount: /mnt
	{function_name: "sys_setuid", args: [{int_arg: 0}]}|setuid: 0
	{function_name: "sys_dup2", args: [{int_arg: 3}, {int_arg: 1}]}|dup2: 3 -> 1
	{function_name: "sys_setns", args: [{int_arg: 3}, {int_arg: 1073741824}]}|setns: net
	{function_name: "security_file_permission", args: [{file_arg: {path: "/f"}}, {int_arg: 2}]}|access: w /f
	{function_name: "security_mmap_file", args: [{file_arg: {path: "/f"}}, {uint_arg: 5}]}|mmap: /f rx
	{function_name: "bpf_check", args: [{bpf_attr_arg: {ProgType: "T", ProgName: "p", InsnCnt: 9}}]}|bpf_load: T p insns=9
	{function_name: "sys_openat", args: []}|openat: openat()
	{function_name: "vfs_thing", args: [{string_arg: "a\"b"}, {int_arg: -1, label: "n"}, {}]}|kprobe: vfs_thing("a\"b", n=-1, ?)
	{function_name: "f", return: {int_arg: -13}}|kprobe: f() = -13 EACCES
	{function_name: "f", return: {size_arg: "18446744073709551614"}}|kprobe: f() = 18446744073709551614 ENOENT
	{function_name: "f", return: {int_arg: 13}, action: "KPROBE_ACTION_POST"}|kprobe: f() = 13
	{function_name: "f", action: "KPROBE_ACTION_SIGKILL", policy_name: "p", tags: ["a", "b c"], message: "m"}|kprobe: f() [SIGKILL] policy=p tags=a,"b c" "m"
	{function_name: "f", return_action: "KPROBE_ACTION_OVERRIDE"}|kprobe: f() [on return: OVERRIDE]
	END
}

@test "where it was: the pod, else the container, else the node" {
	cat >"$(tmp in)" <<-'END'
	{"process_exec":{"process":{"binary":"/b","docker":"0123456789abcdef0","pod":{"namespace":"n","name":"p"}}},"node_name":"h"}
	{"process_exec":{"process":{"binary":"/b","docker":"0123456789abcdef0"}},"node_name":"h"}
	{"process_exec":{"process":{"binary":"/b"}},"node_name":"h"}
	{"process_exit":{"process":{"binary":"/b","arguments":"-x y"},"status":3}}
	{"process_exit":{"process":{"binary":"/b"},"signal":"SIGSEGV"}}
	END
	tap -o compact <"$(tmp in)" >"$(tmp out)"
	run lines "$(tmp out)"
	assert_output "\
exec             - n/p /b
exec             - container:0123456789ab /b
exec             - h /b
exit             - - /b status 3 -x y
exit             - - /b SIGSEGV"
}

@test "records that are no events" {
	cat >"$(tmp in)" <<-'END'
	{"kind":"gap","stage":"tetra-tap","reason":"reconnect","unknown":true,"from":"2026-01-02T03:04:05Z","detail":"two words"}
	{"kind":"gap","stage":"x","reason":"late","count":"4","scope":"Kprobe"}
	{"kind":"hot_symbol","window_start":"2026-01-02T03:04:05Z","function_name":"a::b","purl":"pkg:deb/x@1","invocation_count":"12","unique_callers":2,"image_digest":"sha256:0123456789abcdef"}
	{"kind":"package_seen","module":"/m","purl":"pkg:deb/x@1","count":"2","evidence":"library_loaded"}
	{"kind":"posture","agent":"tetragon","agent_version":"v1.6","level":"EbpfDeep","health":"running","policies":[{"name":"p","state":"enabled"},{"name":"q","error":"no hook"}],"source":{"node":"h"}}
	{"kind":"container","event_type":"START","pid":5,"container_id":"0123456789abcdef","image_ref":"i:1"}
	{"kind":"evidence","function_name":"f","evidence_type":"e","purl":"pkg:x","invocation_count":"3","reachability":"r"}
	{"kind":"witness","claim_id":"sha256:0123456789abcdef","function_name":"f","purl":"pkg:x"}
	{"kind":"rumour","a":1}
	{"process_newtype":{"a":1},"node_name":"h"}
	{"rate_limit_info":{"number_of_dropped_process_events":"10"},"node_name":"h"}
	{"process_throttle":{"type":"THROTTLE_START","cgroup":"a b"},"node_name":"h"}
	END
	tap -o compact <"$(tmp in)" >"$(tmp out)"
	run lines "$(tmp out)"
	assert_output --regexp '^gap              - number unknown tetra-tap reconnect: two words
gap              4 x late in Kprobe
hot             12 a::b pkg:deb/x@1 callers=2 image=sha256:0123456789ab
package          2 pkg:deb/x@1 loaded from /m
posture          - h tetragon v1.6 EbpfDeep health=running policy=p/enabled policy=q error="no hook"
container        5 start 0123456789ab i:1
evidence         3 e f pkg:x r
witness          - sha256:0123456789ab f pkg:x
unknown          - record of [0-9]+ bytes
event            - h of an unknown type process_newtype
ratelimit       10 h events dropped by the agent
throttle         - h start "a b"$'
}

# --- safety ---------------------------------------------------------------------

# every_code_point: events whose arguments hold 128 code points each
every_code_point() {
	perl -CO -e 'for my $b (0 .. 0x10ffff >> 7) {
		next if $b << 7 >= 0xd800 && $b << 7 < 0xe000;
		print "{\"process_exec\":{\"process\":{\"pid\":$b,\"arguments\":\"";
		for my $c ($b << 7 .. ($b << 7) + 127) {
			no warnings;
			print $c < 32 || $c == 34 || $c == 92
				? sprintf "\\u%04x", $c : chr $c
		}
		print "\"}}}\n" }'
}

@test "of all characters, the dangerous ones are escaped, no other" {
	every_code_point >"$(tmp in)"
	tap -o compact <"$(tmp in)" >"$(tmp text)"
	assert_safe "$(tmp text)"
	# What is between the arguments' ends reads back as what went in.
	run perl -CSD -ne '
		BEGIN { '"$PERL_EVIL"'
			our %name = (n => "\n", t => "\t", r => "\r",
				"\\" => "\\"); our ($n, $wrong) = (0, 0);
			sub wrong { printf "U+%04X %s\n", @_; $wrong++ } }
		chomp;
		next unless /^- +exec +(\d+) - - (.*)$/s;
		my ($c, $s) = ($1 << 7, $2);
		while ($s =~ /\G(?:\\u\{([0-9a-f]+)\}|\\x(..)|\\(.)|(.))/gs) {
			my ($x, $raw) = (defined $1 ? chr hex $1 :
				defined $2 ? chr hex $2 :
				defined $3 ? $name{$3} : $4, defined $4);
			my $odd = evil($x) || $x eq "\\";
			wrong($c, sprintf "is U+%04X", ord $x) if ord $x != $c;
			wrong($c, "is shown") if $raw && $odd;
			wrong($c, "is escaped")
				if !$raw && !$odd && $x !~ /\p{Unassigned}/;
			$c++; $n++; exit if $wrong > 20 }
		END { print "$n characters\n" }' "$(tmp text)"
	assert_success
	assert_output "$((0x110000 - 0x800)) characters"
}

@test "no hostile string in any field comes through" {
	# Every string that is not a time, a number or base64 for the schema.
	jq -c --arg evil $'\e]0;x\a\x9b\u202e\u200b\r\n\u2028\u0085"' '
		def evil: . + $evil + "\u0000\u007f\ufeff\u00ad";
		walk(if type == "object" then with_entries(
			if (.value | type) == "string" and
			(.key | IN("binary", "arguments", "cwd", "flags", "docker",
			"namespace", "name", "path", "symbol", "module",
			"function_name", "policy_name", "message", "subsys",
			"event", "provider", "cgroup", "signal", "ima_hash",
			"string_arg", "family", "protocol", "saddr", "daddr",
			"addr", "label", "permission", "ProgType", "ProgName",
			"MapType", "MapName", "KprobeFunc", "Type", "Message",
			"abi", "node_name", "kernel_cap_t_arg", "workload"))
			then .value |= evil
			elif .key == "tags" then .value |= map(evil)
			else . end) else . end)' "$MADE" >"$(tmp in)"
	tap <"$(tmp in)" -o compact >"$(tmp a)"
	assert_safe "$(tmp a)"
	run grep -c '\\x1b\]0;x\\x07' "$(tmp a)"
	((output > 40))
	tap <"$(tmp in)" -o compact --color always >"$(tmp c)"
	plain "$(tmp c)" >"$(tmp b)"
	assert_same "$(tmp a)" "$(tmp b)"
	tap <"$(tmp in)" | rt-canon | tee "$(tmp calls)" |
		rt-redact -o compact >"$(tmp a)"
	assert_safe "$(tmp a)"
	rt-hotsym -o compact <"$(tmp calls)" >"$(tmp a)"
	assert_safe "$(tmp a)"
}

@test "bytes that are not UTF-8 are escaped" {
	echo '{"process_exec":{"process":{"binary":"/AAAAAAA"}}}' | tap -o pb |
		perl -pe 's/AAAAAAA/\xff\xc0\x80\xed\xa0\x80\x9b/' |
		tap -o compact >"$(tmp out)"
	assert_safe "$(tmp out)"
	run cat "$(tmp out)"
	assert_line --partial '- /\xff\xc0\x80\xed\xa0\x80\x9b'
}

@test "long strings are cut, between characters, and say by how much" {
	jq -nc '{process_exec: {process: {binary: ("b" * 300),
		arguments: ("a" * 3000)}}},
		{process_exec: {process: {arguments: ("x" + "é" * 600)}}},
		{process_exec: {process: {arguments: ("a" * 1024)}}}' |
		tap -o compact | grep exec | sed 's/^.* - - //' >"$(tmp out)"
	local a b
	b=$(printf 'b%.0s' {1..256})
	a=$(printf 'a%.0s' {1..1024})
	assert_equal "$(sed -n 1p "$(tmp out)")" "$b...+44 $a...+1976"
	assert_equal "$(sed -n 2p "$(tmp out)")" \
		"x$(printf 'é%.0s' {1..512})...+176"
	assert_equal "$(sed -n 3p "$(tmp out)")" "$a"
}

@test "as many arguments and frames as there are, within bounds" {
	local n=300
	kprobe "{function_name: \"f\", args: [range(40) | {int_arg: .}],
		kernel_stack_trace: [range($n) | {symbol: \"s\"}]}" |
		tap -o compact >"$(tmp out)"
	run head -n 1 "$(tmp out)"
	assert_output --partial ', 15, ...)'
	assert_equal "$(grep -c '^    kernel' "$(tmp out)")" 256
	run grep '^    \.\.\.' "$(tmp out)"
	assert_output "    ...     +$((n - 256)) frames"
}

# --- colour and width -----------------------------------------------------------

@test "colour: not in a pipe, unless it is asked for" {
	local set want
	while IFS='|' read -r set args want; do
		# shellcheck disable=SC2086
		env $set TERM=xterm tetra-tap --replay "$MADE" -o compact $args \
			>"$(tmp out)"
		run grep -c $'\033' "$(tmp out)"
		assert_equal "$set $args $((output > 0))" "$set $args $want"
	done <<-END
	A=1||0
	A=1|--color always|1
	A=1|--color never|0
	A=1|--color auto|0
	NO_COLOR=1|--color always|1
	NO_COLOR=1 CLICOLOR_FORCE=1||0
	CLICOLOR_FORCE=1||1
	CLICOLOR_FORCE=0||0
	CLICOLOR_FORCE=1|--color never|0
	TETRAPIPE_COLOR=always||1
	END
}

@test "colour: on a terminal, unless something speaks against it" {
	command -v script >/dev/null || skip "no script(1)"
	local set want
	while IFS='|' read -r set want; do
		run script -qec "env $set tetra-tap --replay '$MADE'" \
			/dev/null </dev/null
		[[ $output == *$'\033'* ]] && n=1 || n=0
		assert_equal "$set $n" "$set $want"
	done <<-END
	TERM=xterm|1
	TERM=dumb|0
	-u TERM|0
	TERM=xterm CLICOLOR=0|0
	TERM=xterm CLICOLOR=1|1
	TERM=xterm NO_COLOR=1|0
	TERM=xterm NO_COLOR=|1
	END
}

@test "lines are as wide as the terminal at most; elsewhere they are whole" {
	command -v script >/dev/null || skip "no script(1)"
	{ cat "$MADE"; echo '{"process_exec":{"process":{"binary":"/日本語",
		"arguments":"日本語日本語日本語日本語日本語日本語日本語日本語"}}}'; } \
		>"$(tmp in)"
	script -qec "stty cols 60; TERM=xterm tetra-tap --replay '$(tmp in)'" \
		/dev/null </dev/null | tr -d '\r' >"$(tmp out)"
	plain "$(tmp out)" >"$(tmp text)"
	run perl -CSD -ne 'chomp; my $w = 0;
		$w += /\p{EA=W}|\p{EA=F}/ ? 2 : 1 for split //;
		print "$w: ", length, "\n" if $w > 60;
		$cut++ if $w >= 59 && />$/;
		END { print "cut\n" if $cut > 30 }' "$(tmp text)"
	assert_output cut
	tap -o compact <"$(tmp in)" >"$(tmp whole)"
	# What is not cut is the same.
	run diff <(grep -v '>$' "$(tmp text)") <(grep -Fx -f <(grep -v '>$' \
		"$(tmp text)") "$(tmp whole)")
	assert_success
	run grep -c '>$' "$(tmp whole)"
	assert_output 0
}

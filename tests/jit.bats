#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Code that a program made at run time, by its perf map. The maps are those of
# a real node; what covers an address is said by a few lines of JavaScript.

load lib

# run_node: $PID and its map, moved to $ROOT/tmp
run_node() {
	cat >"$(tmp shop.js)" <<-'END'
		function settle(n) { let s = 0; for (let i = 0; i < n; i++) s += i % 7; return s }
		class Shop { price(x) { return settle(x) * 2 } get tax() { return settle(3) } }
		let t = 0
		for (let i = 0; i < 3000; i++) t += new Shop().price(i) + new Shop().tax + [1].map(x => x + settle(x))[0]
	END
	mkdir -p "$(tmp root)/tmp"
	cd "$BATS_TEST_TMPDIR" || return
	node --perf-basic-prof "$(tmp shop.js)" &
	PID=$!
	wait $PID
	cd "$BATS_TEST_DIRNAME/.." || return
	mv "/tmp/perf-$PID.map" "$(tmp root)/tmp/"
	MAP=$(tmp root)/tmp/perf-$PID.map
}

# frames_at PID [PROCESS]: events with a stack of the addresses on stdin, 100
# a stack, all of them innermost ones; PROCESS is merged into the process
frames_at() {
	jq -cR --arg pid "$1" --argjson more "${2:-null}" '
		{process_kprobe: {process: ({pid: ($pid | tonumber),
			exec_id: "e",
			start_time: "2026-01-01T00:00:00Z"} + $more),
		function_name: "f", user_stack_trace: [{address: ., offset: "4"}]}}'
}

frames() { jq -c 'select(.kind == "call") | .stack_frames[]?'; }

# oracle FILE: "ADDRESS NAME", by the last line of FILE that covers it
oracle() {
	cat >"$(tmp oracle.js)" <<-'END'
		const fs = require('fs')
		const rows = fs.readFileSync(process.argv[2], 'utf8').split('\n').filter(l => l).map(l => {
			const p = l.split(' ')
			const h = s => BigInt(s.startsWith('0x') ? s : '0x' + s)
			return [h(p[0]), h(p[1]), p.slice(2).join(' ')]
		})
		let seed = 12345
		const rnd = n => (seed = seed * 1103515245 + 12345 & 0x7fffffff) % n
		for (let i = 0; i < 400; i++) {
			const r = rows[i < 100 ? rows.length - 1 - i % rows.length : rnd(rows.length)]
			if (r[1] === 0n) continue
			const a = r[0] + BigInt(rnd(Number(r[1])))
			const hit = rows.findLast(q => a >= q[0] && a < q[0] + q[1])
			console.log(a + '\t' + (a - hit[0]) + '\t' + hit[2])
		}
	END
	node "$(tmp oracle.js)" "$1"
}

# agree MAP PID: each address of the oracle's has the oracle's name and offset
agree() {
	oracle "$1" >"$(tmp want)"
	cut -f 1 "$(tmp want)" | frames_at "$2" | rt-canon --sysroot "$(tmp root)" |
		frames | jq -r '[.offset // "0", .raw_symbol] | join("\t")' \
		>"$(tmp got)"
	run diff <(cut -f 2- "$(tmp want)") "$(tmp got)"
	assert_success
	assert [ "$(wc -l <"$(tmp got)")" -gt 300 ]
}

@test "node: every address has the name of the last entry that covers it" {
	run_node
	agree "$MAP" "$PID"
	# What a reader sees of it.
	for f in settle price tax; do
		grep -m 1 "JS:.*$f " "$MAP" | cut -d ' ' -f 1 |
			sed 's/^/0x/' | xargs printf '%d\n' | frames_at "$PID" |
			rt-canon --sysroot "$(tmp root)" | frames >"$(tmp frame)"
		run jq -c '[.symbol, .source_file, .module_kind, .verdict,
			has("function_id"), has("build_id"), has("module_offset")]' \
			"$(tmp frame)"
		assert_output "[\"${f/tax/get tax}\",\"$(tmp shop.js)\",\"anon\",\"resolved\",false,false,false]"
		run jq .line_number "$(tmp frame)"
		assert_output "$(grep -n "\b$f(" "$(tmp shop.js)" | head -n 1 | cut -d : -f 1)"
	done
}

@test "overlaps: made-up entries over, within and across each other" {
	mkdir -p "$(tmp root)/tmp"
	awk 'BEGIN { srand(7); for (i = 0; i < 3000; i++)
		printf "%x %x name %d\n", 1000 + int(rand() * 20000),
			1 + int(rand() * rand() * rand() * 4000), i }' \
		>"$(tmp root)/tmp/perf-9.map"
	agree "$(tmp root)/tmp/perf-9.map" 9
}

@test "a return address belongs to the code before it" {
	mkdir -p "$(tmp root)/tmp"
	printf '1000 10 first\n1010 10 second\n' >"$(tmp root)/tmp/perf-5.map"
	jq -cn '{process_kprobe: {process: {pid: 5}, function_name: "f",
		user_stack_trace: [{address: "4112"}, {address: "4112"}]}}' |
		rt-canon --sysroot "$(tmp root)" >"$(tmp out)"
	run jq -c 'select(.kind == "call").stack_frames[] |
		[.function_name, .offset]' "$(tmp out)"
	assert_output $'["second",null]\n["first","16"]'
}

@test "the names of HotSpot, V8 and others" {
	mkdir -p "$(tmp root)/tmp"
	cat >"$(tmp root)/tmp/perf-5.map" <<-'END'
		0x0000000000001000 0x0000000000000010 long shop.Price.settle(int, long)
		1010 10 void java.lang.Object.<init>()
		1020 10 I2C/C2I adapters
		1030 10 StubRoutines (1)
		1040 10 JS:^ file:///srv/a b/x.mjs:10:5
		1050 10 LazyCompile:*get tax /srv/a b/x.js:3:7
		1060 10 Script:~ node:internal/main:1:1
		1070 10 Builtin:ArrayMap
		1080 10 _ZN4shop6settleEi
		1090 10 Function:+f evalmachine.<anonymous>:4
		10a0 10 JS:*
	END
	printf '10b0 10 bad \xff\xfe name\n' >>"$(tmp root)/tmp/perf-5.map"
	seq 4096 16 4287 | frames_at 5 | rt-canon --sysroot "$(tmp root)" | frames |
		jq -c '[.function_name, .symbol, .source_file, .line_number]' \
			>"$(tmp out)"
	run cat "$(tmp out)"
	assert_output - <<-'END'
		["shop.Price.settle","shop.Price.settle(int, long)",null,null]
		["java.lang.Object.<init>","java.lang.Object.<init>()",null,null]
		["I2C/C2I adapters","I2C/C2I adapters",null,null]
		["StubRoutines (1)","StubRoutines (1)",null,null]
		["(anonymous)","(anonymous)","file:///srv/a b/x.mjs",10]
		["get tax","get tax","/srv/a b/x.js",3]
		["(program)","(program)","node:internal/main",1]
		["Builtin:ArrayMap","Builtin:ArrayMap",null,null]
		["shop::settle","shop::settle(int)",null,null]
		["f","f","evalmachine.<anonymous>",4]
		["JS:*","JS:*",null,null]
		["bad �� name","bad �� name",null,null]
	END
}

@test "whose map: the number that a process has in its container" {
	mkdir -p "$(tmp root)/tmp"
	printf '1000 10 of_seven\n' >"$(tmp root)/tmp/perf-7.map"
	printf '1000 10 of_4242\n' >"$(tmp root)/tmp/perf-4242.map"
	pod='{"pod":{"container":{"id":"containerd://4f1c0d9a7b3e4f1c0d9a7b3e4f1c0d9a"}}}'
	name() {
		echo 4096 | frames_at 4242 "$1" | rt-canon --sysroot "$(tmp root)" |
			frames | jq -r '.function_name // .verdict'
	}
	run name null
	assert_output of_4242
	run name "$(jq -c '.pod.container.pid = 7' <<<"$pod")"
	assert_output of_seven
	run name "$pod"
	assert_output unresolved
}

@test "live: the process's own map, as it grows, and nobody else's" {
	[ "$(id -u)" = 0 ] || skip "must be root"
	mkdir -p "$(tmp live)/tmp" "$(tmp proc)/4242/ns"
	ln -sfn "$(tmp live)" "$(tmp proc)/4242/root"
	echo 'btime 1700000000' >"$(tmp proc)/stat"
	echo "4242 (x) S $(printf '0 %.0s' {1..18})100 0" >"$(tmp proc)/4242/stat"
	printf 'Name:\tx\nUid:\t%s\t%s\t%s\t%s\nNSpid:\t4242\t7\n' 1000 1000 1000 1000 \
		>"$(tmp proc)/4242/status"
	map=$(tmp live)/tmp/perf-7.map
	printf '1000 10 first\n1010 10 cut na' >"$map"
	chown 1000 "$map"
	event() { frames_at 4242; }
	name() {
		rt-canon --proc "$(tmp proc)" --metrics-file "$(tmp metrics)" |
			frames | jq -r '.function_name // .verdict'
	}
	run name < <(echo 4096 | event)
	assert_output first
	run name < <(
		printf '4096\n4112\n' | event
		sleep 0.3
		printf 'me\n1000 10 second\n' >>"$map"
		printf '4096\n4112\n' | event
		sleep 0.3
		printf '1000 20 anew\n' >"$map.2"
		chown 1000 "$map.2"
		mv "$map.2" "$map"
		printf '4096\n4112\n' | event
	)
	assert_output $'first\nunresolved\nsecond\ncut name\nanew\nanew'
	chown 1001 "$map"
	run name < <(echo 4096 | event)
	assert_output unresolved
	grep -qx 'tetrapipe_canon_perf_maps_total{result="refused"} 1' "$(tmp metrics)"
	chown 1000 "$map"
	touch -d 2025-12-31 "$map"
	run name < <(echo 4096 | event)
	assert_output unresolved
}

@test "--perf-map-cache: what goes beyond is not read, and counted" {
	mkdir -p "$(tmp root)/tmp"
	seq 1 20000 | awk '{ printf "%x 10 function_number_%d\n", $1 * 16, $1 }' \
		>"$(tmp root)/tmp/perf-5.map"
	cp "$(tmp root)/tmp/perf-5.map" "$(tmp root)/tmp/perf-6.map"
	echo nonsense >>"$(tmp root)/tmp/perf-6.map"
	names() {
		for pid in "$@"; do
			printf '16\n320000\n' | frames_at "$pid"
		done | rt-canon --sysroot "$(tmp root)" --perf-map-cache "$SIZE" \
			--metrics-file "$(tmp metrics)" |
			frames | jq -r '.function_name // .verdict'
	}
	metric() { grep "^tetrapipe_canon_perf_map" "$(tmp metrics)" |
		sed 's/^tetrapipe_canon_//'; }
	SIZE=2MiB run names 5 6 5
	assert_output $'function_number_1\nfunction_number_20000\nfunction_number_1\nfunction_number_20000\nfunction_number_1\nfunction_number_20000'
	run metric
	assert_line 'perf_maps_total{result="read"} 3'
	assert_line 'perf_maps_total{result="cut"} 0'
	assert_line 'perf_maps_total{result="evicted"} 2'
	assert_line 'perf_map_bad_lines_total 1'
	SIZE=64KiB run names 5
	assert_output $'function_number_1\nunresolved'
	run metric
	assert_line 'perf_maps_total{result="cut"} 1'
	SIZE=0 run names 5
	assert_output $'unresolved\nunresolved'
}

@test "what perf itself read from such a map has the same names" {
	cat >"$(tmp script)" <<-'END'
		node 77/77 [000] 10.000001: 1 cpu-clock:u:
			    7feee0006712 JS:*settle /srv/shop.js:12:3+0x12 (/tmp/perf-77.map)
			    7feee0006212 JS:^price /srv/shop.js:2:18+0x52 (/tmp/perf-77.map)

	END
	rt-canon --input-format perf-script <"$(tmp script)" | frames |
		jq -c '[.function_name, .source_file, .line_number, .module_kind,
			.module, .verdict, .offset, has("module_offset")]' >"$(tmp out)"
	run cat "$(tmp out)"
	assert_output - <<-'END'
		["settle","/srv/shop.js",12,"anon","[anon]","unverifiable","18",false]
		["price","/srv/shop.js",2,"anon","[anon]","unverifiable","82",false]
	END
}

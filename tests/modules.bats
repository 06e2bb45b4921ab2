#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Whose file a frame is in: images, sysroots, live processes, the stream's own
# build-ids. What is right is said by nm and readelf on the file in question.

load lib

DIGEST_A=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
DIGEST_B=sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
LIB=/usr/lib/libprice.so

# library DIR FIRST SECOND: DIR/usr/lib/libprice.so with two functions
library() {
	mkdir -p "$1/usr/lib"
	printf '__attribute__((noinline)) int %s(int x) { return x * 7 + 1; }
		int %s(int x) { return %s(x) + %s(x + 2); }\n' \
		"$2" "$3" "$2" "$2" >"$1/price.c"
	gcc -shared -fPIC -O1 -Wl,--build-id -o "$1$LIB" "$1/price.c"
}

# file_offset FILE SYMBOL: by nm and readelf
file_offset() {
	local addr
	addr=$(nm "$1" | awk -v s="$2" '$3 == s { print $1 }')
	readelf -lW "$1" | awk '$1 == "LOAD" { print $2, $3, $5 }' |
		while read -r off vaddr size; do
			if ((0x$addr >= vaddr && 0x$addr < vaddr + size)); then
				echo $((0x$addr - vaddr + off))
			fi
		done
}

build_id() { readelf -n "$1" | awk '/Build ID/ { print $3 }'; }

# event DIGEST CONTAINER OFFSET SYMBOL [MODULE]: a kprobe with one user frame
event() {
	jq -cn --arg d "$1" --arg c "$2" --arg o "$3" --arg s "$4" \
		--arg m "${5-$LIB}" '{process_kprobe: {
		process: {exec_id: ("exec-" + $c), pid: 77,
			binary: "/bin/app",
			start_time: "2026-01-01T00:00:00Z",
			pod: {namespace: "n", name: "p", container: {
				id: ("containerd://" + $c * 32),
				image: {id: ("reg/app@" + $d)}}}},
		function_name: "__x64_sys_read", user_stack_trace: [
			{offset: $o, module: $m} +
			(if $s == "" then {} else {symbol: $s} end)]},
		node_name: "n1", time: "2026-01-01T00:00:01Z"}'
}

# loader DIGEST CONTAINER BUILD_ID [MODULE]
loader() {
	jq -cn --arg c "$2" --arg b "$(xxd -r -p <<<"$3" | base64 -w0)" \
		--arg d "$1" --arg m "${4-$LIB}" '{process_loader: {
		process: {exec_id: ("exec-" + $c), pid: 77,
			binary: "/bin/app", pod: {container: {
				id: ("containerd://" + $c * 32),
				image: {id: ("reg/app@" + $d)}}}},
		path: $m, buildid: $b}, node_name: "n1"}'
}

frames() { jq -c 'select(.kind == "call") | .stack_frames[]?'; }

setup_file() {
	export A=$BATS_FILE_TMPDIR/a B=$BATS_FILE_TMPDIR/b
	library "$A" alpha_price alpha_total
	library "$B" beta_tax_of_everything beta_sum
}

@test "two images with different files at one path: each frame by its own file" {
	local a b
	a=$(($(file_offset "$A$LIB" alpha_total) + 5))
	b=$(($(file_offset "$B$LIB" beta_sum) + 5))
	# The agent looked both up in some third file, and in the other's.
	{
		event $DIGEST_A aa $a wrong_name
		event $DIGEST_B bb $b alpha_total
		event $DIGEST_A aa $a alpha_total
		event $DIGEST_B bb $b ''
	} | tap | rt-canon --image "$DIGEST_A=$A" --image "$DIGEST_B=$B" |
		frames | jq -r '[.verdict, .raw_symbol, .function_id] | @tsv' \
		>"$(tmp got)"
	{
		printf 'corrected\talpha_total\t%s:alpha_total+0x5\n' \
			"$(build_id "$A$LIB")"
		printf 'corrected\tbeta_sum\t%s:beta_sum+0x5\n' \
			"$(build_id "$B$LIB")"
		printf 'same\talpha_total\t%s:alpha_total+0x5\n' \
			"$(build_id "$A$LIB")"
		printf 'resolved\tbeta_sum\t%s:beta_sum+0x5\n' \
			"$(build_id "$B$LIB")"
	} >"$(tmp want)"
	diff "$(tmp want)" "$(tmp got)"
	[ "$(build_id "$A$LIB")" != "$(build_id "$B$LIB")" ]
}

@test "every function of both files, in turn: nm agrees" {
	local image sym
	for image in "$A=$DIGEST_A=aa" "$B=$DIGEST_B=bb"; do
		IFS== read -r dir digest c <<<"$image"
		nm -S "$dir$LIB" | awk '$3 ~ /^[Tt]$/ { print $4 }' | while read -r sym; do
			off=$(file_offset "$dir$LIB" "$sym")
			event "$digest" "$c" "$off" "$sym"
		done
	done >"$(tmp in)"
	tap <"$(tmp in)" |
		rt-canon --image "$DIGEST_A=$A" --image "$DIGEST_B=$B" |
		frames | jq -r .verdict | sort | uniq -c >"$(tmp got)"
	cat "$(tmp got)"
	run ! grep -v same "$(tmp got)"
	[ "$(awk '{ print $1 }' "$(tmp got)")" -ge 4 ]
}

@test "images from a file; forms of the digest; the sysroot for the others" {
	local a b
	a=$(file_offset "$A$LIB" alpha_price)
	b=$(file_offset "$B$LIB" beta_sum)
	printf '# images\n\n%s=%s\n' "${DIGEST_A#sha256:}" "$A" >"$(tmp rows)"
	{
		event $DIGEST_A aa "$a" ''
		event $DIGEST_B bb "$b" ''
		event '' cc "$b" ''
	} | tap | rt-canon --image "@$(tmp rows)" --sysroot "$B" |
		frames | jq -r .raw_symbol | paste -sd ' ' >"$(tmp got)"
	assert_equal "$(cat "$(tmp got)")" 'alpha_price beta_sum beta_sum'
	event $DIGEST_B bb "$b" '' | tap |
		rt-canon --image "reg.example/x@$DIGEST_A=$A" | frames |
		jq -r '.verdict + (.build_id // "")' >"$(tmp got)"
	assert_equal "$(cat "$(tmp got)")" unresolved
}

@test "images: what cannot be used is a usage error" {
	local bad
	echo "$DIGEST_A=/no/such/folder" >"$(tmp rows)"
	for bad in "$A" "sha256:12=$A" "sha1:${DIGEST_A#*:}=$A" \
		"$DIGEST_A=/no/such/folder" "@$(tmp missing)" \
		"@$(tmp rows)"; do
		run -2 rt-canon --image "$bad" </dev/null
		assert_output --partial "cannot use --image '$bad': "
	done
	run -2 rt-canon --image "$DIGEST_A=$A" --image "$DIGEST_A=$B" </dev/null
	assert_output --partial 'named before'
	run -2 rt-canon --proc /no/such/folder </dev/null
	assert_output --partial "cannot use --proc"
	run -2 rt-canon --report /no/such/folder/x </dev/null
	assert_output --partial "cannot use --report"
}

@test "the file is gone: the stream's build-id, the agent's name, an id" {
	local id
	id=$(build_id "$A$LIB")
	{
		loader $DIGEST_A aa "$id"
		event $DIGEST_A aa 4660 agents_name
		event $DIGEST_A aa 4660 ''
		event $DIGEST_A aa 4660 agents_name "/proc/77/root$LIB"
		event $DIGEST_B bb 4660 agents_name
	} | tap | rt-canon | frames |
		jq -c '[.verdict, .build_id, .build_id_kind, .function_id]' \
			>"$(tmp got)"
	cat >"$(tmp want)" <<-EOF
		["unverifiable","$id","gnu","$id:agents_name+0x0"]
		["unresolved","$id","gnu",null]
		["unverifiable","$id","gnu","$id:agents_name+0x0"]
		["unverifiable",null,null,null]
	EOF
	diff "$(tmp want)" "$(tmp got)"
}

@test "the container's other processes, and a process' own word before them" {
	local a b
	a=$(build_id "$A$LIB") b=$(build_id "$B$LIB")
	{
		loader $DIGEST_A aa "$a"
		loader $DIGEST_A aa "$b" | sed 's/exec-aa/exec-2/'
		event $DIGEST_A aa 1 x
		event $DIGEST_A aa 1 x | sed 's/exec-aa/exec-3/'
	} | tap | rt-canon | frames | jq -r .build_id >"$(tmp got)"
	printf '%s\n' "$a" "$b" | diff - "$(tmp got)"
}

@test "a file with another build-id is refused, said, counted, not used" {
	local a
	a=$(file_offset "$A$LIB" alpha_total)
	{
		loader $DIGEST_A aa "$(build_id "$B$LIB")"
		for _ in 1 2 3 4 5 6 7; do
			event $DIGEST_A aa "$a" agents_name
		done
	} | tap | rt-canon --image "$DIGEST_A=$A" \
		--metrics-file "$(tmp metrics)" >"$(tmp out)" 2>"$(tmp err)"
	frames <"$(tmp out)" | jq -r '[.verdict, .build_id, .raw_symbol] |
		join(" ")' | sort -u >"$(tmp got)"
	assert_equal "$(cat "$(tmp got)")" \
		"unverifiable $(build_id "$B$LIB") agents_name"
	assert_equal "$(grep -c 'not used' "$(tmp err)")" 5
	grep -q "has build-id $(build_id "$A$LIB"), the process had $(
		build_id "$B$LIB")" "$(tmp err)"
	grep -q '2 more times: modules with another build-id' "$(tmp err)"
	grep -qx 'tetrapipe_canon_build_id_refused_total 7' "$(tmp metrics)"
}

@test "one file in many containers is read once" {
	local i off
	off=$(file_offset "$A$LIB" alpha_total)
	rm -rf "$(tmp img)"
	for i in $(seq 50); do
		mkdir -p "$(tmp img)/$i/usr/lib"
		cp "$A$LIB" "$(tmp img)/$i$LIB"
		printf 'sha256:%064x=%s\n' "$i" "$(tmp img)/$i"
	done >"$(tmp rows)"
	for i in $(seq 50); do
		event "$(printf 'sha256:%064x' "$i")" "$(printf %02x "$i")" \
			"$off" x
	done | tap | rt-canon --image "@$(tmp rows)" \
		--metrics-file "$(tmp metrics)" | frames |
		jq -r .function_id | sort | uniq -c >"$(tmp got)"
	assert_equal "$(tr -s ' ' <"$(tmp got)")" \
		" 50 $(build_id "$A$LIB"):alpha_total+0x0"
	grep -qx 'tetrapipe_canon_symbol_files_total 1' "$(tmp metrics)"
	grep -qx 'tetrapipe_canon_symbol_files_shared_total 49' "$(tmp metrics)"
}

@test "a tiny symbol cache gives the same bytes" {
	local whole tiny
	for i in 1 2 3 4 5 6; do
		event $DIGEST_A aa "$(file_offset "$A$LIB" alpha_total)" x
		event $DIGEST_B bb "$(file_offset "$B$LIB" beta_sum)" x
		event $DIGEST_A aa 4242 y /no/such/file
	done | tap -o pb >"$(tmp in)"
	set -- --image "$DIGEST_A=$A" --image "$DIGEST_B=$B" -o pb
	rt-canon "$@" <"$(tmp in)" >"$(tmp whole)"
	rt-canon "$@" --symbol-cache 1 --metrics-file "$(tmp metrics)" \
		<"$(tmp in)" >"$(tmp tiny)"
	cmp "$(tmp whole)" "$(tmp tiny)"
	awk '$1 ~ /symbol_evictions_total/ && $2 > 10 { found = 1 }
		END { exit !found }' "$(tmp metrics)"
	tetra-tap --replay "$DEMO" -o pb >"$(tmp demo)"
	rt-canon --sysroot "$SYSROOT" -o pb <"$(tmp demo)" >"$(tmp whole)"
	rt-canon --sysroot "$SYSROOT" -o pb --symbol-cache 4KiB <"$(tmp demo)" \
		>"$(tmp tiny)"
	cmp "$(tmp whole)" "$(tmp tiny)"
}

@test "a forged build-id: another file, whichever comes first" {
	local off
	mkdir -p "$(tmp real)/usr/lib" "$(tmp forged)/usr/lib"
	for f in real:settle_order forged:launder_cash; do
		printf 'int %s(int x) { return x * 3 + 1; }\n' "${f#*:}" |
			gcc -shared -fPIC -O1 -Wl,--build-id=0x0123456789abcdef \
				-x c - -o "$(tmp "${f%:*}")$LIB"
	done
	assert_equal "$(stat -c %s "$(tmp real)$LIB")" \
		"$(stat -c %s "$(tmp forged)$LIB")"
	off=$(file_offset "$(tmp real)$LIB" settle_order)
	cp -r "$(tmp real)" "$(tmp copy)"
	names() {
		for c in "$@"; do
			case $c in
			real) event $DIGEST_A aa "$off" '' ;;
			forged) event $DIGEST_B bb "$off" '' ;;
			copy) event '' cc "$off" '' ;;
			esac
		done | tap | rt-canon --image "$DIGEST_A=$(tmp real)" \
			--image "$DIGEST_B=$(tmp forged)" --sysroot "$(tmp copy)" \
			--metrics-file "$(tmp metrics)" | frames |
			jq -r .raw_symbol | paste -sd ' '
	}
	run names real forged copy real
	assert_output 'settle_order launder_cash settle_order settle_order'
	grep -qx 'tetrapipe_canon_symbol_files_total 2' "$(tmp metrics)"
	grep -qx 'tetrapipe_canon_symbol_files_shared_total 1' "$(tmp metrics)"
	run names forged copy real
	assert_output 'launder_cash settle_order settle_order'
	grep -qx 'tetrapipe_canon_symbol_files_total 2' "$(tmp metrics)"
}

# live PROC PID START MODULE OFFSET: what a live process' frame becomes
live() {
	event $DIGEST_A aa "$5" x "$4" |
		jq -c --arg t "$3" --argjson pid "$2" \
			'.process_kprobe.process |= (.pid = $pid |
				.start_time = $t)' | tap |
		rt-canon --proc "$1" --metrics-file "$(tmp metrics)" | frames |
		jq -r '[.verdict, .build_id // "-"] | join(" ")'
}

# rfc3339 SECONDS
rfc3339() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }

@test "live: the root of the process itself, not the host's" {
	local pid start off
	# A /proc of our own: process 4242 started 100 s after boot.
	mkdir -p "$(tmp proc)/4242/ns"
	ln -sfn "$A" "$(tmp proc)/4242/root"
	echo 'btime 1700000000' >"$(tmp proc)/stat"
	echo "4242 (a) b (c) S $(seq -s ' ' 4 21) 10000 0 0" \
		>"$(tmp proc)/4242/stat"
	off=$(file_offset "$A$LIB" alpha_total)
	for start in 1700000100 1700000099 1700000555; do
		run live "$(tmp proc)" 4242 "$(rfc3339 $start)" $LIB "$off"
		assert_output "corrected $(build_id "$A$LIB")"
	done
	grep -q 'process_roots_total{result="opened"} 1' "$(tmp metrics)"
}

@test "live: a process number used again is noticed" {
	local off
	mkdir -p "$(tmp proc)/4242/ns"
	ln -sfn "$A" "$(tmp proc)/4242/root"
	echo 'btime 1700000000' >"$(tmp proc)/stat"
	echo "4242 (a) b (c) S $(seq -s ' ' 4 21) 10000 0 0" \
		>"$(tmp proc)/4242/stat"
	off=$(file_offset "$A$LIB" alpha_total)
	run live "$(tmp proc)" 4242 "$(rfc3339 1700000090)" $LIB "$off"
	assert_output 'unverifiable -'
	grep -q 'process_roots_total{result="reused"} 1' "$(tmp metrics)"
	run live "$(tmp proc)" 4243 "$(rfc3339 1700000200)" $LIB "$off"
	assert_output 'unverifiable -'
	grep -q 'process_roots_total{result="gone"} 1' "$(tmp metrics)"
}

@test "live: a process that is gone has the root of its container" {
	local off t
	mkdir -p "$(tmp proc)/4242/ns"
	ln -sfn "$A" "$(tmp proc)/4242/root"
	echo 'btime 1700000000' >"$(tmp proc)/stat"
	echo "4242 (a) S $(seq -s ' ' 4 21) 10000 0 0" >"$(tmp proc)/4242/stat"
	off=$(file_offset "$A$LIB" alpha_total)
	t=$(rfc3339 1700000100)
	# ours, another of the container that has ended, one of another
	for c in 'aa exec-1 4242' 'aa exec-2 4243' 'bb exec-3 4244'; do
		read -r c e p <<<"$c"
		event $DIGEST_A "$c" "$off" '' | jq -c --arg t "$t" \
			--arg e "$e" --argjson p "$p" '.process_kprobe.process
			|= (.pid = $p | .start_time = $t | .exec_id = $e)'
	done | tap | rt-canon --proc "$(tmp proc)" | frames | jq -r .verdict \
		>"$(tmp got)"
	printf '%s\n' resolved resolved unresolved | diff - "$(tmp got)"
}

@test "live: a real process, by the kernel's own account of it" {
	local pid ok
	[ -r /proc/self/root/ ] || skip 'the kernel shows no roots of processes'
	cp "$(command -v sleep)" "$(tmp sleeper)"
	"$(tmp sleeper)" 60 3>&- &
	pid=$!
	run live /proc $pid "$(rfc3339 "$(date +%s)")" "$(tmp sleeper)" 1
	kill $pid
	assert_output --partial "$(build_id "$(tmp sleeper)")"
}

@test "report: the agent's error rate, module by module" {
	tetra-tap --replay "$DEMO" -o pb >"$(tmp in)"
	rt-canon --sysroot "$SYSROOT" --report "$(tmp json)" \
		--report-format json <"$(tmp in)" >"$(tmp out)"
	# jq counts the frames in the output itself.
	frames <"$(tmp out)" | jq -sc 'group_by([.module, .build_id])[] |
		{module: .[0].module, build_id: (.[0].build_id // ""),
		frames: length} + (map(.verdict) | {
		same: map(select(. == "same")) | length,
		corrected: map(select(. == "corrected")) | length,
		resolved: map(select(. == "resolved")) | length,
		unverifiable: map(select(. == "unverifiable")) | length,
		unresolved: map(select(. == "unresolved")) | length}) |
		. + {error_rate: (if .same + .corrected == 0 then null else
			(.corrected / (.same + .corrected) * 1e6 | round / 1e6)
			end)}' | sort >"$(tmp want)"
	jq -c . "$(tmp json)" | sort | diff "$(tmp want)" -
	run -0 --separate-stderr rt-canon --sysroot "$SYSROOT" --report - \
		<"$(tmp in)"
	# shellcheck disable=SC2154 # set by run
	grep -qE '^ +2388 +2348 +20 +20 +0 +0 +0\.84% .*/opt/shop/bin/shopd$' \
		<<<"$stderr"
	grep -qE ' 0\.56%  -  \(all\)$' <<<"$stderr"
	# The report changes nothing of the records.
	cmp <(rt-canon --sysroot "$SYSROOT" <"$(tmp in)") "$(tmp out)"
}

@test "same: any alias, version, clone suffix or demangled form; not an overload" {
	local id off sym
	mkdir -p "$(tmp r)/lib"
	cat >"$(tmp f.cc)" <<-'EOF'
		namespace shop {
		__attribute__((noinline)) int price(int a) { return a * 3; }
		__attribute__((noinline)) int price(double a) { return a * 5; }
		}
		extern "C" {
		int sold(int a) { return shop::price(a) + shop::price(2.5); }
		int __sold_v2(int) __attribute__((alias("sold")));
		int resold(int) __attribute__((weak, alias("sold")));
		}
	EOF
	g++ -shared -fPIC -O1 -Wl,--build-id -o "$(tmp r)/lib/f.so" "$(tmp f.cc)"
	id=$(file_offset "$(tmp r)/lib/f.so" sold)
	# nm says which names share the address.
	assert_equal "$(nm "$(tmp r)/lib/f.so" | awk -v s=sold '
		{ at[$3] = $1 } END { for (n in at) if (at[n] == at[s]) print n }' |
		sort | paste -sd ' ')" '__sold_v2 resold sold'
	for sym in sold __sold_v2 resold sold@@V_1 resold@V_1 sold.part.0 \
		sold.constprop.0.cold solder _Z4soldi; do
		event '' aa "$id" $sym /lib/f.so
	done >"$(tmp in)"
	off=$(file_offset "$(tmp r)/lib/f.so" _ZN4shop5priceEi)
	for sym in _ZN4shop5priceEi 'shop::price(int)' _ZN4shop5priceEi.isra.0 \
		_ZN4shop5priceEd 'shop::price(double)'; do
		event '' aa "$off" "$sym" /lib/f.so
	done >>"$(tmp in)"
	tap <"$(tmp in)" | rt-canon --sysroot "$(tmp r)" | frames |
		jq -r .verdict | uniq -c | tr -s ' ' | paste -sd, >"$(tmp got)"
	assert_equal "$(cat "$(tmp got)")" \
		' 7 same, 2 corrected, 3 same, 2 corrected'
}

@test "one program, two runs, libraries in another order: the same bytes" {
	local src=$ROOT/tests/stackwalk w
	w=$(tmp w)
	[ "$(cat /proc/sys/kernel/randomize_va_space)" -gt 0 ] ||
		skip 'this kernel does not randomise addresses'
	mkdir -p "$w"
	gcc -O1 -shared -fPIC -o "$w/libsorted.so" "$src/lib.c"
	gcc -O1 -rdynamic -fno-optimize-sibling-calls -o "$w/walk" \
		"$src/walk.c" -L "$w" -lsorted -Wl,-rpath,"$w"
	"$w/walk" >"$w/1" 2>"$w/1.pcs"
	"$w/walk" >"$w/2" 2>"$w/2.pcs"
	LD_PRELOAD=libz.so.1:$w/libsorted.so "$w/walk" >"$w/3" 2>"$w/3.pcs"
	# They did run elsewhere.
	run ! cmp "$w/1.pcs" "$w/2.pcs"
	run ! cmp "$w/1.pcs" "$w/3.pcs"
	for i in 1 2 3; do
		tap -o pb <"$w/$i" | rt-canon --sysroot / -o pb >"$w/$i.pb"
	done
	cmp "$w/1.pb" "$w/2.pb"
	cmp "$w/1.pb" "$w/3.pb"
	# And it is the stack that the source says, in the files readelf knows.
	rt-canon --sysroot / <"$w/1" | frames >"$w/frames"
	jq -r '.raw_symbol // "?"' "$w/frames" | head -n 2 | paste -sd ' ' \
		>"$w/top"
	assert_equal "$(cat "$w/top")" 'report_stack compare'
	jq -r 'select(.raw_symbol | IN("report_stack", "sort_in_library",
		"main")?) | [.raw_symbol, .build_id] | @tsv' "$w/frames" \
		>"$w/got"
	printf '%s\t%s\n' report_stack "$(build_id "$w/walk")" \
		sort_in_library "$(build_id "$w/libsorted.so")" \
		main "$(build_id "$w/walk")" | diff - "$w/got"
	run ! grep -f "$w/1.pcs" "$w/frames"
}

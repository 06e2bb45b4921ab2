#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# rt-canon ids: the list of a file's functions against readelf, nm and c++filt,
# and against the ids that the frames of the recording have.
load lib

LIBS=/usr/lib/x86_64-linux-gnu

# Those of the files that this machine has; the recording's are always there.
elf_files() {
	local f
	for f in "$SYSROOT"/opt/shop/bin/* "$SYSROOT"/opt/shop/lib/*.so* \
		$LIBS/libc.so.6 $LIBS/libcrypto.so.3 $LIBS/libstdc++.so.6 \
		"$(command -v node)" $LIBS/librsvg-2.so.2; do
		[ ! -f "$f" ] || echo "$f"
	done
}

# functions_of FILE: "ADDRESS SIZE NAME" of each function symbol, by readelf,
# which writes large sizes in hexadecimal
functions_of() {
	readelf -sW "$1" | perl -ane '
		next if @F < 8 || $F[3] !~ /^I?FUNC$/ || $F[6] =~ /^(UND|ABS)$/;
		$F[7] =~ s/@.*//;
		$F[2] = oct $F[2] if $F[2] =~ /^0x/;
		print "$F[1] $F[2] $F[7]\n"' | sort -u
}

# ids_of FILE: the same of rt-canon ids, an alias a line, the ELF address
# reckoned back from the offset with readelf's segments
ids_of() {
	rt-canon ids "$1" | jq -r '. as $r |
		# Stubs have no symbols; tests/stripped.bats has them.
		.raw_symbol, .aliases[]? | select(endswith("@plt") | not) |
		[$r.module_offset, $r.size, .] | @tsv' |
		elf_addresses "$1" | sort -u
}

@test "each name stands at its address, with its size, and none is left out" {
	local f
	for f in $(elf_files); do
		ids_of "$f" >"$(tmp ids)"
		functions_of "$f" >"$(tmp elf)"
		# Every sized function, under every name, is listed.
		run comm -13 <(cut -d ' ' -f 1,3 "$(tmp ids)" | sort -u) \
			<(awk '$2 != 0 { print $1, $3 }' "$(tmp elf)" | sort -u)
		assert_output ''
		# Whatever is listed is a symbol of that address.
		run comm -23 <(cut -d ' ' -f 1,3 "$(tmp ids)" | sort -u) \
			<({ nm "$f" 2>/dev/null; nm -D "$f"; } |
				awk 'NF == 3 { sub(/@.*/, "", $3); print $1, $3 }' |
				sort -u)
		assert_output ''
		# The largest size of an address is its function's.
		run diff <(awk '$2 != 0' "$(tmp elf)" | perl -ane '
				$m{$F[0]} = $F[1] if $F[1] > ($m{$F[0]} // 0);
				END { print "$_ $m{$_}\n" for sort keys %m }') \
			<(awk '$2 != 0 { print $1 }' "$(tmp elf)" | sort -u |
				join - <(cut -d ' ' -f 1,2 "$(tmp ids)" | sort -u))
		assert_output ''
	done
}

@test "build-id, order, and what an id is made of" {
	local f
	for f in $LIBS/libc.so.6 "$SYSROOT/opt/shop/bin/worker"; do
		rt-canon ids "$f" >"$(tmp ids)"
		assert_equal "$(jq -r .build_id "$(tmp ids)" | sort -u)" \
			"$(readelf -n "$f" 2>/dev/null |
				sed -n 's/.*Build ID: //p')"
		run jq -nr '[inputs] |
			(map(.module_offset | tonumber) | . == sort),
			all(.kind == "function" and .build_id_kind == "gnu" and
			    .function_id == .build_id + ":" +
				.function_name + "+0x0")' "$(tmp ids)"
		assert_output $'true\ntrue'
	done
}

# -i: as nm -C and gdb print them, std::string and not basic_string<...>
@test "symbols are what c++filt -i makes of the raw names" {
	rt-canon ids $LIBS/libstdc++.so.6 |
		jq -r 'select(.raw_symbol | test("[.]|@plt$") | not) |
			.raw_symbol, .symbol' >"$(tmp both)"
	run diff <(sed -n 'n;p' "$(tmp both)") \
		<(sed -n 'p;n' "$(tmp both)" | c++filt -i)
	assert_output ''
	assert [ "$(wc -l <"$(tmp both)")" -gt 5000 ]
}

# The sysroot has no libc: what the agent says of its frames stays unverifiable.
@test "every id that the recording's frames have is in the list of its file" {
	rt-canon ids "$SYSROOT"/opt/shop/bin/* "$SYSROOT"/opt/shop/lib/*.so* |
		jq -r .function_id | sort -u >"$(tmp static)"
	tap <"$DEMO" -o pb | rt-canon --sysroot "$SYSROOT" |
		jq -r '.stack_frames[]? | select(.verdict != "unverifiable") |
			.function_id // empty' | sed 's/+0x[0-9a-f]*$/+0x0/' | sort -u >"$(tmp seen)"
	run comm -13 "$(tmp static)" "$(tmp seen)"
	assert_output ''
	assert [ "$(wc -l <"$(tmp seen)")" -ge 10 ]
}

@test "a table for people: aligned, the same functions" {
	local f=$LIBS/libc.so.6
	rt-canon ids -o table "$f" >"$(tmp table)"
	run sed -n '1p' "$(tmp table)"
	assert_output --regexp "^$f: build-id [0-9a-f]{40} \(gnu\), [0-9]+ functions$"
	run diff <(sed '1,2d' "$(tmp table)" | awk '{ print $3 }') \
		<(rt-canon ids "$f" | jq -r .function_id)
	assert_success
	# Columns of numbers have one width.
	run bash -c "sed 1,2d '$(tmp table)' |
		grep -oE '^ *(0x[0-9a-f]+|-) +[0-9]+[ ~] ' | awk '{ print length }' |
		sort -u | wc -l"
	assert_output 1
	grep -q ':__newlocale+0x0  = newlocale$' "$(tmp table)"
}

@test "on a terminal the table is the default, and names cannot harm it" {
	command -v script >/dev/null || skip "no script(1)"
	echo 'void evil1234(void) {}' | cc -shared -x c -o "$(tmp evil.so)" -
	sed -i 's/evil1234/evil\x1b[2J/g' "$(tmp evil.so)"
	run script -qec "rt-canon ids '$(tmp evil.so)'" /dev/null
	assert_success
	assert_line --partial 'SIZE  FUNCTION'
	assert_line --partial ':evil\x1b[2J+0x0'
	refute_output --partial $'\e'
}

@test "files that are none: said, the rest is listed, the code tells" {
	local good=$SYSROOT/opt/shop/bin/shopd
	echo text >"$(tmp text)"
	mkfifo "$(tmp fifo)"
	head -c 3000 "$good" >"$(tmp cut)"
	run --separate-stderr -1 rt-canon ids "$(tmp text)" "$good"
	assert_line --partial '"function_name":"main"'
	assert_regex "$stderr" "'$(tmp text)': not an ELF file"
	run --separate-stderr -3 rt-canon ids "$(tmp no)" "$good"
	assert_line --partial '"function_name":"main"'
	assert_regex "$stderr" "No such file"
	run -3 timeout 10 rt-canon ids "$(tmp fifo)" "$(tmp text)"
	run rt-canon ids "$(tmp cut)"
	assert [ "$status" -le 1 ]
	run -3 sh -c "rt-canon ids '$good' >/dev/full"
	run -2 rt-canon ids
	run -2 rt-canon ids -o pb "$good"
	run -2 rt-canon -o table </dev/null
	# A reader that has enough ends it quietly.
	run --separate-stderr bash -c "set -o pipefail
		rt-canon ids $LIBS/libc.so.6 | head -n 1 >/dev/null"
	assert_equal "$stderr" ''
}

@test "a stripped file without a note: its htl id, and no function" {
	printf 'int main(void) { return 0; }' |
		cc -x c -static-pie -nostartfiles -nostdlib -e main -Wl,--build-id=none -s \
			-o "$(tmp bare)" -
	run --separate-stderr -0 rt-canon ids -o table "$(tmp bare)"
	assert_output --regexp 'build-id htl-[0-9a-f]{32} \(htl\), 0 functions'
	assert_regex "$stderr" 'has no function symbols'
}

# All of /usr/bin and /usr/lib: find ... -type f | tests/sweep.sh 100000
@test "random places in the system's files are named as eu-addr2line does" {
	find /usr/bin /usr/lib/x86_64-linux-gnu -maxdepth 1 -type f -size -4M |
		sort | awk 'NR % 25 == 0' >"$(tmp files)"
	run "$ROOT/tests/sweep.sh" 3000 <"$(tmp files)"
	assert_success
	assert_line --regexp '^3[0-9]{3} places in [0-9]{2,} files$'
	assert_line --regexp '^ *[23][0-9]{3} same'
}

#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The manual says what the tools do, and the completions offer it.
load lib

setup() {
	cd "$ROOT" || return
}

# Tools that have a page and a binary; rt-pgload may lack one of them.
tools() {
	local p t
	for p in man/*.1; do
		t=$(basename "$p" .1)
		[ ! -x "$BIN/$t" ] || echo "$t"
	done
}

# section PAGE NAME: its source lines
section() {
	awk -v want=".Sh $2" '
		/^\.Sh / { on = $0 == want; next }
		on' "$1"
}

# The options of a table, one a line: "-o, --output FORM"
table_options() {
	"$1" --dump-options | awk -F '\t' '{
		s = $1 == "-" ? "" : $1 ", "
		s = s "--" $2
		print $4 == "" ? s : s " " $4
	}'
}

# The same of a page's DESCRIPTION, out of ".It Fl o , Fl -output Ar FORM"
page_options() {
	section "$1" DESCRIPTION | sed -n '/^\.It Fl /{
		s/^\.It //
		s/Fl Fl /Fl -/g
		s/ Ns = Ns / /g
		s/ Ns / /g
		s/Fl /-/g
		s/ , /, /g
		s/Ar //g
		s/ *$//
		p
	}'
}

@test "every page is clean under mandoc's lint" {
	run mandoc -T lint -W warning man/*.[157]
	assert_success
	assert_output ''
}

@test "every tool has a page, which names itself in NAME and title" {
	for t in $(tools); do
		grep -qx "\.Dt ${t^^} 1" "man/$t.1"
		section "man/$t.1" NAME | grep -qx "\.Nm $t"
	done
	for p in man/*.[57]; do
		t=$(basename "$p" ".${p##*.}")
		grep -qx "\.Dt ${t^^} ${p##*.}" "$p"
	done
}

@test "sections come in mdoc's order, and the needed ones are there" {
	for p in man/*.1; do
		run grep '^\.Sh ' "$p"
		assert_output "$(printf '.Sh %s\n' NAME SYNOPSIS DESCRIPTION \
			ENVIRONMENT FILES 'EXIT STATUS' EXAMPLES DIAGNOSTICS \
			'SEE ALSO' STANDARDS CAVEATS 'SECURITY CONSIDERATIONS')"
	done
}

@test "options: page and table agree, in order and in the arguments' names" {
	for t in $(tools); do
		run diff <(table_options "$t") <(page_options "man/$t.1")
		assert_success
	done
}

@test "options: SYNOPSIS has the operands of the usage line" {
	for t in $(tools); do
		want=$("$t" --help | sed -n '1s/^Usage: [^ ]* \[OPTION\]\.\.\.//p')
		run bash -c "$(declare -f section)
			section man/$t.1 SYNOPSIS"
		if [[ $want == *'[ids FILE...]' ]]; then
			assert_line '.Cm ids'
			assert_line '.Ar FILE ...'
		elif [[ $want == *'[init | migrate | query '* ]]; then
			assert_line '.Cm init | migrate'
			assert_line '.Cm query observed'
		elif [[ $want == *'[verify FILE... | replay FILE]' ]]; then
			assert_line '.Cm verify'
			assert_line '.Ar FILE ...'
			assert_line '.Cm replay'
		elif [ -n "$want" ]; then
			assert_line --regexp '^\.Op Ar FILE \.\.\.$'
		else
			refute_line --regexp '^\.(Op )?Ar FILE'
		fi
		assert_line --regexp '^\.Op (Ar|Fl) '
	done
}

@test "options: every choice of an option stands in the page" {
	for t in $(tools); do
		for c in $("$t" --dump-options | cut -f 5 | tr , ' '); do
			section "man/$t.1" DESCRIPTION |
				grep -Eq "^(\.Cm |.* Cm )$c( |\$)" ||
				fail "$t.1 does not name the choice $c"
		done
	done
}

@test "options: every default in the table's help stands in the page" {
	for t in $(tools); do
		"$t" --dump-options | cut -f 2,6 |
			sed -n 's/\t.*default \([^ ]*\)$/ \1/p' |
			while read -r name value; do
				case $value in
				event) continue ;; # words, not a value
				esac
				section "man/$t.1" DESCRIPTION |
					awk -v o="Fl -$name" '/^\.It / { on = index($0 " ", o " ") } on' |
					grep -qF "$value" ||
					{ echo "$t --$name: $value" && exit 1; }
			done
	done
}

@test "EXIT STATUS is the same in all pages" {
	for p in man/*.1; do
		run diff <(section man/tetra-tap.1 'EXIT STATUS') \
			<(section "$p" 'EXIT STATUS')
		assert_success
	done
}

@test "pages cite only pages that there are" {
	for p in man/*.[157]; do
		for x in $(sed -n 's/^\.Xr \(rt-[a-z]*\|tetra[a-z-]*\) \([157]\).*/\1.\2/p' "$p"); do
			# The loader's page is written beside this test.
			[ "$x" = rt-pgload.1 ] || assert [ -e "man/$x" ]
		done
	done
}

@test "tetrapipe(7) has a line for every tool" {
	for t in $(tools); do
		grep -qx "\.It Xr $t 1" man/tetrapipe.7
	done
}

@test "rt-stream(5) names every kind and every field of gap and ledger" {
	for k in $(sed -n 's/^ *[A-Za-z.]* \([a-z_]*\) = [12][0-9];.*/\1/p' \
			proto/rt/v1/record.proto); do
		grep -q "^\.It Va $k Ta" man/rt-stream.5 ||
			fail "rt-stream.5 lacks the kind $k"
	done
	for f in $(sed -n 's/^ *[A-Za-z.<>, 0-9]* \([a-z_]*\) = [0-9]*;.*/\1/p' \
			proto/rt/v1/account.proto); do
		grep -Eq "^\.It Va ([a-z_]+ , )*$f( , [a-z_]+)*\$" \
			man/rt-stream.5 || fail "rt-stream.5 lacks the field $f"
	done
}

@test "rt-event(5) names every field of calls, frames and counts" {
	for f in $(sed -n -e '/^message \(ThreadInfo\|ExitInfo\|LoadedModule\|ProcessInfo\|Source\)/,/^}/d' \
			-e '/enum .*{/,/}/d' \
			-e 's/^ *[A-Za-z.<>, 0-9]* \([a-z_]*\) = [0-9]*;.*/\1/p' \
			proto/rt/v1/call.proto proto/rt/v1/frame.proto \
			proto/rt/v1/hot.proto | sort -u); do
		grep -Eq "^\.It Va ([a-z_]+ , )*$f(\.tid)?( , [a-z_]+)*\$" \
			man/rt-event.5 || fail "rt-event.5 lacks the field $f"
	done
}

@test "the redaction rules that ledgers name are those of the page" {
	for r in $(sed -n 's/^\t{"\([a-z0-9-]*\)",.*/\1/p' lib/secret/patterns.c) \
		$(sed -n 's/^\t\[RULES_[A-Z]*\] = "\([a-z-]*\)",/\1/p' \
			lib/secret/rules.c); do
		grep -Eq "^\.Ql $r( |\$)" man/rt-redact.1 ||
			fail "rt-redact.1 lacks the rule $r"
	done
}

@test "examples print what the pages show" {
	run tests/man-examples.sh man/*.[157]
	assert_success
	# Each page of ours has some.
	for p in man/tetra-tap.1 man/rt-canon.1 man/rt-redact.1 \
		man/rt-hotsym.1 man/rt-witness.1 man/rt-stream.5 man/rt-event.5 man/tetrapipe.7; do
		assert_line --partial "ok - $(basename "$p"): "
	done
}

@test "examples: the script notices wrong output and a wrong status" {
	printf '%s\n' '.\" run' '.Bd -literal' '$ echo one |' '> cat' one \
		'$ echo "a\e\e"' 'a\e' .Ed '$ not marked' >"$(tmp good.7)"
	run tests/man-examples.sh "$(tmp good.7)"
	assert_success
	assert_line --index 1 --partial 'ok - good.7: echo "a'
	printf '%s\n' '.\" run' '.Bd -literal' '$ echo one' two .Ed \
		>"$(tmp bad.7)"
	run tests/man-examples.sh "$(tmp bad.7)"
	assert_failure
	assert_line 'not ok - bad.7: echo one'
	printf '%s\n' '.\" run' '.Bd -literal' '$ false | true' .Ed \
		>"$(tmp bad.7)"
	run tests/man-examples.sh "$(tmp bad.7)"
	assert_failure
	printf '%s\n' '.\" run 1' '.Bd -literal' '$ false | true' .Ed \
		>"$(tmp bad.7)"
	run tests/man-examples.sh "$(tmp bad.7)"
	assert_success
}

@test "README: what its shell lines print is what it shows" {
	# Fenced blocks marked "console" follow the pages' convention.
	awk '/^```console$/ { print ".\\\" run"; print ".Bd -literal"; on = 1; next }
		/^```$/ && on { print ".Ed"; on = 0; next }
		on { gsub(/\\/, "\\e"); print }' README.md >"$(tmp README)"
	run tests/man-examples.sh "$(tmp README)"
	assert_success
	assert [ "$(grep -c '^ok - ' <<<"$output")" -ge 3 ]
}

@test "completions are up to date (else run completions/gen.sh build/bin)" {
	mkdir "$(tmp new)"
	completions/gen.sh "$BIN" "$(tmp new)"
	for f in "$(tmp new)"/*; do
		run diff "completions/$(basename "$f")" "$f"
		assert_success
	done
	for t in $(tools); do
		assert [ -e "$(tmp new)/$t.bash" ]
	done
}

@test "completions: bash takes them and offers options, choices and files" {
	cat >"$(tmp drive)" <<'END'
t() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	"_${1//-/_}"
	echo "$*: ${COMPREPLY[*]}"
}
for f in completions/*.bash; do . "$f" || exit; done
t rt-canon --sy
t rt-canon --output p
t rt-canon -o c
t rt-canon --output = j
t rt-canon --sysroot testdata/events-
t rt-canon x
t tetra-tap testdata/demo/R
t tetra-tap --max-record ''
END
	run bash "$(tmp drive)"
	assert_success
	assert_output - <<'END'
rt-canon --sy: --sysroot --symbol-cache
rt-canon --output p: pb
rt-canon -o c: compact
rt-canon --output = j: json
rt-canon --sysroot testdata/events-: testdata/events-made
rt-canon x: 
tetra-tap testdata/demo/R: testdata/demo/README.md
tetra-tap --max-record : 
END
}

@test "completions: zsh and fish can read theirs" {
	command -v zsh >/dev/null || command -v fish >/dev/null ||
		skip "neither zsh nor fish here"
	if command -v zsh >/dev/null; then
		for f in completions/_*; do zsh -n "$f"; done
	fi
	if command -v fish >/dev/null; then
		for f in completions/*.fish; do fish -n "$f"; done
	fi
}

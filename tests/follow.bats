#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Dumps as they lie on disk: directories and rotated sets in order, growing,
# rotating, truncated, compressed; killed and resumed without losing or
# repeating a record; at the recorded pace. FOLLOW_KILLS=50 FOLLOW_SEED=n runs
# the kill tests longer.

load lib

setup() {
	d=$(tmp dumps) out=$(tmp out) err=$(tmp err) ck=$(tmp ck)
	mkdir "$d"
	pids=()
}

teardown() {
	local p
	for p in "${pids[@]}"; do
		kill -9 -- "-$p" "$p" 2>/dev/null || true
	done
}

ev() { # ev N...: an event a number, a second apart
	local i
	for i; do
		printf '{"process_exit":{"process":{"exec_id":"event-number-%d","binary":"/b"}},"node_name":"n","time":"2026-01-02T03:04:%02dZ"}\n' "$i" "$((i % 60))"
	done
}

# ids FILE...: of the events, in order
ids() {
	jq -r 'select(.kind == "tetragon") | .process_exit.process.exec_id' \
		"$@" | sed 's/event-number-//' | tr '\n' ' '
}

until_ok() { # until_ok COMMAND...: within 20 seconds
	local i
	for ((i = 0; i < 400; i++)); do
		"$@" && return
		sleep 0.05
	done
	fail "never: $* $(cat "$err")"
}
has() { [ "$(ids "$out")" = "$1 " ]; }

follow() { # follow ARG...: in the background, its output in $out
	setsid "$BIN/tetra-tap" --follow --replay "$d" "$@" >"$out" 2>"$err" \
		3>&- &
	p=$!
	pids+=("$p")
}

stop() { # stop [EXIT]: by SIGTERM
	local code=0
	kill -TERM "$p"
	wait "$p" || code=$?
	assert_equal "$code" "${1:-143}"
	assert_equal "$(ledgers "$out" | wc -l)" 1
	assert_equal "$(ledger "$out" tetra-tap balanced)" true
}

gaps() { jq -c 'select(.kind == "gap") | [.reason, .unknown]' "$1"; }

T=2026-03-01T11-49

@test "a directory: sets by name, rotated files by time, the current one last" {
	ev 5 >"$d/t.log"
	ev 4 | zstd -qc >"$d/t-$T-28.001.log.zst"
	ev 3 >"$d/t-$T-28.000.log"
	ev 2 | gzip >"$d/t-$T-27.966.log.gz"
	ev 9 >"$d/u.json"
	ev 1 >"$d/a.ndjson"
	# Being compressed, compressed and not yet deleted, no dumps, hidden:
	ev 3 | gzip | head -c 20 >"$d/t-$T-28.000.log.gz.tmp"
	ev 3 | gzip >"$d/t-$T-28.000.log.gz"
	ev 90 >"$d/notes.txt"
	ev 91 >"$d/.t.log"
	mkdir "$d/sub.log"
	ev 92 >"$d/sub.log/x.log"
	run --separate-stderr tetra-tap -v --replay "$d"
	assert_success
	assert_equal "$(ids <<<"$output")" "1 2 3 4 5 9 "
	assert_regex "$stderr" "skipping '.*notes.txt': not named as a dump"
	run --separate-stderr tetra-tap --replay "$d/t.log"
	assert_equal "$(ids <<<"$output")" "5 "
}

@test "the sets of kubelet, Docker and logrotate, by time or number" {
	ev 3 >"$d/0.log"
	ev 2 >"$d/0.log.20260302-000000"
	ev 1 | gzip >"$d/0.log.20260301-235959.gz"
	ev 8 >"$d/c-json.log"
	ev 7 >"$d/c-json.log.1"
	ev 6 | gzip >"$d/c-json.log.2.gz"
	ev 5 | gzip >"$d/c-json.log.10.gz"
	ev 11 >"$d/d.log"
	ev 10 >"$d/d.log-20260302"
	ev 9 | zstd -qc >"$d/d.log-20260301.zst"
	ev 90 >"$d/d.log.save"
	run --separate-stderr tetra-tap --replay "$d"
	assert_success
	assert_equal "$(ids <<<"$output")" "1 2 3 5 6 7 8 9 10 11 "
}

@test "follow: numbers that move on at each rotation, compressed at the second" {
	local i k want=1
	ev 1 >"$d/x.log"
	follow
	until_ok has 1
	for i in 2 3 4 5; do
		for ((k = i; k > 2; k--)); do
			[ ! -e "$d/x.log.$((k - 1)).gz" ] ||
				mv "$d/x.log.$((k - 1)).gz" "$d/x.log.$k.gz"
		done
		if [ -e "$d/x.log.1" ]; then
			gzip <"$d/x.log.1" >"$d/.new"
			mv "$d/.new" "$d/x.log.2.gz"
			rm "$d/x.log.1"
		fi
		mv "$d/x.log" "$d/x.log.1"
		ev "$i" >"$d/x.log"
		want+=" $i"
		until_ok has "$want"
	done
	sleep 0.5
	stop
	assert_equal "$(ids "$out")" "$want "
	assert_equal "$(gaps "$out")" ''
}

@test "named files keep their order, but for those of one set" {
	ev 1 >"$d/z.log"
	ev 2 >"$d/t-$T-27.966.log"
	ev 3 >"$d/t-$T-28.966.log"
	ev 4 >"$d/t.log"
	ev 5 >"$d/a.log"
	cd "$d"
	run --separate-stderr tetra-tap --replay z.log --replay t.log a.log \
		"t-$T-28.966.log" "t-$T-27.966.log"
	assert_equal "$(ids <<<"$output")" "1 2 3 4 5 "
	run --separate-stderr tetra-tap --replay a.log a.log
	assert_equal "$(ids <<<"$output")" "5 5 "
}

@test "what is written does not come in again" {
	ev 1 2 >"$d/a.log"
	tetra-tap --replay "$d" >"$d/out.json"
	assert_equal "$(ids "$d/out.json")" "1 2 "
}

@test "an empty directory is said, a missing one is an error" {
	run --separate-stderr tetra-tap --replay "$d"
	assert_success
	assert_regex "$stderr" 'no dumps found'
	run -3 --separate-stderr tetra-tap --replay "$d/none"
}

@test "follow: growth, half lines, new files" {
	ev 1 >"$d/t.log"
	follow
	until_ok has 1
	ev 2 | head -c 50 >>"$d/t.log"
	sleep 0.3
	has 1
	ev 2 | tail -c +51 >>"$d/t.log"
	until_ok has "1 2"
	ev 3 >"$d/u.log"
	until_ok has "1 2 3"
	ev 4 | gzip >"$d/v.tmp"
	mv "$d/v.tmp" "$d/v.json.gz"
	until_ok has "1 2 3 4"
	ev 5 >>"$d/t.log"
	until_ok has "1 2 3 4 5"
	stop
	assert_equal "$(gaps "$out")" ''
	assert_equal "$(ledger "$out" tetra-tap .complete)" true
}

@test "follow: half a line when it ends makes the ledger incomplete" {
	{ ev 1; ev 2 | head -c 50; } >"$d/t.log"
	follow
	until_ok has 1
	stop
	assert_equal "$(ledger "$out" tetra-tap .complete)" false
}

@test "follow: a rotated file is read to its end, even when it is gone" {
	ev 1 >"$d/t.log"
	follow
	until_ok has 1
	# The tap sleeps while all of this happens.
	kill -STOP "$p"
	exec 4>>"$d/t.log"
	ev 2 >&4
	mv "$d/t.log" "$d/t-$T-27.966.log"
	ev 3 >&4
	exec 4>&-
	ev 4 >"$d/t.log"
	gzip "$d/t-$T-27.966.log"
	mv "$d/t.log" "$d/t-$T-28.966.log"
	zstd -q --rm "$d/t-$T-28.966.log"
	ev 5 >"$d/t.log"
	kill -CONT "$p"
	until_ok has "1 2 3 4 5"
	mv "$d/t.log" "$d/gone"
	ev 6 >>"$d/gone"
	ev 7 >"$d/t.log"
	until_ok has "1 2 3 4 5 6 7"
	stop
	assert_equal "$(gaps "$out")" ''
}

@test "follow of one file: its set from then on, not what was there" {
	ev 90 >"$d/t-$T-20.000.log"
	ev 91 >"$d/other.log"
	ev 1 >"$d/t.log"
	all=$d d=$d/t.log
	follow
	until_ok has 1
	kill -STOP "$p"
	mv "$all/t.log" "$all/t-$T-27.966.log"
	ev 2 >"$all/t-$T-28.000.log"
	ev 3 >"$all/t.log"
	kill -CONT "$p"
	until_ok has "1 2 3"
	stop
}

@test "follow: truncated is a gap of unknown count, and starts again" {
	ev 1 2 3 >"$d/t.log"
	follow
	until_ok has "1 2 3"
	: >"$d/t.log"
	ev 4 >>"$d/t.log"
	until_ok has "1 2 3 4"
	stop
	assert_equal "$(gaps "$out")" '["truncated_input",true]'
	assert_equal "$(ledger "$out" tetra-tap .complete)" false
}

@test "follow: a copy before truncation holds the rest" {
	ev 1 2 3 >"$d/t.log"
	follow
	until_ok has "1 2 3"
	kill -STOP "$p"
	ev 4 >>"$d/t.log"
	cp "$d/t.log" "$d/t-$T-27.966.log"
	: >"$d/t.log"
	ev 5 >>"$d/t.log"
	kill -CONT "$p"
	until_ok has "1 2 3 4 5"
	stop
	assert_equal "$(gaps "$out")" ''
}

@test "checkpoint: an interrupted replay goes on where it was" {
	ev 1 2 3 >"$d/t-$T-27.966.log"
	ev 4 5 >"$d/t.log"
	tetra-tap --replay "$d" --checkpoint "$ck" >"$out"
	assert_equal "$(ids "$out")" "1 2 3 4 5 "
	gzip "$d/t-$T-27.966.log"
	ev 6 >>"$d/t.log"
	mv "$d/t.log" "$d/t-$T-28.966.log"
	ev 7 >"$d/t.log"
	tetra-tap --replay "$d" --checkpoint "$ck" -o pb >"$out"
	tetra-tap --replay "$out" >"$out.json"
	assert_equal "$(ids "$out.json")" "6 7 "
	tetra-tap --replay "$d" --checkpoint "$ck" >"$out"
	assert_equal "$(ids "$out")" ""
}

@test "checkpoint: a file that was empty when first seen is known when compressed" {
	: >"$d/t.log"
	follow --checkpoint "$ck"
	until_ok grep -qs ^dump "$ck"
	ev 1 2 3 >>"$d/t.log"
	until_ok has "1 2 3"
	sleep 0.2
	kill -9 -- "-$p"
	wait "$p" || true
	mv "$d/t.log" "$d/t-$T-27.966.log"
	gzip "$d/t-$T-27.966.log"
	ev 4 >"$d/t.log"
	run --separate-stderr tetra-tap --replay "$d" --checkpoint "$ck"
	assert_success
	assert_equal "$(ids <<<"$output")" "4 "
}

@test "checkpoint: a dump that is gone before it was read is a gap" {
	ev 1 >"$d/t.log"
	tetra-tap --replay "$d" --checkpoint "$ck" >"$out"
	rm "$d/t.log"
	run -1 --separate-stderr tetra-tap --replay "$d" --checkpoint "$ck"
	assert_equal "$(gaps /dev/stdin <<<"$output")" '["truncated_input",true]'
}

@test "checkpoint: damaged, of another version, no checkpoint: exit 2" {
	ev 1 >"$d/t.log"
	tetra-tap --replay "$d" --checkpoint "$ck" >"$out"
	for f in 's/ 1$/ 2/;1!b' '2s/0/1/' '$d' 's/.*//'; do
		sed "$f" "$ck" >"$ck.bad"
		cp "$ck.bad" "$ck.same"
		run -2 --separate-stderr tetra-tap --replay "$d" \
			--checkpoint "$ck.bad"
		assert_equal "$output" ''
		assert_regex "$stderr" 'hint: move it away to start anew'
		cmp "$ck.bad" "$ck.same"
	done
}

@test "options that contradict are exit 2" {
	ev 1 >"$d/t.log"
	run -2 tetra-tap --replay - --follow
	run -2 tetra-tap --replay - --checkpoint "$ck"
	run -2 tetra-tap --follow
	for v in 0 -1 x nan; do
		run -2 tetra-tap --replay "$d" --speed "$v"
	done
}

@test "checkpoint: the exit is the worker's; a second instance waits" {
	ev 1 >"$d/t.log"
	follow --checkpoint "$ck"
	until_ok has 1
	"$BIN/tetra-tap" --replay "$d" --checkpoint "$ck" >"$out.2" 3>&- &
	local second=$!
	sleep 0.3
	[ ! -s "$out.2" ]
	stop
	wait "$second"
	assert_equal "$(ids "$out.2")" ""
	assert_equal "$(ledgers "$out.2" | wc -l)" 1
	run -3 --separate-stderr bash -c \
		"tetra-tap --replay '$d' --checkpoint '$ck.b' >/dev/full"
}

@test "checkpoint: what is not ours is not cut" {
	ev 1 >"$d/t.log"
	follow --checkpoint "$ck"
	until_ok has 1
	kill -9 -- "-$p"
	wait "$p" || true
	echo 'a line of somebody' >>"$out"
	ev 2 >>"$d/t.log"
	run --separate-stderr tetra-tap --replay "$d" --checkpoint "$ck"
	assert_equal "$(ids <<<"$output")" "2 "
	assert_regex "$stderr" 'is not cut: not only records follow'
	tail -n 1 "$out" | grep -q somebody
}

@test "checkpoint: an output that lost its end is said" {
	ev 1 2 >"$d/t.log"
	follow --checkpoint "$ck"
	until_ok has "1 2"
	sleep 0.2
	kill -9 -- "-$p"
	wait "$p" || true
	truncate -s -1 "$out"
	run --separate-stderr tetra-tap --replay "$d" --checkpoint "$ck"
	assert_success
	assert_regex "$stderr" 'is not cut: it is shorter than it was'
}

@test "checkpoint: what was written and not committed is cut, and comes again" {
	ev 1 >"$d/t.log"
	follow --checkpoint "$ck"
	until_ok has 1
	until_ok grep -qs "^dump .* 1 .*/t.log" "$ck"
	sleep 0.2
	# No commit gets through the pipe that nobody reads.
	mkfifo "$ck.tmp"
	ev 2 3 >"$d/all"
	cat "$d/all" >>"$d/t.log" # at once
	until_ok has "1 2 3"
	kill -9 -- "-$p"
	wait "$p" || true
	rm "$ck.tmp"
	tetra-tap --replay "$d" --checkpoint "$ck" >>"$out" 2>"$err"
	assert_equal "$(ids "$out")" "1 2 3 "
	assert_regex "$(<"$err")" "warn.*cut '$out' by"
	assert_equal "$(ledgers "$out" | wc -l)" 1
}

@test "checkpoint: killed before a slow reader, nothing is lost in between" {
	perl -e 'printf qq({"process_exit":{"process":{"exec_id":"event-number-%d","binary":"/%s"}},"node_name":"n","time":"2026-03-01T00:00:00.%09dZ"}\n),
		$_, "x" x 300, $_ for 1 .. 30000' >"$d/t.log"
	exec 4> >(perl -e 'select(undef, undef, undef, 0.005), print($b)
		while sysread STDIN, $b, 16384' >"$out" 3>&-)
	setsid "$BIN/tetra-tap" --replay "$d" --checkpoint "$ck" >&4 \
		2>"$err" 3>&- 4>&- &
	p=$!
	exec 4>&-
	pids+=("$p")
	sleep 0.7
	kill -9 -- "-$p"
	wait "$p" || true
	sleep 0.5
	tetra-tap --replay "$d" --checkpoint "$ck" >"$out.2" 2>"$err"
	[ "$(ids "$out.2" | wc -w)" -lt 30000 ]
	# The first may end in half a line.
	grep -a '}$' "$out" | cat - "$out.2" | ids | tr ' ' '\n' |
		sort -nu >"$(tmp got)"
	assert_same <(grep . "$(tmp got)") <(seq 30000)
	assert_regex "$(<"$err")" 'warn.*ended hard'
}

@test "speed: as recorded, faster, never backwards; SIGTERM ends it at once" {
	local t0 ms
	ev 10 12 11 5 13 >"$d/t.log"
	t0=$(date +%s%N)
	tetra-tap --replay "$d" --speed 10 >"$out"
	ms=$((($(date +%s%N) - t0) / 1000000))
	assert_equal "$(ids "$out")" "10 12 11 5 13 "
	[ "$ms" -ge 300 ] && [ "$ms" -lt 2000 ]
	d=$d/t.log
	setsid "$BIN/tetra-tap" --replay "$d" --speed 0.001 >"$out" 2>"$err" \
		3>&- &
	p=$!
	pids+=("$p")
	until_ok has 10
	stop
	assert_equal "$(ledger "$out" tetra-tap .complete)" false
}

# writer DIR LINES: appends, in the middle of lines at times, renames after
# every 500, compresses by way of .gz.tmp and deletes the plain file
writer() {
	perl -e '
		use strict; use Time::HiRes "usleep"; use POSIX ();
		my ($dir, $lines) = @ARGV; my ($n, @kids) = 0;
		open my $fh, ">>", "$dir/t.log" or die;
		for my $i (1 .. $lines) {
			my $l = sprintf qq({"process_exit":{"process":{"exec_id":"event-number-%d","binary":"/bin/%s"}},"node_name":"n","time":"2026-03-01T00:00:00.%09dZ"}\n), $i, "x" x 300, $i;
			my $cut = $i % 7 ? 0 : 200;
			syswrite $fh, substr($l, 0, $cut) if $cut;
			syswrite $fh, substr($l, $cut);
			usleep 300 if $i % 10 == 0;
			next if $i % 500;
			my $to = sprintf "%s/t-2026-03-01T11-00-%02d.%03d.log",
				$dir, ++$n / 1000, $n % 1000;
			rename "$dir/t.log", $to;
			open $fh, ">>", "$dir/t.log" or die;
			my $pid = fork;
			if (!$pid) {
				system("gzip -c $to > $to.gz.tmp") and die;
				rename "$to.gz.tmp", "$to.gz";
				unlink $to;
				POSIX::_exit(0);
			}
			push @kids, $pid;
			waitpid shift @kids, 0 if @kids > 4;
		}
		waitpid $_, 0 for @kids;' "$1" "$2" 3>&-
}

# killed HOW FORM: the union of the outputs is the dump, each record once
killed() {
	local how=$1 form=$2 kills=${FOLLOW_KILLS:-10} lines i f w
	lines=$((kills * 1000))
	RANDOM=${FOLLOW_SEED:-1}
	writer "$d" "$lines" &
	w=$!
	for ((i = 0; i < kills; i++)); do
		f=$out.$(printf %03d "$i")
		[ "$how" != append ] || f=$out.000
		if [ "$how" = pid ]; then
			# A pipe: nothing that was written can be taken back.
			exec 4> >(cat >>"$f" 3>&-)
		else
			exec 4>>"$f"
		fi
		setsid "$BIN/tetra-tap" --replay "$d" --follow -o "$form" \
			--checkpoint "$ck" >&4 2>>"$err" 3>&- 4>&- &
		p=$!
		exec 4>&-
		pids+=("$p")
		sleep "0.$(printf %03d $((RANDOM % 150 + 1)))"
		if [ "$how" = pid ]; then
			kill -9 "$p"
		else
			# It may be too young to have a group of its own.
			kill -9 -- "-$p" || kill -9 "$p"
		fi
		wait "$p" || true
	done 2>/dev/null
	wait "$w"
	# What is left, once, in a last run.
	tetra-tap --replay "$d" -o "$form" --checkpoint "$ck" \
		>>"${f/%???/999}" 2>>"$err" || fail "$(tail -n 5 "$err")"
	sleep 0.5 # for the last cat
	for f in "$out".???; do
		tetra-tap --replay "$f" 2>/dev/null || true
	done | ids | tr ' ' '\n' >"$(tmp got)"
	assert_same "$(tmp got)" <(seq 1 "$lines")
}

@test "kill -9 of the process: each record once (json)" { killed pid json; }
@test "kill -9 of the process: each record once (pb)" { killed pid pb; }
@test "kill -9 of the group, a file each: each record once (json)" {
	killed group json
}
@test "kill -9 of the group, a file each: each record once (pb)" {
	killed group pb
}
@test "kill -9 of the group, one file: each record once (json)" {
	killed append json
}

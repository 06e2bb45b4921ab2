# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
#
# rt-pgload when things go away: the server, the disk, rt-pgload itself, the
# stages before it. Whatever happens, the tables are in the end those of one
# clean run.
#
# KILLS=30 and AWAY=60 run the long forms: so many kills, so many seconds
# without the server.

load lib
load pg
load pgload

KILLS=${KILLS:-5}
AWAY=${AWAY:-1}

# --- killed ------------------------------------------------------------------

@test "kill -9 of the loader at random moments, and a whole run" {
	init
	stream 30 200 >"$(tmp in)"
	for ((i = 0; i < KILLS; i++)); do
		rt-pgload -q --batch-rows 50 <"$(tmp in)" 2>/dev/null 3>&- &
		pid=$!
		sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
		kill -9 $pid 2>/dev/null || true
		wait $pid 2>/dev/null || true
	done
	rt-pgload -q <"$(tmp in)"
	assert_same <(expected "$(tmp in)") <(loaded)
	same_as_clean "$(tmp in)"
}

# slowly N: standard input in N pieces, 10 ms apart
slowly() {
	perl -e '$n = shift; local $/; $_ = <STDIN>; $| = 1;
		$k = int(length($_) / $n) + 1;
		while (length) { print substr($_, 0, $k, "");
			select(undef, undef, undef, 0.01) }' "$1"
}

# pipeline PIECES: the recorded shop through every stage; each one's pid in a
# file
pipeline() {
	zcat "$DEMO" | slowly "$1" |
		(echo $BASHPID >"$(tmp pid.0)"; exec tetra-tap --replay - -o pb) |
		(echo $BASHPID >"$(tmp pid.1)"; exec rt-canon -q \
			--sysroot "$SYSROOT" -o pb) |
		(echo $BASHPID >"$(tmp pid.2)"; exec rt-redact -q -o pb) |
		(echo $BASHPID >"$(tmp pid.3)"; exec rt-hotsym -q --session s \
			--window 1s -o pb) |
		(echo $BASHPID >"$(tmp pid.4)"; exec rt-pgload -q)
}

# In turn the tap, a filter, the counter and the loader die in mid-stream.
@test "kill -9 of any stage at random moments, and a re-run" {
	init
	pipeline 1 2>"$(tmp err)" 3>&-
	loaded >"$(tmp clean)"
	[ -s "$(tmp clean)" ]
	for ((i = 0; i < KILLS; i++)); do
		pg_sql -c 'DROP SCHEMA signals CASCADE' 2>/dev/null
		init
		rm -f "$(tmp pid)".*
		pipeline 40 2>/dev/null 3>&- &
		pid=$!
		sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
		later test -s "$(tmp pid.$((i % 5)))"
		kill -9 "$(cat "$(tmp pid.$((i % 5)))")" 2>/dev/null || true
		wait $pid || true
		echo "run $i: $(value 'count(*) FROM signals.batches') batches"
		pipeline 1 2>"$(tmp err)" 3>&- || true
		assert_same "$(tmp clean)" <(loaded)
		assert_equal "$(value 'bool_and(complete) FROM signals.windows')" t
	done
}

# --- several -----------------------------------------------------------------

@test "four loaders with four nodes' streams at once: sums are right" {
	init
	for n in 1 2 3 4; do
		stream 12 300 "n$n" >"$(tmp "n$n")"
	done
	for n in 1 2 3 4; do
		# Each in its own order of rows: locks must not depend on it.
		jq -cs --argjson n "$n" 'def ledger: .kind == "ledger";
			(map(select(ledger | not)) | group_by(.chunk) |
			map(if $n % 2 == 0 then reverse else . end) | add |
			.[]), (.[] | select(ledger))' "$(tmp "n$n")" |
			rt-pgload -q 3>&- &
		pids="$pids $!"
	done
	for p in $pids; do
		wait "$p"
	done
	assert_same <(expected "$(tmp n1)" "$(tmp n2)" "$(tmp n3)" "$(tmp n4)") \
		<(loaded)
	run value "count(*), bool_and(complete) FROM signals.windows"
	assert_output '48|t'
}

# --- the server goes ---------------------------------------------------------

@test "a connection that breaks in mid-load: a new one, nothing lost" {
	init
	stream 3 10 >"$(tmp in)"
	mkfifo "$(tmp fifo)"
	rt-pgload <"$(tmp fifo)" >"$(tmp err)" 2>&1 3>&- &
	pid=$!
	exec 9>"$(tmp fifo)"
	head -n 20 "$(tmp in)" >&9
	later applied 1
	pg_sql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE application_name = 'rt-pgload'
		AND datname = current_database()"
	tail -n +21 "$(tmp in)" >&9
	exec 9>&-
	wait $pid
	run cat "$(tmp err)"
	assert_output --partial 'trying again'
	assert_output --partial 'the database is back'
	assert_output --partial ', complete'
	same_as_clean "$(tmp in)"
}

@test "no server for longer than --retry-for: exit 4, a re-run completes" {
	init
	stream 3 10 >"$(tmp in)"
	mkfifo "$(tmp fifo)"
	rt-pgload --retry-for 300ms <"$(tmp fifo)" >"$(tmp err)" 2>&1 3>&- &
	pid=$!
	exec 9>"$(tmp fifo)"
	head -n 20 "$(tmp in)" >&9
	later applied 1
	pg_halt
	tail -n +21 "$(tmp in)" >&9 || true
	exec 9>&-
	code=0
	wait $pid || code=$?
	pg_run
	assert_equal $code 4
	run cat "$(tmp err)"
	assert_output --partial 'the same input again, later, is safe'
	rt-pgload -q <"$(tmp in)"
	same_as_clean "$(tmp in)"
}

# stopped_while FILE OPTION...: the server is stopped AWAY seconds while the
# stream is read
stopped_while() {
	local in=$1 fifo
	fifo=$(tmp fifo)
	shift
	mkfifo "$fifo"
	rt-pgload "$@" <"$fifo" >"$(tmp err)" 2>&1 3>&- &
	pid=$!
	exec 9>"$fifo"
	head -n 700 "$in" >&9
	later applied 3
	pg_halt
	# Its upstream must not wait for a loader without spool, either.
	tail -n +701 "$in" >&9 3>&- &
	exec 9>&-
	sleep "$AWAY"
	pg_run
	code=0
	wait $pid || code=$?
	assert_equal $code 0
}

@test "the server stopped in mid-load loses nothing: it is waited for" {
	init
	stream 10 200 >"$(tmp in)"
	stopped_while "$(tmp in)"
	assert_same <(expected "$(tmp in)") <(loaded)
	same_as_clean "$(tmp in)"
}

@test "the server stopped in mid-load loses nothing: --spool" {
	init
	stream 10 200 >"$(tmp in)"
	stopped_while "$(tmp in)" --spool "$(tmp spool)" \
		--metrics-file "$(tmp metrics)"
	assert_same <(expected "$(tmp in)") <(loaded)
	run find "$(tmp spool)" -type f
	assert_output ''
	run grep '^tetrapipe_pgload_spool_jobs' "$(tmp metrics)"
	assert_output 'tetrapipe_pgload_spool_jobs 0'
	run grep '^tetrapipe_pgload_reconnects_total' "$(tmp metrics)"
	assert_output 'tetrapipe_pgload_reconnects_total 1'
	same_as_clean "$(tmp in)"
}

# --- the spool ---------------------------------------------------------------

# away OPTION...: rt-pgload with a server that nobody has
away() { rt-pgload --db 'host=/nonexistent' --retry-for 0 "$@"; }

@test "--spool: with no server at all, exit 4, and the next run loads it" {
	init
	stream 5 40 >"$(tmp in)"
	run away --spool "$(tmp spool)" <"$(tmp in)"
	assert_failure 4
	assert_output --partial "batches wait in $(tmp spool)"
	assert_output --partial 'loaded by the next run'
	# Five batches and the segment; nobody else may read them.
	assert_equal "$(find "$(tmp spool)" -name '*.job' | wc -l)" 6
	assert_equal "$(stat -c %a "$(tmp spool)")" 700
	assert_equal "$(stat -c %a "$(tmp spool)"/* | sort -u)" 600
	run rt-pgload --spool "$(tmp spool)" </dev/null
	assert_success
	assert_output --partial '200 hot symbols and 5 packages in 10 batches'
	assert_equal "$(find "$(tmp spool)" -type f | wc -l)" 0
	same_as_clean "$(tmp in)"
}

@test "--spool keeps the order: what comes later goes behind what waits" {
	init
	stream 2 20 n1 >"$(tmp a)"
	stream 2 20 n2 >"$(tmp b)"
	away -q --spool "$(tmp spool)" <"$(tmp a)" 2>/dev/null || true
	away -q --spool "$(tmp spool)" <"$(tmp b)" 2>/dev/null || true
	rt-pgload -q --spool "$(tmp spool)" </dev/null
	run value "string_agg(DISTINCT node, ',') FROM (SELECT node FROM
		signals.batches ORDER BY loaded_at LIMIT 4) AS first"
	assert_output n1
	same_as_clean "$(tmp a)" "$(tmp b)"
}

@test "--spool: kill -9 while it is filled and while it is emptied" {
	init
	stream 30 100 >"$(tmp in)"
	for ((i = 0; i < KILLS; i++)); do
		# Not away(), whose shell would be killed in its place.
		rt-pgload -q --db host=/nonexistent --retry-for 0 \
			--spool "$(tmp spool)" <"$(tmp in)" 2>/dev/null 3>&- &
		pid=$!
		sleep "0.0$((RANDOM % 10))"
		kill -9 $pid 2>/dev/null || true
		wait $pid 2>/dev/null || true
		rt-pgload -q --spool "$(tmp spool)" </dev/null 2>/dev/null 3>&- &
		pid=$!
		sleep "0.0$((RANDOM % 10))"
		kill -9 $pid 2>/dev/null || true
		wait $pid 2>/dev/null || true
	done
	rt-pgload -q --spool "$(tmp spool)" <"$(tmp in)"
	same_as_clean "$(tmp in)"
}

@test "--spool is synced before the input goes on" {
	stream 2 20 >"$(tmp in)"
	command -v strace >/dev/null || skip 'no strace'
	strace -f -o "$(tmp trace)" -e trace=fsync,renameat,renameat2 \
		rt-pgload -q --db host=/nonexistent --retry-for 0 \
		--spool "$(tmp spool)" <"$(tmp in)" 2>/dev/null || true
	# File, name, folder; three jobs.
	run awk '{ sub(/^[0-9]+ +/, ""); sub(/\(.*/, ""); printf "%s ", $0 }' \
		<(grep -E 'fsync|rename' "$(tmp trace)")
	assert_output --regexp \
		'^(fsync renameat2? fsync ){3}$'
}

@test "--spool-size: full is a wait and exit 4, never a loss" {
	init
	stream 9 100 >"$(tmp in)"
	run away --spool "$(tmp spool)" --spool-size 64KiB <"$(tmp in)"
	assert_failure 4
	size=$(cat "$(tmp spool)"/*.job | wc -c)
	[ "$size" -le 65536 ] && [ "$size" -gt 10000 ]
	rt-pgload -q --spool "$(tmp spool)" <"$(tmp in)"
	same_as_clean "$(tmp in)"
}

@test "--spool-size: a batch that never fits waits for the server" {
	init
	stream 2 100 >"$(tmp in)"
	rt-pgload -q --spool "$(tmp spool)" --spool-size 1KiB <"$(tmp in)"
	same_as_clean "$(tmp in)"
}

# full_disk MODE: a folder on a file system that takes 100 KB
full_disk() {
	mkdir "$(tmp small)"
	mount -t tmpfs -o size=100k tmpfs "$(tmp small)" 2>/dev/null
}

@test "disk full in the spool: exit 3, what it holds is whole, no loss" {
	init
	stream 9 200 >"$(tmp in)"
	full_disk || skip 'cannot mount a small file system'
	run away --spool "$(tmp small)/spool" <"$(tmp in)"
	waiting=$(find "$(tmp small)/spool" -name '*.job' | wc -l)
	others=$(find "$(tmp small)/spool" -type f ! -name '*.job' | wc -l)
	rt-pgload -q --spool "$(tmp small)/spool" </dev/null 2>"$(tmp e2)" || true
	loaded_now=$(value 'count(*) FROM signals.batches')
	umount "$(tmp small)"
	assert_failure 3
	assert_output --partial 'cannot write to the spool: No space left'
	[ "$waiting" -ge 1 ] && [ "$others" = 0 ]
	assert_equal "$loaded_now" $((2 * waiting))
	rt-pgload -q <"$(tmp in)"
	same_as_clean "$(tmp in)"
}

@test "a file size limit in the spool: exit 3, not a signal" {
	stream 2 400 >"$(tmp in)"
	run bash -c "ulimit -f 8; exec rt-pgload --db host=/nonexistent \
		--retry-for 0 --spool '$(tmp spool)' <'$(tmp in)'"
	assert_failure 3
	assert_output --partial 'cannot write to the spool: File too large'
}

@test "a damaged job in the spool is said, and not loaded in part" {
	init
	stream 3 40 >"$(tmp in)"
	away -q --spool "$(tmp spool)" <"$(tmp in)" 2>/dev/null || true
	f=$(find "$(tmp spool)" -name '*.job' | sort | sed -n 2p)
	cp "$f" "$(tmp whole)"
	for damage in "truncate -s -1 $f" "truncate -s 0 $f" \
		"dd if=/dev/zero of=$f bs=1 seek=700 count=4 conv=notrunc" \
		"dd if=$(tmp whole) of=$f bs=1 oflag=append conv=notrunc"; do
		cp "$(tmp whole)" "$f"
		$damage 2>/dev/null
		run rt-pgload --spool "$(tmp spool)" </dev/null
		assert_failure 3
		assert_output --partial "cannot read back $f: it is damaged"
		assert_equal "$(value 'count(*) FROM signals.batches')" 2
	done
	mv "$f" "$(tmp away)"
	rt-pgload -q --spool "$(tmp spool)" </dev/null
	assert_equal "$(value 'count(*) FROM signals.batches')" 4
	rt-pgload -q <"$(tmp in)"
	same_as_clean "$(tmp in)"
}

@test "two processes with one spool: the second one is refused" {
	mkfifo "$(tmp fifo)"
	away -q --spool "$(tmp spool)" <"$(tmp fifo)" 2>/dev/null 3>&- &
	pid=$!
	exec 9>"$(tmp fifo)"
	later test -d "$(tmp spool)"
	sleep 0.1
	run away --spool "$(tmp spool)" </dev/null
	assert_failure 2
	assert_output --partial 'another process has the spool'
	exec 9>&-
	wait $pid || true
}

@test "a spool that cannot be made: exit 3, before anything is read" {
	run away --spool /nonexistent/a/b </dev/null
	assert_failure 3
	assert_output --partial 'cannot open the spool /nonexistent/a/b'
}

@test "a batch too large for memory waits on disk until it is whole" {
	init
	stream 1 40 >"$(tmp in)"
	jq -c 'if .kind == "hot_symbol" then range(30) as $i | .function_name
		+= "_\($i)" | .sample_stack[0].symbol = ("x" * 9000) else . end' \
		"$(tmp in)" >"$(tmp big)"
	mkdir "$(tmp t)"
	TMPDIR=$(tmp t) rt-pgload -q <"$(tmp big)"
	assert_equal "$(value 'count(*) FROM signals.hot_symbols')" 1200
	run bash -c "ulimit -f 2000; TMPDIR='$(tmp t)' exec rt-pgload \
		<'$(tmp big)'"
	assert_failure 3
	assert_output --partial 'cannot keep a batch on disk: File too large'
	assert_equal "$(find "$(tmp t)" -type f | wc -l)" 0
}

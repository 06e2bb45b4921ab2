#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tetra-tap against an agent on @grpc/grpc-js (tests/live/agent.js).

load lib
load live

setup_file() {
	"$LIVE/npm.sh"
	mkdir "$BATS_FILE_TMPDIR/certs"
	"$LIVE/certs.sh" "$BATS_FILE_TMPDIR/certs"
}

# --- where and how ----------------------------------------------------------------

@test "a unix socket: all events, in order, a posture, a ledger" {
	agent --listen "unix://$(tmp sock)" --count 1000 --end ok
	live --no-reconnect >"$(tmp out)" 2>"$(tmp err)"
	assert_same <(seq 1000) <(numbers "$(tmp out)")
	assert_equal "$(cat "$(tmp err)")" ""
	assert_equal "$(ledger "$(tmp out)" tetra-tap \
		'[.in, .out, .complete, balanced]|tojson')" \
		'["1000","1000",true,true]'
	run jq -c 'select(.kind == "gap")' "$(tmp out)"
	assert_output ''
	# What grpc-js sent is what jq finds: types, times, fields.
	run jq -r 'select(.kind == "tetragon" and .process_kprobe)
		| "\(.time) \(.process_kprobe.function_name)"' "$(tmp out)"
	assert_line --index 0 "2023-11-14T22:13:22.000002Z __x64_sys_openat"
}

@test "TCP on loopback, in every output form the same events" {
	agent --count 300 --end ok
	live --no-reconnect -o pb | tap >"$(tmp a)"
	assert_same <(seq 300) <(numbers "$(tmp a)")
	agent --count 300 --end ok
	live --no-reconnect >"$(tmp b)"
	assert_same <(grep '"kind":"tetragon"' "$(tmp a)") \
		<(grep '"kind":"tetragon"' "$(tmp b)")
}

@test "the address: option, environment, configuration, the agent's own file" {
	agent --listen "unix://$(tmp sock)" --count 1 --end ok
	export ADDR
	run --separate-stderr env TETRAPIPE_ADDRESS="$ADDR" \
		tetra-tap --no-reconnect -q
	assert_line --partial '"node_name":"n1"'
	agent --listen "unix://$(tmp sock2)" --count 1 --end ok
	printf 'tetragon:\n  address: "%s"\n  connectionTimeout: 5s\n' \
		"$ADDR" >"$(tmp c.yaml)"
	run --separate-stderr tetra-tap --config "$(tmp c.yaml)" --no-reconnect -q
	assert_line --partial '"node_name":"n1"'
	agent --listen "unix://$(tmp sock3)" --count 1 --end ok
	jq -n '{server_address: env.ADDR}' >"$(tmp info.json)"
	run --separate-stderr tetra-tap --agent-info "$(tmp info.json)" \
		--no-reconnect -q
	assert_line --partial '"node_name":"n1"'
}

@test "the posture: version, policies with state and hooks, health" {
	agent --count 1 --end ok
	live --no-reconnect >"$(tmp out)"
	run jq -c 'select(.kind == "posture") | [.agent_version, .health, .level,
		(.policies[] | [.name, .namespace, .state, .mode, .kernel_hooks,
		.user_hooks, .error])]' "$(tmp out)"
	assert_output '["v1.7.0","running","EbpfDeep",["file-open","shop","enabled","monitor",["__x64_sys_openat"],null,null],["ssl",null,"enabled",null,null,["/usr/lib/libssl.so.3:SSL_read"],null],["broken",null,"load_error",null,null,null,"no symbol"]]'
}

@test "an old agent without these calls is one all the same" {
	agent --count 5 --end ok --old
	live --no-reconnect >"$(tmp out)"
	assert_same <(seq 5) <(numbers "$(tmp out)")
	run jq -c 'select(.kind == "posture") | [.agent_version, .health]' \
		"$(tmp out)"
	assert_output '[null,"unknown"]'
}

# --- TLS ----------------------------------------------------------------------------

@test "TLS and mTLS with the right certificates" {
	agent --count 5 --end ok --cert "$CERTS/server.pem" --key "$CERTS/server.key"
	live --no-reconnect --tls-ca-cert-files "$CERTS/ca.pem" >"$(tmp out)"
	assert_same <(seq 5) <(numbers "$(tmp out)")
	agent --count 5 --end ok --cert "$CERTS/server.pem" \
		--key "$CERTS/server.key" --ca "$CERTS/ca.pem"
	live --no-reconnect --tls-ca-cert-files "$CERTS/other-ca.pem,$CERTS/ca.pem" \
		--tls-cert-file "$CERTS/client.pem" \
		--tls-key-file "$CERTS/client.key" >"$(tmp out)"
	assert_same <(seq 5) <(numbers "$(tmp out)")
}

@test "TLS: another name, any name, certificates from the environment" {
	agent --count 2 --per 1 --end ok --cert "$CERTS/server.pem" \
		--key "$CERTS/server.key"
	live --no-reconnect --tls-ca-cert-files "$CERTS/ca.pem" \
		--tls-server-name node.tetragon-grpc.cilium.io >"$(tmp out)"
	assert_equal "$(numbers "$(tmp out)")" 1
	TETRAPIPE_TLS_CA_PEM=$(cat "$CERTS/ca.pem") live --no-reconnect >"$(tmp out)"
	assert_equal "$(numbers "$(tmp out)")" 2
	agent --count 1 --end ok --cert "$CERTS/expired.pem" \
		--key "$CERTS/expired.key"
	live --no-reconnect --tls-skip-verify >"$(tmp out)"
	assert_equal "$(numbers "$(tmp out)")" 1
}

# refused PATTERN ARG...: at once, exit 4, a message with the cause
refused() {
	local pattern=$1 start=$EPOCHREALTIME
	shift
	run --separate-stderr -4 live "$@"
	assert_regex "$stderr" "$pattern"
	[ $(((${EPOCHREALTIME/./} - ${start/./}) / 1000)) -lt 5000 ] ||
		fail "took too long: $*"
}

@test "TLS: each wrong certificate fails at once and is named" {
	local ca="--tls-ca-cert-files $CERTS/ca.pem"
	agent --cert "$CERTS/server.pem" --key "$CERTS/server.key"
	refused 'self-signed certificate|unable to get' \
		--tls-ca-cert-files "$CERTS/other-ca.pem"
	refused 'unable to get|self-signed' --tls-server-name localhost
	refused 'ostname mismatch' $ca --tls-server-name nobody.example
	refused 'cannot read the CA certificates' --tls-ca-cert-files "$(tmp none)"
	refused 'no PEM text' --tls-ca-cert-files /etc/passwd
	refused 'its key' $ca --tls-cert-file "$CERTS/client.pem"
	agent --cert "$CERTS/expired.pem" --key "$CERTS/expired.key"
	refused 'certificate has expired' $ca
	agent --cert "$CERTS/elsewhere.pem" --key "$CERTS/elsewhere.key"
	refused 'mismatch' $ca
	agent
	refused 'does not speak TLS' $ca
}

@test "mTLS: no certificate, one of another authority, a key of another" {
	local ca="--tls-ca-cert-files $CERTS/ca.pem"
	agent --cert "$CERTS/server.pem" --key "$CERTS/server.key" \
		--ca "$CERTS/ca.pem"
	refused 'asks for a client certificate' $ca
	refused 'refuses the client certificate' $ca \
		--tls-cert-file "$CERTS/other-client.pem" \
		--tls-key-file "$CERTS/other-client.key"
	refused 'refuses the client certificate.*expired' $ca \
		--tls-cert-file "$CERTS/expired-client.pem" \
		--tls-key-file "$CERTS/expired-client.key"
	refused 'key does not belong' $ca --tls-cert-file "$CERTS/client.pem" \
		--tls-key-file "$CERTS/other-client.key"
}

@test "plaintext to a TLS server, nobody there, TLS to a socket" {
	agent --cert "$CERTS/server.pem" --key "$CERTS/server.key"
	refused 'cannot reach' --no-reconnect
	ADDR=127.0.0.1:1
	refused '[Rr]efused' --no-reconnect
	ADDR=unix://$(tmp nothing)
	refused 'No such file' --no-reconnect
	run --separate-stderr -2 live --tls-skip-verify
	assert_regex "$stderr" 'TCP only'
}

@test "a certificate that rotates is picked up at the next connect" {
	cp "$CERTS/ca.pem" "$(tmp ca.pem)"
	agent --listen 127.0.0.1:0 --count 10 --per 5 --end hang \
		--cert "$CERTS/server.pem" --key "$CERTS/server.key"
	local port=${ADDR##*:}
	live --tls-ca-cert-files "$(tmp ca.pem)" >"$(tmp out)" 2>"$(tmp err)" 3>&- &
	local tap=$!
	until_true 10 has_events "$(tmp out)" 5
	kill -9 "$PID"
	# Now another authority signs; the file follows.
	(cd "$CERTS" && openssl req -newkey ec -pkeyopt \
		ec_paramgen_curve:P-256 -nodes -keyout new.key -out new.csr \
		-subj /CN=new && openssl x509 -req -in new.csr -CA other-ca.pem \
		-CAkey other-ca.key -CAcreateserial -days 1 -out new.pem -extfile \
		<(echo subjectAltName=IP:127.0.0.1)) 2>/dev/null
	cp "$CERTS/other-ca.pem" "$(tmp ca.pem)"
	agent --listen "127.0.0.1:$port" --first 6 --count 5 --end hang \
		--cert "$CERTS/new.pem" --key "$CERTS/new.key"
	until_true 15 has_events "$(tmp out)" 10
	kill -TERM $tap
	wait $tap || true
	assert_same <(seq 10) <(numbers "$(tmp out)")
}

@test "mTLS: our own certificate rotates with the authority that the agent trusts" {
	local tap
	cp "$CERTS/client.pem" "$(tmp c.pem)"
	cp "$CERTS/client.key" "$(tmp c.key)"
	agent --count 10 --per 5 --end hang --cert "$CERTS/server.pem" \
		--key "$CERTS/server.key" --ca "$CERTS/ca.pem"
	live --tls-ca-cert-files "$CERTS/ca.pem" --tls-cert-file "$(tmp c.pem)" \
		--tls-key-file "$(tmp c.key)" --max-events 10 \
		>"$(tmp out)" 2>"$(tmp err)" 3>&- &
	tap=$!
	until_true 10 has_events "$(tmp out)" 5
	kill -9 "$PID"
	agent --listen "$ADDR" --first 6 --count 5 --end hang \
		--cert "$CERTS/server.pem" --key "$CERTS/server.key" \
		--ca "$CERTS/other-ca.pem"
	# With the old one it stays outside, and says why.
	until_true 10 grep -q 'refuses the client certificate' "$(tmp err)"
	cp "$CERTS/other-client.pem" "$(tmp c.pem)"
	cp "$CERTS/other-client.key" "$(tmp c.key)"
	wait $tap
	assert_same <(seq 10) <(numbers "$(tmp out)")
}

# --- endings ------------------------------------------------------------------------

@test "SIGTERM while nothing comes: all is written, the ledger closes" {
	agent --count 7 --end hang
	tetra-tap --address "$ADDR" >"$(tmp out)" 3>&- &
	local tap=$! code=0
	until_true 10 has_events "$(tmp out)" 7
	kill -TERM $tap
	wait $tap || code=$?
	assert_equal $code 143
	assert_equal "$(ledger "$(tmp out)" tetra-tap '[.out,.complete]|tojson')" \
		'["7",true]'
	run jq -c 'select(.last == 7 and .cancelled) | .last' "$(tmp log)"
	assert_output 7
}

@test "--duration ends a silent stream" {
	agent --count 3 --end hang
	live --duration 1s >"$(tmp out)"
	assert_same <(seq 3) <(numbers "$(tmp out)")
	assert_equal "$(ledger "$(tmp out)" tetra-tap .complete)" true
}

@test "the reader of our output goes away: a quiet end, also in silence" {
	agent --count 100000 --end hang
	live 2>"$(tmp err)" | head -n 1 >/dev/null
	agent --count 3 --end hang
	tetra-tap --address "$ADDR" 2>"$(tmp err2)" 3>&- | head -n 4 >/dev/null &
	local pipe=$!
	until_true 10 grep -q cancelled "$(tmp log)"
	wait $pipe || true
	assert_equal "$(cat "$(tmp err)" "$(tmp err2)")" ""
}

@test "a request that is refused: exit 2, no second one" {
	agent --end invalid
	run --separate-stderr -2 live
	assert_regex "$stderr" 'INVALID_ARGUMENT: this request is no good'
	assert_equal "$(grep -c request "$(tmp log)")" 1
	agent --end denied
	run --separate-stderr -2 live
	assert_regex "$stderr" PERMISSION_DENIED
}

@test "an agent that ends with an error, without --reconnect: exit 4, a gap" {
	agent --count 4 --end unavailable
	run --separate-stderr -4 live --no-reconnect
	echo "$output" >"$(tmp out)"
	assert_same <(seq 4) <(numbers "$(tmp out)")
	assert_equal "$(ledger "$(tmp out)" tetra-tap .complete)" false
	run jq -c 'select(.kind == "gap") | [.reason, .unknown, .from, .to]' \
		"$(tmp out)"
	assert_output '["reconnect",true,"2023-11-14T22:13:24.000004Z",null]'
}

@test "--max-reconnects: attempts in a row, then exit 4" {
	ADDR=127.0.0.1:1
	run --separate-stderr -4 live --max-reconnects 3
	assert_equal "$(grep -c 'trying again' <<<"$stderr")" 2
}

# --- gaps -----------------------------------------------------------------------------

# assert_gaps FILE: wherever a number is missing, and only there or where one
# stream ended, stands a reconnect gap that reaches from the event before to
# the event behind.
assert_gaps() {
	run jq -rn '
		def t: .time // "";
		foreach (inputs | select(.kind == "tetragon" or .kind == "gap"))
			as $r ({};
			if $r.kind == "gap" then .gap = $r | .bad = null
			else .bad = (
				if .last == null then null
				elif ($r.node_name[1:] | tonumber) != .n + 1 and
					.gap == null then "no gap before \($r.node_name)"
				elif .gap != null and (.gap.from != .last or
					.gap.to != ($r | t)) then
					"gap \(.gap) before \($r.node_name)"
				else null end)
			| .n = ($r.node_name[1:] | tonumber) | .last = ($r | t)
			| .gap = null end;
			.bad | select(. != null))' "$1"
	assert_output ''
}

@test "an agent that is killed and started again five times" {
	local i first=1
	agent --listen "unix://$(tmp sock)" --count 1000000 --rate 4000 \
		--end hang
	live >"$(tmp out)" 2>"$(tmp err)" 3>&- &
	local tap=$!
	for i in 1 2 3 4 5; do
		# Of this one, not of those before.
		until_true 20 grep -qs "\"n$((first + 300))\"" "$(tmp out)"
		kill -9 "$PID"
		first=$((i * 1000000 + 1))
		rm -f "$(tmp sock)"
		agent --listen "unix://$(tmp sock)" --count 1000000 --rate 4000 \
			--first $first --end hang
	done
	until_true 20 grep -q "\"n$((first + 300))\"" "$(tmp out)"
	kill -TERM $tap
	wait $tap || true
	assert_gaps "$(tmp out)"
	run jq -s 'map(select(.kind == "gap" and .reason == "reconnect")) | length' \
		"$(tmp out)"
	assert_output 5
	run jq -s 'map(select(.kind == "posture")) | length' "$(tmp out)"
	assert_output 6
	# Inside of each agent's life nothing is missing from its first one on.
	run awk '{ s = int(($1 - 1) / 1000000); n = ($1 - 1) % 1000000 }
		n != want[s]++ { print }' <(numbers "$(tmp out)")
	assert_output ''
	assert_equal "$(ledger "$(tmp out)" tetra-tap balanced)" true
}

@test "GOAWAY, and a wire cut in the middle of a message" {
	agent --listen "unix://$(tmp sock)" --count 50 --end goaway
	live >"$(tmp out)" 2>"$(tmp err)" 3>&- &
	local tap=$!
	until_true 10 has_events "$(tmp out)" 50
	wait "$PID" || true
	rm -f "$(tmp sock)"
	agent --listen "unix://$(tmp sock)" --first 51 --count 50 --end hang
	until_true 10 has_events "$(tmp out)" 100
	kill -TERM $tap
	wait $tap || true
	assert_same <(seq 100) <(numbers "$(tmp out)")
	assert_gaps "$(tmp out)"
	agent --count 1000 --size 2000 --cut 700001 --end hang
	timeout -s TERM 3 tetra-tap --address "$ADDR" >"$(tmp out)" 2>"$(tmp err)" ||
		true
	assert_gaps "$(tmp out)"
	run numbers "$(tmp out)"
	assert_line --index 0 1
	((${#lines[@]} > 300 && ${#lines[@]} <= 1000)) || fail "${#lines[@]}"
}

@test "9 MiB in one message; a larger one breaks the stream and is said" {
	agent --count 3 --big-at 2 --end ok
	live --no-reconnect >"$(tmp out)"
	assert_same <(seq 3) <(numbers "$(tmp out)")
	run jq 'select(.node_name == "n2") | .process_kprobe.process.arguments
		| length' "$(tmp out)"
	assert_output 9437184
	agent --count 3 --per 2 --big-at 2 --big 12000000 --end hang
	live --duration 3s >"$(tmp out)" 2>"$(tmp err)"
	assert_regex "$(cat "$(tmp err)")" 'larger than max'
	assert_gaps "$(tmp out)"
	assert_equal "$(numbers "$(tmp out)" | tail -n 1)" 3
}

# --- backpressure -----------------------------------------------------------------------

# stopped_reader ARG...: a burst while the reader of the output stands still
stopped_reader() {
	agent --count 60000 --size 500 --end hang
	mkfifo "$(tmp fifo)"
	cat "$(tmp fifo)" >"$(tmp out)" 3>&- &
	local reader=$!
	tetra-tap --address "$ADDR" --buffer 2MiB "$@" -o pb >"$(tmp fifo)" \
		2>"$(tmp err)" 3>&- &
	local tap=$!
	sleep 0.5
	kill -STOP $reader
	sleep 3
	kill -CONT $reader
	until_true 20 said 60000
	kill -TERM $tap
	wait $tap || true
	wait $reader || true
	tap <"$(tmp out)" >"$(tmp json)"
}

# Has the last event come?
said() { grep -aq "n$1" "$(tmp out)"; }

@test "a reader that stops: by default the oldest go, counted to the event" {
	stopped_reader --overload-grace 500ms
	local gaps
	gaps=$(jq -s 'map(select(.kind == "gap" and .reason == "overflow_oldest")
		| .count | tonumber) | add' "$(tmp json)")
	# The live tap's ledger; the one behind is of the tap that made JSON.
	run jq -c "$JQ_LEDGER"'select(.kind == "ledger" and .upstream == null) |
		[.in, .dropped.overflow_oldest, balanced]' "$(tmp json)"
	assert_output "[\"60000\",\"$gaps\",true]"
	assert_equal "$(numbers "$(tmp json)" | wc -l)" $((60000 - gaps))
	((gaps > 0))
	# By probe type, which add up.
	run jq -s 'map(select(.kind == "gap") | .scope | split(",")[] |
		split("=")[1] | tonumber) | add' "$(tmp json)"
	assert_output "$gaps"
	run sort -nc <(numbers "$(tmp json)")
	assert_success
}

@test "a reader that stops, --overflow=block: the agent is held, nothing goes" {
	stopped_reader --overflow=block --overload-grace 500ms
	assert_same <(seq 60000) <(numbers "$(tmp json)")
	run jq -c 'select(.kind == "gap")' "$(tmp json)"
	assert_output ''
}

# --- what the agent counts ---------------------------------------------------------------

# metrics_server: serves $(tmp metrics) in chunks; its address is in $METRICS
metrics_server() {
	node -e 'const fs = require("fs"), f = process.argv[1];
		const s = require("http").createServer((q, r) => {
			for (const l of fs.readFileSync(f, "utf8").split(/^/m)) r.write(l);
			r.end();
		}).listen(0, "127.0.0.1", () => console.log(s.address().port))' \
		"$(tmp metrics)" >"$(tmp port)" 3>&- &
	SERVERS+=($!)
	until_true 5 test -s "$(tmp port)"
	METRICS=http://127.0.0.1:$(cat "$(tmp port)")/metrics
}

@test "the agent's loss counters: what they moved becomes gaps" {
	cat >"$(tmp metrics)" <<-'EOF'
	# HELP tetragon_bpf_missed_events_total of BPF
	# TYPE tetragon_bpf_missed_events_total counter
	tetragon_bpf_missed_events_total{error="EAGAIN",msg_op="13"} 5
	tetragon_bpf_missed_events_total{error="a\"}b 9",msg_op="14"} 2
	tetragon_notify_overflowed_events_total 100
	tetragon_events_total{type="X"} 1e+06
	tetragon_observer_ringbuf_events_lost_total NaN
	this is no sample
	EOF
	metrics_server
	agent --count 4 --end hang
	tetra-tap --address "$ADDR" --agent-metrics "$METRICS" \
		--agent-metrics-interval 200ms >"$(tmp out)" 2>"$(tmp err)" 3>&- &
	local tap=$!
	until_true 10 has_events "$(tmp out)" 4
	sed 's/14"} 2/14"} 12/' "$(tmp metrics)" >"$(tmp m2)"
	mv "$(tmp m2)" "$(tmp metrics)"
	until_true 5 grep -q agent_counter "$(tmp out)"
	sed 's/total 100/total 3/' "$(tmp metrics)" >"$(tmp m2)"
	mv "$(tmp m2)" "$(tmp metrics)"
	kill -TERM $tap
	wait $tap || true
	run jq -c 'select(.kind == "gap") | [.reason, .count, .scope, .unknown,
		.from < .to]' "$(tmp out)"
	assert_line --index 0 '["agent_counter","10","tetragon_bpf_missed_events_total",null,true]'
	assert_line --index 1 '["agent_counter","3","tetragon_notify_overflowed_events_total",true,true]'
	assert_equal "${#lines[@]}" 2
	assert_equal "$(cat "$(tmp err)")" ""
}

@test "metrics that cannot be read are said, the stream goes on" {
	agent --count 4 --end ok
	live --no-reconnect --agent-metrics http://127.0.0.1:1/metrics \
		>"$(tmp out)" 2>"$(tmp err)"
	assert_same <(seq 4) <(numbers "$(tmp out)")
	assert_regex "$(cat "$(tmp err)")" "cannot read the agent's metrics: "
}

# --- health -----------------------------------------------------------------------------

@test "/healthz and /metrics say how the stream is doing" {
	local port=$((20000 + RANDOM % 10000))
	agent --count 20 --end hang
	tetra-tap --address "$ADDR" --metrics-listen "127.0.0.1:$port" \
		>"$(tmp out)" 2>"$(tmp err)" 3>&- &
	local tap=$!
	SERVERS+=($tap)
	until_true 10 has_events "$(tmp out)" 20
	get() { curl -s -o "$(tmp body)" -w '%{http_code}' \
		"http://127.0.0.1:$port$1"; }
	until_true 5 eval 'get /healthz; grep -q 2023 "$(tmp body)"' >/dev/null
	assert_equal "$(get /healthz)" 200
	assert_regex "$(cat "$(tmp body)")" \
		'^connected; lag [0-9.]+ s; last event 2023-11-14T22:13:40.000020Z; '
	assert_equal "$(get /metrics)" 200
	run awk '/^#/ { next } !/^[a-z_]+({[^}]*})? [0-9.e+-]+$/' "$(tmp body)"
	assert_output ''
	run grep -E '^(tetragon_connected|tetragon_events_total) ' "$(tmp body)"
	assert_line 'tetragon_connected 1'
	assert_line 'tetragon_events_total 20'
	kill -9 "$PID"
	until_true 5 eval '[ "$(get /healthz)" = 503 ]'
	assert_regex "$(cat "$(tmp body)")" '^not connected'
}

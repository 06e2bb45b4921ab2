# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the live tests share: servers that run beside a test, and how their
# numbered events (tests/live/agent.js) are found again.

LIVE=$ROOT/tests/live
BENCH=$ROOT/build/release/bench

setup() {
	CERTS=$BATS_FILE_TMPDIR/certs
	SERVERS=()
}

teardown() {
	local p
	for p in "${SERVERS[@]}"; do
		kill -9 "$p" 2>/dev/null || true
		wait "$p" 2>/dev/null || true
	done
}

# serve COMMAND...: starts a server that prints "ready ADDRESS"; the address is
# in $ADDR, its pid in $PID
serve() {
	local out
	out=$(tmp "ready.$RANDOM$RANDOM")
	"$@" >"$out" 2>"$out.err" 3>&- &
	PID=$!
	SERVERS+=("$PID")
	for _ in $(seq 200); do
		! grep -q '^ready' "$out" || break
		kill -0 "$PID" 2>/dev/null || fail "$(cat "$out.err")"
		sleep 0.05
	done
	ADDR=$(sed -n 's/^ready //p' "$out")
}

# agent ARG...: numbered events; what it logs is in $(tmp log)
agent() { serve node "$LIVE/agent.js" --log "$(tmp log)" "$@"; }

# scripted ARG...: given bytes, step by step
scripted() { serve node "$LIVE/scripted.js" --log "$(tmp log)" "$@"; }

# until_true SECONDS COMMAND...
until_true() {
	local n=$(($1 * 20))
	shift
	while ! "$@"; do
		((n-- > 0)) || fail "never came true: $*"
		sleep 0.05
	done
}

has_events() { [ "$(grep -c node_name "$1")" -ge "$2" ]; }

# numbers FILE: of the events, in their order
numbers() { jq -r 'select(.kind == "tetragon") | .node_name[1:]' "$1"; }

live() { timeout 30 tetra-tap --address "$ADDR" "$@"; }

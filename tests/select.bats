#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Selection: what the options pick is what jq picks from the same events.

load lib

setup_file() {
	load lib
	export ALL=$BATS_FILE_TMPDIR/all.json
	{ event_files | xargs cat; cat "$MADE"; zcat "$DEMO"; made; } |
		tetra-tap -q --replay - | grep '"kind":"tetragon"' >"$ALL"
}

# More of what selection looks at than the dumps have.
made() {
	local p='"binary":"/usr/bin/app","arguments":"--port 80"'
	echo "{\"process_exec\":{\"process\":{\"pid\":10,$p,\"pod\":{\"namespace\":\"shop\",\"name\":\"cart-1\",\"pod_labels\":{\"app\":\"cart\",\"tier\":\"web\"},\"container\":{\"name\":\"main\",\"maybe_exec_probe\":true}},\"docker\":\"0123456789abcdef\",\"in_init_tree\":true,\"cap\":{\"effective\":[\"CAP_SYS_ADMIN\",\"CAP_CHOWN\"]}},\"parent\":{\"pid\":9,\"binary\":\"/bin/sh\",\"arguments\":\"-c x\"},\"ancestors\":[{\"binary\":\"/sbin/init\"}]},\"time\":\"2026-01-01T00:00:01Z\"}"
	echo "{\"process_kprobe\":{\"process\":{\"pid\":11,$p,\"pod\":{\"namespace\":\"shop\",\"name\":\"cart-2\",\"pod_labels\":{\"app\":\"cart\"},\"container\":{\"name\":\"sidecar\"}},\"in_init_tree\":false},\"parent\":{\"pid\":10,\"binary\":\"/usr/bin/app\"},\"policy_name\":\"connect\",\"function_name\":\"tcp_connect\"},\"time\":\"2026-01-01T00:00:02Z\"}"
	echo "{\"process_exit\":{\"process\":{\"pid\":12,\"binary\":\"/bin/grep\"},\"parent\":{\"pid\":11}},\"time\":\"2026-01-01T00:00:03Z\"}"
	echo '{"process_loader":{"process":{"pid":12,"binary":"/bin/grep"},"path":"/lib/x.so"}}'
	echo '{"process_throttle":{"type":"THROTTLE_START","cgroup":"x"},"time":"2026-01-01T00:00:04Z"}'
	echo '{"rate_limit_info":{"number_of_dropped_process_events":"3"},"time":"2026-01-01T00:00:05Z"}'
	echo '{"process_connect":{"of":"the enterprise"},"time":"2026-01-01T00:00:06Z"}'
	echo '{"@timestamp":"x","process_lsm":{"process":{"pid":13,"pod":{"namespace":"shop","name":"nocontainer","pod_labels":{"app":"db","rank":"-7","empty":"","in":"x","k8s.io/size":"12"}}},"function_name":"file_open","args":[{"string_arg":"a","label":"l"},{"int_arg":1}]},"time":"2026-01-01T00:00:07Z"}'
}

# The message of an event of a type that we know: what is in others (of the
# enterprise) is kept, but nobody here can tell what their fields mean.
JQ='def b: .[keys_unsorted | map(select(test(
	"^(process_(exec|exit|kprobe|tracepoint|uprobe|usdt|lsm|loader)|test)$")))
	| first // ""] // {};'

# selects OPTIONS... -- FILTER: the same events by tetra-tap and by jq, and
# neither all nor none (unless that is the point: MAY=1)
selects() {
	local opts=() n all
	while [ "$1" != -- ]; do
		opts+=("$1")
		shift
	done
	run --separate-stderr -0 tetra-tap --replay "$ALL" "${opts[@]}"
	echo "$output" >"$(tmp out)"
	assert_same <(jq -cS "$JQ select($2)" "$ALL") \
		<(jq -cS 'select(.kind == "tetragon")' "$(tmp out)")
	n=$(grep -c '"kind":"tetragon"' "$(tmp out)") || true
	all=$(wc -l <"$ALL")
	((n > 0 && n < all)) || fail "${opts[*]}: $n of $all"
	assert_equal "${opts[*]}: $(ledger "$(tmp out)" tetra-tap \
		'[(.in | n), (.dropped.filtered | n), balanced] | tojson')" \
		"${opts[*]}: [$all,$((all - n)),true]"
}

@test "-e, --event-types: with and without PROCESS_, many, in any case" {
	selects -e PROCESS_EXEC -- .process_exec
	selects -e exec,Exit -- '.process_exec or .process_exit'
	# Whatever stands before the event in its object.
	selects -e lsm --pid 13 -- '.process_lsm and b.process.pid == 13'
	selects -e loader -e RATE_LIMIT_INFO -- '.process_loader or .rate_limit_info'
	run --separate-stderr -2 tetra-tap --replay "$ALL" -e PROCESS_NIX
	assert_regex "$stderr" "unknown event type 'PROCESS_NIX'"
}

@test "--namespace, --host, --namespace-regex" {
	selects -n shop -- 'b.process.pod.namespace == "shop"'
	selects -n shop,default -- 'b.process.pod.namespace
		| . == "shop" or . == "default"'
	selects --host -- 'b.process and (b.process.pod | not)'
	selects --host -n shop -- 'b.process and
		((b.process.pod | not) or b.process.pod.namespace == "shop")'
	selects --namespace-regex '^(sh|de)' -- 'b.process.pod.namespace // ""
		| test("^(sh|de)")'
}

@test "--process, --pod, --container" {
	selects --process 'bin/(app|grep)$' -- 'b.process.binary // ""
		| test("bin/(app|grep)$")'
	selects --pod 'cart-[0-9]' --pod xwing -- 'b.process.pod.name // ""
		| test("cart-[0-9]|xwing")'
	selects --container '^side' -- 'b.process.pod.container.name // ""
		| test("^side")'
	# What matches the empty name needs a container all the same.
	selects --container '^(main)?$' -- 'b.process.pod.container |
		. and (.name // "" | test("^(main)?$"))'
	# A comma parts expressions, but for one inside of brackets.
	selects --pod '^cart-.{1,2}$' -- 'b.process.pod.name // ""
		| test("^cart-.{1,2}$")'
	selects --pod 'cart-[0-9],xwing' -- 'b.process.pod.name // ""
		| test("cart-[0-9]|xwing")'
	selects --process '/[,(x]app,bin/(app|,)$,\,' -- \
		'b.process.binary // "" | test("/[,(x]app|bin/(app|,)$|,")'
}

@test "--labels: the operators of Kubernetes" {
	local pod='b.process.pod' l='(b.process.pod.pod_labels // {})'
	selects --labels app=cart -- "$l.app == \"cart\""
	selects --labels app==cart,tier -- "$l.app == \"cart\" and $l.tier"
	selects --labels 'app in (cart, x),!tier' -- \
		"$l.app == \"cart\" and ($l.tier | not)"
	selects --labels 'app!=cart' -- "$pod and $l.app != \"cart\""
	selects --labels 'tier notin (web)' -- "$pod and $l.tier != \"web\""
	selects --labels nix=1 --labels tier=web -- "$l.tier == \"web\""
	selects --labels 'rank<0,k8s.io/size>11' -- "$l.rank == \"-7\""
	selects --labels 'k8s.io/size > 12' --labels 'rank<-7' --labels 'in in (y)' \
		--labels app=cart -- "$l.app == \"cart\""
	selects --labels 'in in (x)' -- "$l.in"
	selects --labels 'empty=' -- "$l.empty == \"\""
	selects --labels 'empty in (a,)' -- "$l.empty == \"\""
	selects --labels 'app,rank notin (1, 2), !nix' -- "$l.app"
}

@test "--labels: what kubectl refuses is refused" {
	local bad
	for bad in 'a in' 'a in (b' '=b' 'a~b' 'a b' '!' 'a,' 'a,,b' ',' \
		'a in ()' 'a=b/c' 'A.io/b' 'a/b/c' 'a..b/c' '-a' 'a>x' 'a<' \
		'a>9223372036854775808' 'a=-b' '!!a' '!a=b' 'a!b' \
		"$(printf 'a%.0s' {1..64})"; do
		run --separate-stderr -2 tetra-tap --replay "$ALL" --labels "$bad"
		assert_regex "$stderr" 'bad filter: labels .* at [0-9]+'
	done
	printf '{"labels":["\\u0000"]}' >"$(tmp list)"
	run -2 tetra-tap --replay "$ALL" --allow-list "$(tmp list)"
}

@test "--policy-names, --pid, --in-init-tree" {
	selects --policy-names connect,other -- 'b.policy_name == "connect"'
	selects --pid 10,12 -- 'b.process.pid | . == 10 or . == 12'
	selects --in-init-tree -- 'b.process.in_init_tree'
	run -2 tetra-tap --replay "$ALL" --pid x
}

@test "all options must hold, one value of each is enough" {
	selects -n shop -e exec,kprobe --process app --labels tier -- \
		'b.process.pod.pod_labels.tier == "web"'
}

@test "expressions of RE2 only, linear on any text" {
	local re
	for re in '(?=a)' '(a)\1' '(?<!x)y' '('; do
		run --separate-stderr -2 tetra-tap --replay "$ALL" --pod "$re"
		assert_regex "$stderr" "pod_regex"
	done
	run timeout 10 tetra-tap --replay "$ALL" --process '(a*)*(a*)*b$'
	assert_success
}

@test "lists from files: any filter of the allow list, none of the deny list" {
	cat >"$(tmp deny)" <<-'EOF'
	{"health_check": true}
	{"namespace":["", "cilium", "kube-system"]}
	EOF
	local health='(b.process.pod.container.maybe_exec_probe or
		b.parent.pod.container.maybe_exec_probe)'
	selects --deny-list "$(tmp deny)" -- "($health or (b.process and
		((b.process.pod | not) or (b.process.pod.namespace |
		. == \"cilium\" or . == \"kube-system\")))) | not"
	echo '{"event_set":["PROCESS_EXEC"],"parent_binary_regex":["sh$"]}
		{"eventSet":[5]} {"pid":[11]}' >"$(tmp allow)"
	selects --allow-list "$(tmp allow)" -- '.process_exit or
		b.process.pid == 11 or
		(.process_exec and (b.parent.binary // "" | test("sh$")))'
	echo '{"ancestor_binary_regex":["init"]} {"container_id":["^0123"]}
		{"parent_arguments_regex":["^-c"]} {"arguments_regex":["port"],
		"capabilities":{"effective":{"all":["CAP_SYS_ADMIN"]}}}' >"$(tmp allow)"
	selects --allow-list "$(tmp allow)" -- 'b.process.pid == 10 or
		(b.parent.arguments // "" | test("^-c")) or
		(b.process.docker // "" | test("^0123"))'
	echo '{"health_check": false, "in_init_tree": false}' >"$(tmp allow)"
	selects --allow-list "$(tmp allow)" -- "b.process and ($health | not) and
		(b.process.in_init_tree | not)"
}

@test "lists: an array is as good as objects in a row, in both forms of names" {
	local want='b.process.pid == 11 or .process_exit'
	printf ' [ {"pid":[11]} ,\n{"event_set":["PROCESS_EXIT"]}]\n' >"$(tmp list)"
	selects --allow-list "$(tmp list)" -- "$want"
	echo '{"pid":[11]}{"eventSet":["PROCESS_EXIT"]}' >"$(tmp list)"
	selects --allow-list "$(tmp list)" -- "$want"
	echo '{"parentBinaryRegex":["sh$"],"inInitTree":true}' >"$(tmp list)"
	selects --allow-list "$(tmp list)" -- 'b.process.in_init_tree and
		(b.parent.binary // "" | test("sh$"))'
	for l in '[]' ' ' '{}' '[{}]' '{"pid":[]}' '{"labels":null}'; do
		echo "$l" >"$(tmp list)"
		run bash -c 'tetra-tap -q --replay "$1" --allow-list "$2" |
			grep -c "kind\":\"tetragon"' _ "$ALL" "$(tmp list)"
		assert_output "$(wc -l <"$ALL")"
	done
}

@test "lists: capabilities, any, all, exactly and none of a set" {
	local eff='(b.process.cap | select(.) | .effective // [])' how want
	while IFS=: read -r how want; do
		echo "{\"capabilities\":{\"effective\":{\"$how\":[\"CAP_CHOWN\",\"CAP_SYS_ADMIN\"]}}}" \
			>"$(tmp list)"
		selects --allow-list "$(tmp list)" -- \
			"([\"CAP_CHOWN\",\"CAP_SYS_ADMIN\"]) as \$w | $eff | $want"
	done <<-'EOF'
	any:any(IN($w[]))
	all:($w - .) == []
	exactly:unique == $w
	none:(any(IN($w[])) | not)
	EOF
}

@test "a set of processes and what they start" {
	echo '{"pid_set":[9]}' >"$(tmp allow)"
	selects --allow-list "$(tmp allow)" -- 'b.process.pid |
		. == 9 or . == 10 or . == 11 or . == 12'
}

@test "lists with mistakes are refused with the place" {
	local l
	while IFS='|' read -r l why; do
		printf '{"pid":[1]} %s' "$l" >"$(tmp list)"
		run --separate-stderr -2 tetra-tap --replay "$ALL" \
			--allow-list "$(tmp list)"
		assert_regex "$stderr" "$why"
	done <<-'EOF'
	{"nix":[1]}|byte 12: tetragon.Filter has no "nix"
	{"capabilities":{"effective":{"all":["CAP_CHOWN"],"nix":1}}}|byte 12: tetragon.CapFilterSet has no "nix"
	{"event_set":["PROCESS_NIX"]}|byte 12: tetragon.Filter has no "event_set"
	{"@pb":"oAEB"}|byte 12: tetragon.Filter has no field 20
	{"@pb":"CAE="}|byte 12: tetragon.Filter has no field 1
	{"pid":["x"]}|byte 20: not an integer
	[1]|byte 1[23]: not a JSON object
	{"pid":[1]|byte 22: not a JSON object
	{"binary_regex":["("]}|binary_regex
	{"capabilities":{"effective":{}}}|exactly one
	{"cel_expression":["true"]}|CEL
	EOF
	run --separate-stderr -2 tetra-tap --replay "$ALL" --deny-list /nix
	assert_regex "$stderr" 'No such file'
	run -2 tetra-tap --replay "$ALL" --allow-list "$(tmp list)" -n x
	while IFS='|' read -r l why; do
		printf '%s' "$l" >"$(tmp list)"
		run --separate-stderr -2 tetra-tap --replay "$ALL" \
			--deny-list "$(tmp list)"
		assert_regex "$stderr" "bad --deny-list '.*list': $why"
	done <<-'EOF'
	[{"pid":[1]}|byte 12: no ',' or '\]'
	[{"pid":[1]},]|byte 13: not a JSON object
	[{"pid":[1]}] {}|byte 14: something behind the array
	{"pid":[1]}]|byte 11: not a JSON object
	EOF
}

@test "CEL is refused on replay, not ignored" {
	run --separate-stderr -2 tetra-tap --replay "$ALL" --cel-expression true
	assert_regex "$stderr" CEL
}

# --- time and number ------------------------------------------------------------

@test "--since and --until; an event without time goes with the one before" {
	made | tap --since 2026-01-01T00:00:02Z --until 2026-01-01T00:00:05Z \
		>"$(tmp out)"
	run jq -c 'select(.kind == "tetragon") | .time // "none"' "$(tmp out)"
	assert_output '"2026-01-01T00:00:02Z"
"2026-01-01T00:00:03Z"
"none"
"2026-01-01T00:00:04Z"'
	now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	echo "{\"process_exit\":{},\"time\":\"$now\"}" >"$(tmp in)"
	made >>"$(tmp in)"
	run bash -c 'tetra-tap --replay "$1" --since 1h | grep -c process_exit' _ \
		"$(tmp in)"
	assert_output 1
	run -2 tetra-tap --since yesterday --replay "$(tmp in)"
	run --separate-stderr -2 tetra-tap --since 1h --until 2h --replay "$(tmp in)"
	assert_regex "$stderr" '--since is not before --until'
}

@test "--since with a part of a second" {
	local from
	from=$(date -u +%s)
	jq -nc --argjson t "$from" '{process_exit: {}, time: ($t - 3 | todate)},
		{process_exit: {}, time: ($t + 5 | todate)}' >"$(tmp in)"
	run bash -c 'tetra-tap --replay "$1" --since 1500ms | grep -c process_exit' _ \
		"$(tmp in)"
	assert_output 1
}

@test "--max-events: so many are written, the ledger says it is not all" {
	run --separate-stderr -0 tetra-tap --replay "$ALL" -e exec --max-events 3
	echo "$output" >"$(tmp out)"
	assert_same <(jq -cS 'select(.process_exec)' "$ALL" | head -n 3) \
		<(jq -cS 'select(.kind == "tetragon")' "$(tmp out)")
	assert_equal "$(ledger "$(tmp out)" tetra-tap \
		'[.out, .complete, balanced] | tojson')" '["3",false,true]'
}

# --- fields -------------------------------------------------------------------------

# fields OPTIONS... -- FILTER: every event as jq would have it
fields() {
	local opts=()
	while [ "$1" != -- ]; do
		opts+=("$1")
		shift
	done
	assert_same <(jq -cS "$2" "$ALL") \
		<(tetra-tap -q --replay "$ALL" "${opts[@]}" |
			jq -cS 'select(.kind == "tetragon")')
}

# each FILTER: the filter on an event's own message
each() { echo "with_entries(if (.key | test(\"^(process_(exec|exit|kprobe|tracepoint|uprobe|usdt|lsm|loader|throttle)|test|rate_limit_info)\$\")) then .value |= ($1) else . end)"; }

@test "-F leaves out, -f leaves in, also deep ones; the rest of the event stays" {
	fields -F process,parent -- "$(each 'del(.process, .parent)')"
	fields -F process.pod.pod_labels,args -- \
		"$(each 'del(.process.pod.pod_labels?, .args)')"
	fields -f process.pid,process.binary -- "$(each 'if has("process") then
		{process: (.process | with_entries(select(.key == "pid" or
			.key == "binary")))} else {} end')"
	fields -f process -F process.pod -- "$(each 'if has("process") then
		{process: (.process | del(.pod))} else {} end')"
	fields -F process.execId,process.pod.podLabels -- \
		"$(each 'del(.process.exec_id?, .process.pod.pod_labels?)')"
	fields -f process.startTime -- "$(each 'if has("process") then
		{process: (.process | with_entries(select(.key == "start_time")))}
		else {} end')"
	fields -F args.string_arg -- "$(each 'if .args then
		.args |= map(del(.string_arg)) else . end')"
	local bad
	for bad in process.nix process. .process '' process,,parent nix; do
		run --separate-stderr -2 tetra-tap --replay "$ALL" -f "$bad"
		assert_regex "$stderr" "no event has a field '"
	done
}

@test "a part of an argument: here it can be included, by an agent not" {
	fields -f args.int_arg -- "$(each 'if .args then {args: (.args |
		map(with_entries(select(.key == "int_arg"))))} else {} end')"
	run --separate-stderr -2 tetra-tap --address unix:///nix -f args.int_arg
	assert_regex "$stderr" 'no agent can include a part of an argument'
}

@test "of a path and a longer one the longer one counts, in any order" {
	local pid='if has("process") then {process: (.process |
		with_entries(select(.key == "pid")))} else {} end'
	fields -f process,process.pid -- "$(each "$pid")"
	fields -f process.pid,process -- "$(each "$pid")"
	fields -F process,process.pid -- "$(each 'del(.process.pid?)')"
}

@test "an event that is no event is not cut in silence" {
	# Field 10 (tracepoint) holds a process whose length is wrong.
	printf '\005\122\003\012\011x' |
		tetra-tap -q --replay - --input-format tetragon-pb \
			-f process.pid >"$(tmp out)" 2>/dev/null || st=$?
	assert_equal "$st" 1
	assert_equal "$(ledger "$(tmp out)" tetra-tap '[.in, .dropped, balanced] |
		tojson')" '["1",{"malformed_event":"1"},true]'
}

# judged BYTES OPTIONS...: what became of an event in the agent's own frames
judged() {
	local bytes=$1
	shift
	# shellcheck disable=SC2059
	printf "$bytes" | tetra-tap -q --replay - --input-format tetragon-pb \
		"$@" >"$(tmp out)" 2>/dev/null || true
	ledger "$(tmp out)" tetra-tap '[.out, .dropped, balanced] | tojson'
}

@test "an event that is malformed is bad where somebody looks, and only there" {
	# Execs: the message is wrong, its process is, the process's pod is.
	local message='\005\012\003\012\011x' \
		process='\007\012\005\012\003\012\011x' \
		pod='\011\012\007\012\005\122\003\012\011x' \
		bad='["0",{"malformed_event":"1"},true]'
	local e
	for e in "$message" "$process"; do
		assert_equal "$(judged "$e" --pid 1)" "$bad"
		assert_equal "$(judged "$e" --process x)" "$bad"
		assert_equal "$(judged "$e" --host)" "$bad"
	done
	assert_equal "$(judged "$pod" -n x)" "$bad"
	assert_equal "$(judged "$pod" --pod x)" "$bad"
	echo '{"health_check":false}' >"$(tmp list)"
	assert_equal "$(judged "$pod" --allow-list "$(tmp list)")" "$bad"
	assert_equal "$(judged "$pod" --deny-list "$(tmp list)")" "$bad"
	for e in "$message" "$process" "$pod"; do
		assert_equal "$(judged "$e" -e exit)" '["0",{"filtered":"1"},true]'
	done
}

@test "what is not selected is counted in the metrics, and no error" {
	run --separate-stderr -0 tetra-tap --replay "$ALL" -e exec \
		--metrics-file "$(tmp metrics)"
	assert_equal "$(sed -n 's/^tetragon_events_filtered //p' "$(tmp metrics)")" \
		"$(jq -c 'select(.process_exec | not)' "$ALL" | wc -l)"
}

@test "other records pass, whatever is selected" {
	echo '{"kind":"call","function_name":"f"}
		{"kind":"hot_symbol","function_name":"g"}
		{"process_exec":{"process":{"pid":1}}}' |
		tap -q -n nix -F process >"$(tmp out)"
	run jq -c 'select(.kind | IN("ledger", "gap") | not) | .kind' \
		"$(tmp out)"
	assert_output $'"call"\n"hot_symbol"'
}

@test "what is selected is the same in both encodings" {
	tetra-tap -q --replay "$ALL" -n shop -F parent -o pb | tap |
		grep '"kind":"tetragon"' >"$(tmp a)"
	tetra-tap -q --replay "$ALL" -n shop -F parent |
		grep '"kind":"tetragon"' >"$(tmp b)"
	assert_same "$(tmp a)" "$(tmp b)"
}

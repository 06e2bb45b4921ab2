# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
#
# What rt-pgload does besides loading, and who may do what: init, migrate and
# their roles, TLS, the queries, and a schema that can be spread over machines.

load lib
load pg
load pgload

# as ROLE COMMAND...: a member of that role, who can log in
as() {
	local role=$1
	shift
	psql -Xqd postgres -c "SET client_min_messages = error" \
		-c "DO \$\$ BEGIN CREATE ROLE a_$role LOGIN;
		EXCEPTION WHEN duplicate_object THEN END \$\$" \
		-c "GRANT signals_$role TO a_$role"
	PGUSER=a_$role "$@"
}

# refused ROLE SQL
refused() {
	run as "$1" pg_sql -c "$2"
	assert_failure
	assert_output --partial 'permission denied'
}

# --- roles -------------------------------------------------------------------

@test "init makes three roles, none of which can log in" {
	init
	run value "string_agg(rolname || rolcanlogin || rolsuper ||
		rolcreaterole, ',' ORDER BY rolname) FROM pg_roles
		WHERE rolname LIKE 'signals%'"
	assert_output "signals_loaderfalsefalsefalse,\
signals_ownerfalsefalsefalse,signals_readerfalsefalsefalse"
	run value "string_agg(DISTINCT tableowner, ',') FROM pg_tables
		WHERE schemaname = 'signals'"
	assert_output signals_owner
}

@test "signals_loader loads, twice; it deletes nothing" {
	init
	stream 2 20 >"$(tmp in)"
	as loader rt-pgload -q <"$(tmp in)"
	as loader rt-pgload -q <"$(tmp in)"
	assert_same <(expected "$(tmp in)") <(loaded)
	for t in hot_symbols hot_symbol_callers packages_seen batches \
		windows gaps ledgers schema_version; do
		refused loader "DELETE FROM signals.$t"
		refused loader "TRUNCATE signals.$t"
	done
	refused loader "UPDATE signals.gaps SET node = 'x'"
	refused loader "UPDATE signals.ledgers SET complete = true"
	refused loader "UPDATE signals.batches SET digest = 'x'"
	refused loader "UPDATE signals.hot_symbols SET image_digest = 'x'"
	refused loader "INSERT INTO signals.schema_version VALUES (9)"
	refused loader "CREATE TABLE signals.mine (x int)"
	same_as_clean "$(tmp in)"
}

@test "signals_reader reads and asks; it changes and loads nothing" {
	init
	stream 1 9 | rt-pgload -q
	run as reader rt-pgload query hot-path sha256:1
	assert_success
	assert_equal "$(as reader pg_sql -c \
		'SELECT count(*) FROM signals.hot_symbols')" 9
	refused reader "INSERT INTO signals.gaps DEFAULT VALUES"
	refused reader "UPDATE signals.hot_symbols SET invocation_count = 0"
	refused reader "DELETE FROM signals.windows"
	stream 2 9 >"$(tmp in)"
	run as reader rt-pgload <"$(tmp in)"
	assert_failure 3
	assert_output --partial 'permission denied'
}

@test "who is member of none sees nothing" {
	init
	psql -Xqd postgres -c "DROP ROLE IF EXISTS stranger" \
		-c "CREATE ROLE stranger LOGIN"
	PGUSER=stranger run pg_sql -c 'SELECT * FROM signals.hot_symbols'
	assert_failure
	assert_output --partial 'permission denied for schema signals'
	PGUSER=stranger run rt-pgload query hot-path x
	assert_failure 3
}

@test "signals_owner migrates; init without a right to make roles says so" {
	init
	run as owner rt-pgload migrate
	assert_success
	run as owner pg_sql -c 'ALTER TABLE signals.gaps ADD COLUMN x int'
	assert_success
	psql -Xqd postgres -c "CREATE ROLE plain_$BATS_TEST_NUMBER LOGIN" \
		-c "GRANT CREATE ON DATABASE $PGDATABASE
			TO plain_$BATS_TEST_NUMBER"
	pg_sql -c 'DROP SCHEMA signals CASCADE' 2>/dev/null
	PGUSER=plain_$BATS_TEST_NUMBER run rt-pgload init
	assert_success
	assert_output --partial 'no right to make roles'
	stream 1 1 >"$(tmp in)"
	PGUSER=plain_$BATS_TEST_NUMBER run rt-pgload -q <"$(tmp in)"
	assert_success
}

@test "init by a user with CREATEROLE who is no superuser" {
	psql -Xqd postgres -c "CREATE ROLE dba_$BATS_TEST_NUMBER LOGIN
		CREATEROLE" -c "ALTER DATABASE $PGDATABASE
		OWNER TO dba_$BATS_TEST_NUMBER"
	PGUSER=dba_$BATS_TEST_NUMBER run rt-pgload init
	assert_success
	refute_output --partial error
	stream 1 5 >"$(tmp in)"
	as loader rt-pgload -q <"$(tmp in)"
	assert_same <(expected "$(tmp in)") <(loaded)
}

@test "migrate without a schema: exit 2, and none is made" {
	run rt-pgload migrate
	assert_failure 2
	assert_output --partial "hint: 'rt-pgload init' creates it"
	assert_equal "$(value "to_regnamespace('signals') IS NULL")" t
}

# --- TLS ---------------------------------------------------------------------

# certificates DIR: an authority, a server's certificate by it, another one's
certificates() {
	local d=$1
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca \
		-keyout "$d/ca.key" -out "$d/ca.crt" 2>/dev/null
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other \
		-keyout "$d/other.key" -out "$d/other.crt" 2>/dev/null
	openssl req -newkey rsa:2048 -nodes -subj /CN=localhost \
		-keyout "$d/server.key" -out "$d/server.csr" 2>/dev/null
	openssl x509 -req -in "$d/server.csr" -CA "$d/ca.crt" \
		-CAkey "$d/ca.key" -CAcreateserial -days 2 \
		-out "$d/server.crt" 2>/dev/null
}

@test "TLS: verify-full takes the right certificate and no other" {
	certificates "$(tmp .)"
	chmod 755 "$(tmp .)"
	install -m 600 "$(tmp server.key)" "$PG_DIR/data/server.key"
	install -m 600 "$(tmp server.crt)" "$PG_DIR/data/server.crt"
	[ "$(id -u)" != 0 ] ||
		chown postgres: "$PG_DIR/data/server.key" "$PG_DIR/data/server.crt"
	port=$((20000 + RANDOM % 20000))
	cp -p "$PG_DIR/data/pg_hba.conf" "$PG_DIR/data/hba.tls"
	psql -Xqd postgres -c "SET password_encryption = 'scram-sha-256'" \
		-c "DROP ROLE IF EXISTS tls" -c "CREATE ROLE tls LOGIN SUPERUSER
		PASSWORD 's3cret'"
	printf 'local all all trust\nhostssl all all 127.0.0.1/32 %s\n' \
		scram-sha-256 >"$PG_DIR/data/hba.tls"
	pg_halt
	PG_OPTIONS="-c ssl=on -c listen_addresses=127.0.0.1 -c port=$port \
		-c hba_file=$PG_DIR/data/hba.tls" pg_run
	printf '*:*:*:tls:s3cret\n' >"$(tmp pgpass)"
	chmod 600 "$(tmp pgpass)"
	cat >"$(tmp service)" <<-EOF
		[good]
		host=localhost
		port=$port
		user=tls
		dbname=$PGDATABASE
		sslmode=verify-full
		sslrootcert=$(tmp ca.crt)
	EOF
	printf 'rt-pgload:\n  db: service=good\n' >"$(tmp config.yaml)"
	local rc=0
	(
		export PGSERVICEFILE PGPASSFILE
		PGSERVICEFILE=$(tmp service) PGPASSFILE=$(tmp pgpass)
		unset PGHOST PGPORT PGUSER PGDATABASE
		rt-pgload init --db service=good
		stream 1 3 | rt-pgload -q --config "$(tmp config.yaml)"
		psql -Xqtc "SELECT 'tls: ' || ssl FROM pg_stat_ssl
			WHERE pid = pg_backend_pid()" service=good
		for wrong in "sslrootcert=$(tmp other.crt)" host=127.0.0.1 \
			sslmode=disable user=nobody; do
			rt-pgload --db "service=good $wrong" </dev/null || echo "exit $?"
		done
		PGPASSFILE=/nonexistent rt-pgload --db service=good </dev/null ||
			echo "exit $?"
	) >"$(tmp out)" 2>&1 || rc=$?
	pg_halt
	pg_run
	run cat "$(tmp out)"
	assert_equal $rc 0
	assert_output --partial 'tls: true'
	assert_output --partial 'certificate verify failed'
	assert_output --partial 'does not match host name "127.0.0.1"'
	assert_output --partial 'no encryption'
	assert_output --partial 'no password supplied'
	assert_equal "$(grep -c '^exit 2' "$(tmp out)")" 5
	refute_output --partial s3cret
	assert_equal "$(value 'count(*) FROM signals.hot_symbols')" 3
}

# --- queries -----------------------------------------------------------------

@test "query observed: yes, no, and how complete" {
	init
	stream 2 30 | rt-pgload -q
	run rt-pgload query observed sha256:1 pkg:deb/debian/p2@1 f7
	assert_success
	assert_equal "$(jq -c 'del(.windows)' <<<"$output")" \
		'{"kind":"answer","query":"observed","image_digest":"sha256:1","purl":"pkg:deb/debian/p2@1","function_name":"f7","observed":true}'
	assert_equal "$(jq -c .windows <<<"$output")" \
		'{"known":"2","complete":"2","from":"2026-01-01T00:00:00.000000Z","to":"2026-01-01T00:02:00.000000Z","gaps":"2"}'
	run rt-pgload query observed sha256:1 pkg:deb/debian/p2@1 f8
	assert_equal "$(jq -c .observed <<<"$output")" false
	run rt-pgload query observed -o table sha256:1 pkg:deb/debian/p2@1 f7
	assert_line --index 0 exists
	assert_line --index 1 t
	assert_line --index 2 --partial '2 of 2 windows complete, 2 gaps'
}

@test "query package and hot-path: what psql finds, as JSON and as table" {
	init
	stream 2 200 | rt-pgload -q
	pg_sql -c "SELECT function_name, invocation_count
		FROM signals.hot_symbols WHERE image_digest = 'sha256:1'
		AND purl = 'pkg:deb/debian/p2@1'
		ORDER BY invocation_count DESC" >"$(tmp want)"
	rt-pgload query package sha256:1 pkg:deb/debian/p2@1 >"$(tmp out)"
	assert_same "$(tmp want)" <(jq -r '.functions[] |
		"\(.function_name)|\(.invocation_count)"' "$(tmp out)")
	assert_equal "$(jq -c '.functions[0].sample_stack[0].module' \
		"$(tmp out)")" '"/lib/m.so"'
	rt-pgload query hot-path sha256:1 >"$(tmp out)"
	pg_sql -c "SELECT purl, function_name, sum(invocation_count) AS n
		FROM signals.hot_symbols WHERE image_digest = 'sha256:1'
		GROUP BY 1, 2 ORDER BY n DESC LIMIT 100" >"$(tmp want)"
	assert_same "$(tmp want)" <(jq -r '.functions[] |
		"\(.purl)|\(.function_name)|\(.total_calls)"' "$(tmp out)")
	run rt-pgload query -o table hot-path sha256:1
	assert_line --index 0 --regexp '^purl +function_name +total_calls$'
	assert_line --index 1 --regexp '^(pkg:\S+)? +f199 +401$'
	run rt-pgload query hot-path 'sha256:none'
	assert_equal "$(jq -c .functions <<<"$output")" '[]'
}

@test "query: completeness is of the windows that were asked for" {
	init
	stream 2 5 n1 | rt-pgload -q
	stream 2 5 n2 | grep -v '"ledger"' | rt-pgload -q --unfinished \
		2>/dev/null || true
	for args in "4 2" "2 2 --node n1" "2 0 --node n2" "0 0 --cluster x" \
		"2 1 --since 2026-01-01T00:01:00Z" \
		"2 1 --until 2026-01-01T00:00:30Z" \
		"0 0 --since 2026-01-02T00:00:00Z"; do
		# shellcheck disable=SC2086
		set -- $args
		known=$1 complete=$2
		shift 2
		run rt-pgload query hot-path "$@" sha256:1
		assert_success
		assert_equal "$(jq -r '.windows | .known + " " + .complete' \
			<<<"$output")" "$known $complete"
		run rt-pgload -q query hot-path --require-complete "$@" sha256:1
		if [ "$known$complete" = 22 ]; then
			assert_success
		else
			assert_failure 1
		fi
	done
}

@test "query: names of hostile programs do not reach the terminal" {
	init
	stream 1 1 | jq -c 'if .kind == "hot_symbol" then
		.function_name = "a\u001b[2Jb\u009bc\"\\" else . end' |
		rt-pgload -q
	run rt-pgload query -o table hot-path sha256:0
	assert_output --partial 'a?[2Jb?c"\'
	run rt-pgload query hot-path sha256:0
	assert_equal "$(jq -r '.functions[0].function_name | length' \
		<<<"$output")" 10
}

@test "query: wrong questions, operands and times are exit 2" {
	for args in query 'query what' 'query observed a b' \
		'query hot-path a b' 'init now' 'destroy' \
		'query hot-path a --since yesterday'; do
		# shellcheck disable=SC2086
		run rt-pgload $args
		assert_failure 2
	done
	run rt-pgload query hot-path x
	assert_failure 2
	assert_output --partial "'rt-pgload init' creates the schema"
	init
	run bash -c 'rt-pgload query hot-path x >/dev/full'
	assert_failure 3
}

# --- spread ------------------------------------------------------------------

@test "every unique key of what grows holds image_digest" {
	init
	run pg_sql -c "SELECT i.indexrelid::regclass FROM pg_index i
		WHERE i.indisunique AND i.indrelid IN (
			'signals.hot_symbols'::regclass,
			'signals.hot_symbol_callers'::regclass,
			'signals.packages_seen'::regclass)
		AND NOT EXISTS (SELECT 1 FROM pg_attribute a
			WHERE a.attrelid = i.indrelid
			AND a.attnum = ANY (i.indkey)
			AND a.attname = 'image_digest')"
	# The seed's own key, which spreading replaces: see rt-pgload(1).
	assert_output 'signals.hot_symbols_pkey'
}

# spread TABLE: the same table, in four partitions by image_digest
spread() {
	psql -Xq -v ON_ERROR_STOP=1 -v t="$1" <<-'SQL'
		ALTER TABLE signals.:t RENAME TO plain;
		CREATE TABLE signals.:t (LIKE signals.plain INCLUDING DEFAULTS
			INCLUDING STORAGE) PARTITION BY HASH (image_digest);
		SELECT format('ALTER TABLE signals.plain DROP CONSTRAINT %I',
				conname),
			format('ALTER TABLE signals.%I ADD CONSTRAINT %I %s',
				:'t', conname, CASE contype WHEN 'p'
				THEN 'PRIMARY KEY (image_digest, id)'
				ELSE pg_get_constraintdef(oid) END)
			FROM pg_constraint WHERE contype IN ('p', 'u')
			AND conrelid = 'signals.plain'::regclass \gexec
		SELECT format('CREATE TABLE signals.%I PARTITION OF signals.%I
			FOR VALUES WITH (MODULUS 4, REMAINDER %s)',
			:'t' || '_' || n, :'t', n)
			FROM generate_series(0, 3) AS n \gexec
	SQL
}

@test "the schema runs spread over partitions by image_digest" {
	init
	stream 4 60 | jq -c 'if .image_digest then .image_digest =
		"sha256:\(.function_name)" else . end' >"$(tmp in)"
	rt-pgload -q <"$(tmp in)"
	loaded >"$(tmp plain)"
	pg_sql -c 'DROP SCHEMA signals CASCADE' 2>/dev/null
	init
	pg_sql -c 'ALTER SEQUENCE signals.hot_symbols_id_seq OWNED BY NONE'
	for t in hot_symbols hot_symbol_callers packages_seen; do
		spread $t
		pg_sql -c 'DROP TABLE signals.plain'
	done
	run value "count(*) FROM pg_class WHERE relkind = 'p'"
	assert_output 3
	rt-pgload -q <"$(tmp in)"
	rt-pgload -q <"$(tmp in)"
	assert_same "$(tmp plain)" <(loaded)
	[ "$(value 'count(DISTINCT tableoid) FROM signals.hot_symbols')" = 4 ]
	run rt-pgload query observed sha256:f7 pkg:deb/debian/p2@1 f7
	assert_equal "$(jq -c .observed <<<"$output")" true
	# A question about one image goes to one partition.
	run pg_sql -c "EXPLAIN SELECT 1 FROM signals.hot_symbols
		WHERE image_digest = 'sha256:f7'"
	assert_equal "$(grep -o 'hot_symbols_[0-3] ' <<<"$output" | sort -u |
		wc -l)" 1
}

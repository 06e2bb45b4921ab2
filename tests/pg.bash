# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A private PostgreSQL for tests and the demo: its own data directory, a unix
# socket, no network, nothing that outlives pg_stop.
#
#	pg_start         PGHOST, PGUSER, PGDATABASE and PGPORT then lead to it
#	pg_sql ARG...    psql, unaligned, tuples only, stops at errors
#	pg_halt, pg_run  stop and start again, with its data
#	pg_stop         the end of it all
#
# PostgreSQL does not run as root: there the server belongs to postgres.

# Where Debian, Fedora and others keep the server's programs.
pg_bindir() {
	local d

	for d in "${PG_BINDIR:-}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
		"$(pg_config --bindir 2>/dev/null)"; do
		if [ -n "$d" ] && [ -x "$d/initdb" ]; then
			printf '%s\n' "$d"
			return 0
		fi
	done
	echo 'pg.bash: no PostgreSQL server programs (initdb) found' >&2
	return 1
}

# As the server's user.
pg_as() {
	if [ "$(id -u)" -eq 0 ]; then
		(cd / && exec setpriv --reuid=postgres --regid=postgres \
			--init-groups "$@")
	else
		"$@"
	fi
}

pg_start() {
	local bin

	bin=$(pg_bindir) || return 1
	# In /tmp: a socket's path has room for 107 bytes only, and other
	# temporary directories may be closed to the server's user.
	PG_DIR=$(mktemp -d /tmp/pg.XXXXXX) || return 1
	if [ "$(id -u)" -eq 0 ]; then
		chown postgres: "$PG_DIR" || return 1
	fi
	pg_as "$bin/initdb" -D "$PG_DIR/data" -U tester -A trust -N \
		--no-instructions --encoding=UTF8 --locale=C.UTF-8 \
		>"$PG_DIR/initdb.log" 2>&1 || {
		cat "$PG_DIR/initdb.log" >&2
		return 1
	}
	export PGHOST=$PG_DIR PGPORT=5432 PGUSER=tester PGDATABASE=postgres
	unset PGSERVICE PGPASSWORD PGHOSTADDR PGSSLMODE PGOPTIONS
	pg_run
}

# Starts the server on its data directory, again or for the first time.
pg_run() {
	local bin

	bin=$(pg_bindir) || return 1
	pg_as "$bin/pg_ctl" -D "$PG_DIR/data" -l "$PG_DIR/data/log" -w -s \
		-o "-c listen_addresses='' -c unix_socket_directories=$PG_DIR \
		-c port=5432 -c fsync=off -c synchronous_commit=off \
		-c full_page_writes=off ${PG_OPTIONS:-}" start >/dev/null || {
		cat "$PG_DIR/data/log" >&2
		return 1
	}
	PG_PID=$(head -n 1 "$PG_DIR/data/postmaster.pid")
}

# Stops the server; what it holds stays for pg_run.
pg_halt() {
	local bin

	[ -n "${PG_PID:-}" ] || return 0
	bin=$(pg_bindir) || return 1
	pg_as "$bin/pg_ctl" -D "$PG_DIR/data" -m "${1:-fast}" -s stop || true
	PG_PID=
}

pg_stop() {
	[ -n "${PG_DIR:-}" ] || return 0
	pg_halt immediate
	rm -rf "$PG_DIR"
	PG_DIR=
}

pg_sql() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"
}

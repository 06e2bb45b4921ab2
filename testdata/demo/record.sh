#!/bin/sh
# Rebuilds the demo shop, runs it in five containers of sorts, and records what
# a Tetragon agent would have written. Needs root, gcc, g++, rustc, make,
# bpftrace 0.17, python3 and util-linux.
#
# usage: record.sh OUT-DIR [ROUNDS [SECONDS-BETWEEN-REQUESTS]]
#   OUT-DIR/shop.ndjson.gz   the dump
#   OUT-DIR/sysroot/         the binaries that ran
#   OUT-DIR/bases.txt        where each process had its modules (not shipped)
# RUSTC names the compiler (default: Debian's /usr/bin/rustc).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
rounds=${2:-5}
pause=${3:-3}
work=${SHOP_WORK:-}
probes=''
containers=''

die()
{
	echo "record.sh: $*" >&2
	exit 1
}

# A private mount namespace: /opt and tracefs appear only inside it, the
# machine's own /opt stays as it is.
enter_namespace()
{
	[ $# -ge 1 ] || die "usage: record.sh OUT-DIR [ROUNDS [SECONDS]]"
	mkdir -p "$1"
	out=$(cd "$1" && pwd)
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	make -s -C "$here/src" OUT="$work/build" RUSTC="${RUSTC:-/usr/bin/rustc}"
	SHOP_WORK=$work unshare --mount "$0" "$out" "$rounds" "$pause"
	rm -rf "$out/sysroot"
	mkdir -p "$out/sysroot/opt"
	cp -a "$work/build/opt/shop" "$out/sysroot/opt/"
	cp "$work/bases.txt" "$out/"
	gzip -9n < "$work/events.ndjson" > "$out/shop.ndjson.gz"
}

install_shop()
{
	mount -t tmpfs tmpfs /opt
	chmod 755 /opt
	cp -a "$work/build/opt/shop" /opt/
	mkdir /opt/shop/var
	chown 10001 /opt/shop/var
	[ -d /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing
}

start_probes()
{
	mkfifo "$work/probes"
	PYTHONDONTWRITEBYTECODE=1 "$here/capture.py" "$work/ready" \
		< "$work/probes" > "$work/events.ndjson" 2> "$work/bases.txt" &
	capture=$!
	BPFTRACE_NO_USER_SYMBOLS=1 BPFTRACE_STRLEN=96 \
		bpftrace -B line "$here/probes.bt" > "$work/probes" 2> "$work/bpftrace.err" &
	probes=$!
	for _ in $(seq 60); do
		[ -e "$work/ready" ] && return
		sleep 0.5
	done
	cat "$work/bpftrace.err" >&2
	die "bpftrace did not start"
}

# A container as far as the events can tell: own pid namespace, own user, own
# environment. The secrets are made up; rt-redact is meant to find them.
container()
{
	(
		cd /
		exec env -i PATH=/usr/bin LANG=C.UTF-8 \
			API_TOKEN=sk_live_demo_4f9a1c7be02d4e6d8a35 \
			DATABASE_URL=postgres://shop:hunter2-demo@db.shop.svc:5432/shop \
			unshare --pid --fork --kill-child \
			prlimit --core=0 \
			setpriv --reuid=10001 --regid=10001 --clear-groups "$@" 2> /dev/null
	) &
	containers="$containers $!"
}

run_shop()
{
	for port in 8080 8081; do
		container /opt/shop/bin/shopd --listen=$port --payments=9090 \
			--db-password=demo-Sommer2026! --name "Shop No $port"
	done
	container /opt/shop/bin/worker reprice --levels=7 --rounds=4
	sleep 1
	"$here/drive.py" "$rounds" "$pause"
	# Process 1 cannot die by its own SIGABRT: abort() ends in SIGSEGV, and
	# the shell says so.
	container /opt/shop/bin/worker refund --order=21 \
		-u replay:demo-Wint3r --verbose
	container /opt/shop/bin/worker reprice --levels=9 --rounds=6
	# shellcheck disable=SC2086 # a list of process ids
	wait $containers
}

# Only after a failure is there anything left to stop; unshare takes its container along.
stop_all()
{
	# shellcheck disable=SC2086 # lists of process ids
	[ -z "$probes$containers" ] || kill -9 $probes $containers 2> /dev/null || true
}

record()
{
	trap stop_all EXIT
	install_shop
	start_probes
	run_shop
	sleep 2
	kill -INT "$probes"
	wait "$probes" || true
	if ! wait "$capture"; then
		tail -n 5 "$work/bases.txt" >&2
		die "the recording is not complete"
	fi
	probes=''
	containers=''
}

if [ -z "$work" ]; then
	enter_namespace "$@"
else
	record
fi

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh [tests] - installs the Debian packages that building and the demo, or
# the tests as well, need and that are missing; says what it does. Where it
# cannot, prints the list and stops.
set -eu

packages='
	gcc g++ make pkg-config git
	libprotobuf-c-dev protobuf-c-compiler
	libsimdjson-dev libjansson-dev libyaml-dev libxxhash-dev
	zlib1g-dev libzstd-dev libssl-dev libre2-dev
	libelf-dev libdw-dev liblzma-dev libiberty-dev libpq-dev libmicrohttpd-dev
	libgrpc-dev libcurl4-openssl-dev libsqlite3-dev
	jq zstd gzip binutils
	postgresql-15 postgresql-client-15'
if [ "${1-}" = tests ]; then
	packages="$packages
		clang llvm libclang-rt-dev universal-ctags
		bats bats-assert bats-support mandoc strace
		chromium libxml2-utils
		debuginfod elfutils golang-go libstd-rust-1.63
		protobuf-compiler curl openssl time xxd xz-utils rpm python3"
	# Node.js may come from elsewhere, with npm in it.
	command -v node >/dev/null || packages="$packages nodejs"
	command -v npm >/dev/null || packages="$packages npm"
fi

installed()
{
	dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null |
		grep -qx installed
}

missing=
if command -v dpkg-query >/dev/null; then
	for p in $packages; do
		installed "$p" || missing="$missing $p"
	done
else
	missing=$(echo $packages)
fi
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
	sudo='sudo -n'
	$sudo true 2>/dev/null || sudo=none
fi
if ! command -v apt-get >/dev/null || [ "$sudo" = none ]; then
	echo "These packages are missing and cannot be installed from here:" >&2
	echo "$missing" >&2
	exit 1
fi
echo "Installing with apt-get:$missing"
export DEBIAN_FRONTEND=noninteractive
apt="apt-get -q -y -o DPkg::Lock::Timeout=300"
$sudo $apt update >/dev/null
# postgresql-15 would start a server of its own; ours are private ones.
$sudo env DEBIAN_FRONTEND=noninteractive \
	$apt install --no-install-recommends $missing >/dev/null

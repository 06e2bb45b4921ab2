#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The package of a file, held against the package managers themselves: dpkg
# and rpm on databases that they wrote.

load lib

# loaders: paths on stdin as loader events
loaders() {
	jq -Rc '{process_loader: {process: {exec_id: "e", pid: 1,
		binary: "/bin/a"}, path: .}, node_name: "n"}'
}

# packages ARG...: paths on stdin; "PATH<TAB>PURL<TAB>SOURCE", by rt-canon
packages() {
	loaders | rt-canon "$@" | jq -r 'select(.kind == "call").loaded |
		[.path, .package.purl // "", .package.purl_source // ""] | @tsv'
}

# frame_of MODULE: an event with one user frame there
frame_of() {
	jq -cn --arg m "$1" '{process_kprobe: {process: {exec_id: "e", pid: 7,
		binary: "/usr/bin/app"}, function_name: "__x64_sys_read",
		user_stack_trace: [{offset: "4096", module: $m}]},
		node_name: "n", time: "2026-01-01T00:00:01Z"}'
}

elf_files() {
	find "$@" -xdev -type f -size +52c -print0 2>/dev/null |
		perl -0ne 'chomp; next if /\n/; open F, "<", $_ or next;
			sysread F, $b, 4; print "$_\n" if $b eq "\x7fELF"'
}

# expected: "PATH<TAB>PURL" of paths on stdin by dpkg -S and dpkg-query. Where
# dpkg does not know a path below /usr, it may know it by its old name.
expected() {
	perl -e '
		my (%purl, %owner);
		open my $q, "-|", "dpkg-query", "-W", "-f",
			"\${Package} \${Version} \${Architecture}\n";
		while (<$q>) {
			my ($n, $v, $a) = split;
			$v =~ s/([^A-Za-z0-9.~_:-])/sprintf "%%%02X", ord $1/ge;
			$n =~ s/\+/%2B/g;
			$purl{"$n:$a"} = "pkg:deb/debian/$n\@$v?arch=$a";
			$purl{$n} = $purl{"$n:$a"};
		}
		my ($codename) = `cat /etc/os-release` =~
			/^VERSION_CODENAME=(\w+)/m;
		chomp(my @paths = <STDIN>);
		my @ask = map { m,^/usr(/s?bin/.*|/lib.*),s ? ($_, $1) : $_ }
			@paths;
		while (my @some = splice @ask, 0, 1000) {
			open my $p, "-|", "dpkg", "-S", @some;
			while (<$p>) {
				next if /^diversion by /;
				/^([^,]+?)(?:, .*)?: (.*)$/ or next;
				$owner{$2} = $1;
			}
		}
		for (@paths) {
			my $o = $owner{$_};
			$o = $owner{$1} if !defined $o && m,^/usr(/.*),;
			if (defined $o) {
				$o =~ s/\+/%2B/g;
				$o = "$purl{$o}&distro=$codename";
			}
			print "$_\t", $o // "", "\n";
		}' 2>"$BATS_TEST_TMPDIR/dpkg.err"
}

@test "every ELF file of this machine is in the package that dpkg says" {
	cd "$BATS_TEST_TMPDIR"
	elf_files /usr >paths
	case $BIN in */asan/*) sed -n '1~10p' -i paths ;; esac
	expected <paths >want
	# What dpkg does not know may say itself what it is.
	packages --sysroot / <paths |
		awk -F '\t' -v OFS='\t' '{ print $1, $3 == "dpkg" ? $2 : "" }' >got
	assert_same want got
	echo "# $(wc -l <paths) ELF files: $(grep -c pkg: got) in packages," \
		"$(grep -vc pkg: got) in none" >&3
	[ "$(grep -c pkg: got)" -gt 100 ]
}

@test "paths through the old names of merged directories mean the same file" {
	cd "$BATS_TEST_TMPDIR"
	elf_files /usr/bin /usr/lib/x86_64-linux-gnu | head -n 400 >paths
	packages --sysroot / <paths | cut -f 2 >want
	sed 's,^/usr,,' paths | packages --sysroot / | cut -f 2 >got
	assert_same want got
}

@test "frames and exec events carry the package, and it reaches package_seen" {
	cd "$BATS_TEST_TMPDIR"
	local libc app
	libc=$(ldd /usr/bin/jq | awk '/libc\.so/ { print $3 }')
	app=/usr/bin/jq
	printf '%s\n' "/usr${libc#/usr}" $app | expected | cut -f 2 >want
	{
		frame_of "/usr${libc#/usr}"
		jq -cn '{process_exec: {process: {exec_id: "e", pid: 7,
			binary: "/usr/bin/jq"}}, node_name: "n",
			time: "2026-01-01T00:00:02Z"}'
	} | rt-canon --sysroot / >calls
	jq -r 'select(.kind == "call") | .stack_frames[0].purl,
		.binary_package.purl | values' calls >got
	assert_same want got
	jq -e -s '.[0].stack_frames[0] | .purl_source == "dpkg" and
		.purl_confidence > 0.9' calls
	rt-canon -o pb <calls | rt-hotsym |
		jq -r 'select(.kind == "package_seen") |
			[.evidence, .module, .purl] | @tsv' | sort >seen
	printf 'binary_exec\t%s\t%s\nlibrary_loaded\t%s\t%s\n' \
		$app "$(sed -n 2p want)" "/usr${libc#/usr}" \
		"$(sed -n 1p want)" >want.seen
	assert_same want.seen seen
}

# --- roots that dpkg made ----------------------------------------------------

# deb NAME VERSION ARCH PATH...: NAME.deb with these files; $FIELDS in its control
deb() {
	local name=$1 version=$2 arch=$3 p d
	d=$BATS_TEST_TMPDIR/build/$name
	shift 3
	rm -rf "$d"
	mkdir -p "$d/DEBIAN"
	printf 'Package: %s\nVersion: %s\nArchitecture: %s\n%sMaintainer: x <x@x>\nDescription: x\n' \
		"$name" "$version" "$arch" "${FIELDS-}" >"$d/DEBIAN/control"
	for p; do
		mkdir -p "$d/${p%/*}"
		echo "$name" >"$d$p"
	done
	dpkg-deb --root-owner-group -Zgzip -b "$d" \
		"$BATS_TEST_TMPDIR/$name.deb" >/dev/null
}

# install ROOT DEB...: by dpkg, into a root of its own
install_debs() {
	local root=$1
	shift
	mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
	touch "$root/var/lib/dpkg/status"
	dpkg --root="$root" --force-all --log=/dev/null -i "$@" >/dev/null 2>&1
}

os_release() { # os_release ROOT LINE...
	local root=$1
	shift
	mkdir -p "$root/etc"
	printf '%s\n' "$@" >"$root/etc/os-release"
}

@test "dpkg: diversions, files of two architectures, removed and odd packages" {
	cd "$BATS_TEST_TMPDIR"
	mkdir root
	deb plain 1.0-1 amd64 /usr/bin/tool /etc/plain.conf
	deb 'lib+x' '2:1.0~rc1+b1' amd64 /usr/lib/libx.so.1
	deb wrapper 3 all /usr/bin/wrapped
	FIELDS=$'Multi-Arch: same\n' deb multi 4 amd64 /lib/x86/libm.so
	deb gone 5 amd64 /usr/bin/gone
	echo /etc/gone.conf >build/gone/DEBIAN/conffiles
	mkdir -p build/gone/etc && touch build/gone/etc/gone.conf
	dpkg-deb --root-owner-group -b build/gone gone.deb >/dev/null
	install_debs root ./plain.deb ./lib+x.deb ./multi.deb ./gone.deb
	FIELDS=$'Multi-Arch: same\n' deb multi 4 i386 /lib/i386/libm.so
	install_debs root ./multi.deb
	dpkg --root="$PWD/root" --log=/dev/null -r gone >/dev/null 2>&1
	dpkg-divert --root "$PWD/root" --package wrapper --divert \
		/usr/bin/tool.real --rename /usr/bin/tool >/dev/null
	dpkg-divert --root "$PWD/root" --local --divert \
		/usr/lib/libx.old --rename /usr/lib/libx.so.1 >/dev/null
	deb wrapper 3 all /usr/bin/tool
	install_debs root ./wrapper.deb
	os_release root 'ID=debian' 'VERSION_ID="99"'
	printf '%s\n' /usr/bin/tool /usr/bin/tool.real /usr/lib/libx.so.1 \
		/usr/lib/libx.old /lib/x86/libm.so /lib/i386/libm.so \
		/usr/bin/gone /etc/gone.conf /usr/bin /usr/bin/none |
		packages --sysroot root >got
	cat >want <<-'END'
	/usr/bin/tool	pkg:deb/debian/wrapper@3?arch=all&distro=debian-99	dpkg
	/usr/bin/tool.real	pkg:deb/debian/plain@1.0-1?arch=amd64&distro=debian-99	dpkg
	/usr/lib/libx.so.1		
	/usr/lib/libx.old	pkg:deb/debian/lib%2Bx@2:1.0~rc1%2Bb1?arch=amd64&distro=debian-99	dpkg
	/lib/x86/libm.so	pkg:deb/debian/multi@4?arch=amd64&distro=debian-99	dpkg
	/lib/i386/libm.so	pkg:deb/debian/multi@4?arch=i386&distro=debian-99	dpkg
	/usr/bin/gone		
	/etc/gone.conf		
	/usr/bin		
	/usr/bin/none		
	END
	assert_same want got
}

@test "dpkg: a distroless root, and merged directories of either kind" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p less/var/lib/dpkg/status.d
	printf 'Package: libssl3\nVersion: 3.0.11-1\nArchitecture: amd64\nDescription: a\n b\n' \
		>less/var/lib/dpkg/status.d/libssl3
	printf 'd41d8cd98f00b204e9800998ecf8427e  usr/lib/libssl.so.3\n' \
		>less/var/lib/dpkg/status.d/libssl3.md5sums
	os_release less 'PRETTY_NAME="Distroless"' 'ID="debian"' \
		VERSION_CODENAME=bookworm
	printf '%s\n' /usr/lib/libssl.so.3 /lib/libssl.so.3 /usr/lib/other |
		packages --sysroot less | cut -f 2 >got
	printf '%s\n' 'pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=bookworm' \
		'pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=bookworm' '' >want
	assert_same want got
	# Not merged: two files.
	mkdir -p split/lib split/usr/lib
	deb a 1 amd64 /lib/liba.so
	deb b 1 amd64 /usr/lib/liba.so
	install_debs split ./a.deb ./b.deb
	# A link from /usr to /, and an absolute one that must stay inside.
	mkdir -p back/bin back/usr
	ln -s ../bin back/usr/bin
	ln -s /usr/games back/games
	mkdir -p back/usr/games
	deb c 1 amd64 /usr/bin/c
	deb d 1 amd64 /games/d
	install_debs back ./c.deb ./d.deb
	{
		printf '%s\n' /lib/liba.so /usr/lib/liba.so |
			packages --sysroot split
		printf '%s\n' /bin/c /usr/bin/c /games/d /usr/games/d |
			packages --sysroot back
	} | cut -f 1,2 | sed 's,pkg:deb/debian/,,; s,@.*,,' >got
	printf '%s\t%s\n' /lib/liba.so a /usr/lib/liba.so b /bin/c c \
		/usr/bin/c c /games/d d /usr/games/d d >want
	assert_same want got
}

@test "links of a root never lead to the databases of another one" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p outside inside/usr/lib one two/var/lib/dpkg
	deb other 9 amd64 /usr/lib/libp.so
	install_debs outside ./other.deb
	os_release outside ID=outside
	ln -s "$PWD/outside/var" one/var
	ln -s ../../../../outside/var/lib/dpkg/status two/var/lib/dpkg/
	ln -s ../../../../outside/var/lib/dpkg/info two/var/lib/dpkg/
	mkdir -p one/usr/lib two/usr/lib one/etc
	touch one/usr/lib/libp.so two/usr/lib/libp.so
	ln -s "$PWD/outside/etc/os-release" one/etc/
	for r in one two; do
		echo /usr/lib/libp.so | packages --sysroot $r
	done | cut -f 2 >got
	printf '\n\n' >want
	assert_same want got
	# A FIFO in place of a database does not stop anything.
	mkdir -p three/var/lib/dpkg three/var/lib/rpm
	mkfifo three/var/lib/dpkg/status three/var/lib/rpm/rpmdb.sqlite
	echo /usr/lib/libp.so | loaders | timeout 10 rt-canon --sysroot three |
		grep -q libp.so
	head -c 3000 /dev/urandom >one/rpmdb.sqlite
	mkdir -p four/var/lib/rpm
	cp one/rpmdb.sqlite four/var/lib/rpm/
	echo /usr/lib/libp.so | packages --sysroot four | cut -f 2 >got
	printf '\n' >want
	assert_same want got
}

@test "a SQLite database with a view that never ends is given up" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p root/var/lib/rpm
	python3 - root/var/lib/rpm/rpmdb.sqlite <<-'END'
	import sqlite3, sys
	d = sqlite3.connect(sys.argv[1])
	d.execute("""CREATE VIEW Packages AS WITH RECURSIVE r(blob) AS (
	    SELECT 1 UNION ALL SELECT blob + 1 FROM r) SELECT blob FROM r
	    WHERE blob < 0""")
	d.commit()
	END
	echo /usr/lib/libp.so | loaders | timeout 60 rt-canon --sysroot root |
		jq -s 'map(select(.kind == "call"))[0].loaded | has("package") | not' |
		grep -qx true
}

@test "images and their databases are kept apart" {
	cd "$BATS_TEST_TMPDIR"
	local a=sha256:$(printf 'a%.0s' {1..64}) b=sha256:$(printf 'b%.0s' {1..64})
	mkdir A B
	deb one 1 amd64 /usr/lib/libp.so
	install_debs A ./one.deb
	deb two 2 amd64 /usr/lib/libp.so
	install_debs B ./two.deb
	for i in $a $b $a; do
		frame_of /usr/lib/libp.so | jq -c --arg d $i \
			'.process_kprobe.process.pod = {container: {
			 id: "containerd://\($d[7:])", image: {id: "r@\($d)"}}}'
	done | rt-canon --image $a=A --image $b=B |
		jq -r 'select(.kind == "call").stack_frames[0].purl' >got
	printf 'pkg:deb/debian/%s?arch=amd64\n' one@1 two@2 one@1 >want
	assert_same want got
}

# --- roots that rpm made -----------------------------------------------------

# rpm_of NAME [EPOCH:]VERSION-RELEASE ARCH PATH...: a package below rpms/
rpm_of() {
	local name=$1 evr=$2 arch=$3 p
	local epoch=${evr%%:*} d=$BATS_TEST_TMPDIR/rpm
	[ "$epoch" = "$evr" ] && epoch=
	evr=${evr#*:}
	shift 3
	mkdir -p "$d"
	{
		printf 'Name: %s\nVersion: %s\nRelease: %s\nSummary: x\nLicense: x\n' \
			"$name" "${evr%-*}" "${evr##*-}"
		[ "$epoch" ] && echo "Epoch: $epoch"
		[ "$arch" = noarch ] && echo 'BuildArch: noarch'
		printf '%%description\nx\n%%install\n'
		for p; do
			echo "mkdir -p %{buildroot}${p%/*}; echo $name >%{buildroot}$p"
		done
		printf '%%files\n'
		printf '%s\n' "$@"
	} >"$d/$name.spec"
	rpmbuild --quiet -bb --define "_topdir $d" --define '_build_id_links none' \
		--define "_rpmdir $BATS_TEST_TMPDIR/rpms" \
		--define 'debug_package %{nil}' "$d/$name.spec" >/dev/null 2>&1
}

# rpm_root ROOT: three packages, one with an epoch, one that replaces a file
rpm_root() {
	rpm_of curl 7.50.3-1.fc25 "$(uname -m)" /usr/lib64/libcurl.so.4 \
		/usr/bin/curl /usr/share/a/b/c /usr/share/a/d
	rpm_of Openssl+Libs 1:3.0.9-2.fc25 "$(uname -m)" /usr/lib64/libssl.so.3
	rpm_of tzdata 2023c-1 noarch /usr/share/zoneinfo/UTC
	rpm_of other 9-9 noarch /usr/bin/curl
	mkdir -p "$1"
	rpm --root="$PWD/$1" --dbpath /var/lib/rpm --nodeps --nosignature \
		--replacefiles -i $(find rpms -name '*.rpm' ! -name 'other*')
	rpm --root="$PWD/$1" --dbpath /var/lib/rpm --nodeps --nosignature \
		--replacefiles -i $(find rpms -name 'other*')
	os_release "$1" ID=fedora VERSION_ID=25
}

# rpm_says ROOT: "PATH<TAB>PURL" for paths on stdin by rpm -qf
rpm_says() {
	local p
	while read -r p; do
		printf '%s\t%s\n' "$p" "$(rpm --root="$PWD/$1" --dbpath \
			/var/lib/rpm -qf --qf '%{NAME}@%{VERSION}-%{RELEASE}?arch=%{ARCH}&distro=fedora-25%|EPOCH?{&epoch=%{EPOCH}}|\n' \
			"$p" 2>/dev/null | grep '^[^ ]*$' | head -n 1 |
			sed 's,+,%2B,g; s,^,pkg:rpm/fedora/,')"
	done
}

@test "rpm: a SQLite database that rpm wrote says what rpm -qf says" {
	cd "$BATS_TEST_TMPDIR"
	rpm_root root
	(cd root && find . -type f | sed 's,^\.,,') >paths
	echo /usr/bin/none >>paths
	grep -qx /usr/lib64/libssl.so.3 paths
	rpm_says root <paths | sort >want
	packages --sysroot root <paths | cut -f 1,2 | sort >got
	assert_same want got
	grep -q 'Openssl%2BLibs@3.0.9-2.fc25.*&epoch=1$' got
	[ "$(grep -c pkg:rpm got)" -ge 6 ]
	printf '/usr/bin/curl\n' | packages --sysroot root | grep -q rpm/fedora/other@9-9
	os_release root ID=rhel 'VERSION_ID="9.3"'
	echo /usr/bin/curl | packages --sysroot root |
		grep -qF 'pkg:rpm/redhat/other@9-9?arch=noarch&distro=rhel-9.3'
	os_release root ID=fedora VERSION_ID=25
	# The same database where newer distributions have it.
	mkdir -p root/usr/lib/sysimage
	mv root/var/lib/rpm root/usr/lib/sysimage/
	packages --sysroot root <paths | cut -f 1,2 | sort >got
	assert_same want got
	[ -z "$(find root -newer got)" ] # only read
}

# ndb SQLITE: a Packages.db with the same headers, by the form's description
ndb() {
	python3 - "$1" <<-'END'
	import sqlite3, struct, sys, zlib
	rows = sqlite3.connect(sys.argv[1]).execute(
	    'SELECT hnum, blob FROM Packages').fetchall()
	slots, blobs, at = [], b'', 4096 // 16
	slots.append((b'Slot', 0, 0, 0))
	for n, blob in rows:
	    b = struct.pack('<4sIII', b'BlbS', n, 1, len(blob)) + blob
	    b += b'\0' * (-(len(b) + 12) % 16)
	    b += struct.pack('<II4s', zlib.adler32(blob), len(blob), b'BlbE')
	    slots.append((b'Slot', n, at, len(b) // 16))
	    blobs += b
	    at += len(b) // 16
	head = struct.pack('<4sIIII12x', b'RpmP', 0, 1, 1, len(rows) + 1)
	page = head + b''.join(struct.pack('<4sIII', *s) for s in slots)
	sys.stdout.buffer.write(page + b'\0' * (4096 - len(page)) + blobs)
	END
}

@test "rpm: an ndb database of the same headers says the same" {
	cd "$BATS_TEST_TMPDIR"
	rpm_root root
	(cd root && find usr -type f | sed 's,^,/,') >paths
	packages --sysroot root <paths >want
	ndb root/var/lib/rpm/rpmdb.sqlite >Packages.db
	rm root/var/lib/rpm/*
	packages --sysroot root <paths | grep -c pkg: && return 1
	mv Packages.db root/var/lib/rpm/
	packages --sysroot root <paths >got
	assert_same want got
	# Cut anywhere, it says less, never something else.
	for n in 20 40 4096 5000 9000; do
		head -c $n root/var/lib/rpm/Packages.db >cut
		mkdir -p part/var/lib/rpm
		mv cut part/var/lib/rpm/Packages.db
		cp -r root/etc part/
		packages --sysroot part <paths | grep pkg: >some || true
		[ -z "$(comm -13 <(sort want) <(sort some))" ]
	done
}

@test "apk: a database of Alpine's form" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p root/lib/apk/db
	os_release root 'ID=alpine' VERSION_ID=3.19.1
	cat >root/lib/apk/db/installed <<-'END'
	C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=
	P:musl
	V:1.2.4_git20230717-r4
	A:x86_64
	S:1
	o:musl
	F:lib
	R:ld-musl-x86_64.so.1
	a:0:0:755
	Z:Q1rCK/D8ibY8FHnA+5ixBbF1pHN5Y=
	R:libc.musl-x86_64.so.1
	F:usr
	F:usr/lib

	C:Q1x
	P:libstdc++
	V:13.2.1_git20231014-r0
	A:x86_64
	F:usr
	F:usr/lib
	R:libstdc++.so.6.0.32
	F:
	R:top

	END
	printf '%s\n' /lib/ld-musl-x86_64.so.1 /lib/libc.musl-x86_64.so.1 \
		/usr/lib/libstdc++.so.6.0.32 /top /usr/lib /usr/lib/none |
		packages --sysroot root >got
	printf '%s\t%s\t%s\n' \
		/lib/ld-musl-x86_64.so.1 'pkg:apk/alpine/musl@1.2.4_git20230717-r4?arch=x86_64' apk \
		/lib/libc.musl-x86_64.so.1 'pkg:apk/alpine/musl@1.2.4_git20230717-r4?arch=x86_64' apk \
		/usr/lib/libstdc++.so.6.0.32 'pkg:apk/alpine/libstdc%2B%2B@13.2.1_git20231014-r0?arch=x86_64' apk \
		/top 'pkg:apk/alpine/libstdc%2B%2B@13.2.1_git20231014-r0?arch=x86_64' apk \
		/usr/lib '' '' /usr/lib/none '' '' >want
	assert_same want got
}

# --- what files say themselves -----------------------------------------------

# functions FILE: "SYMBOL<TAB>OFFSET" of its functions, by nm and readelf
functions() {
	nm "$1" | perl -e '
		my @load;
		for (`readelf -lW \Q$ARGV[0]\E`) {
			push @load, [map hex, $1, $2, $3] if
				/^\s+LOAD\s+(\S+)\s+(\S+)\s+\S+\s+(\S+)/;
		}
		while (<STDIN>) {
			my ($a, $t, $n) = /^([0-9a-f]+) ([tTwW]) (.*)$/ or next;
			$a = hex $a;
			for (@load) {
				next if $a < $_->[1] || $a >= $_->[1] + $_->[2];
				print "$n\t", $a - $_->[1] + $_->[0], "\n";
				last;
			}
		}' "$1"
}

# frames_at MODULE: "SYMBOL<TAB>OFFSET" on stdin as one event each
frames_at() {
	jq -Rc --arg m "$1" 'split("\t") | {process_kprobe: {process: {
		exec_id: "e", pid: 7, binary: $m}, function_name: "sys_read",
		user_stack_trace: [{offset: .[1], module: $m}]},
		node_name: "n", time: "2026-01-01T00:00:01Z"}'
}

# purls: raw_symbol and purl of each frame
purls() {
	jq -r 'select(.kind == "call").stack_frames[0] |
		[.raw_symbol, .purl // "", .purl_source // ""] | @tsv'
}

# go_program DIR: example.com/app with modules in its vendor folder, one of
# them inside another's path, one with a dot in its last element
go_program() {
	mkdir -p "$1" && cd "$1"
	cat >go.mod <<-'END'
	module example.com/App

	go 1.18

	require (
		example.com/lib v1.2.3
		example.com/lib/nested v0.9.0+incompatible
		gopkg.in/dotted.v3 v3.0.1
		old.example/moved v1.0.0
	)
	replace old.example/moved => new.example/home v1.5.0
	END
	local m
	mkdir -p vendor
	: >vendor/modules.txt
	go_module example.com/lib 'v1.2.3' example.com/lib example.com/lib/inner
	go_module example.com/lib/nested v0.9.0+incompatible \
		example.com/lib/nested
	go_module gopkg.in/dotted.v3 v3.0.1 gopkg.in/dotted.v3
	go_module old.example/moved 'v1.0.0 => new.example/home v1.5.0' \
		old.example/moved
	echo '# old.example/moved => new.example/home v1.5.0' >>vendor/modules.txt
	cat >main.go <<-'END'
	package main

	import (
		"fmt"
		"text/template"
		lib "example.com/lib"
		inner "example.com/lib/inner"
		nested "example.com/lib/nested"
		dotted "gopkg.in/dotted.v3"
		moved "old.example/moved"
	)

	type T struct{ n int }

	//go:noinline
	func (t *T) Add(x int) int { t.n += x; return t.n }

	func main() {
		t := &T{}
		fmt.Println(t.Add(lib.Fn(1)), inner.Fn(2), nested.Fn(3),
			dotted.Fn(4), moved.Fn(5), template.HTMLEscapeString("<"))
	}
	END
	export HOME=$BATS_TEST_TMPDIR GOFLAGS='-mod=vendor -buildvcs=false'
	export GOCACHE=${GOCACHE:-$BATS_FILE_TMPDIR/gocache} CGO_ENABLED=0
	go build -o app . && go build -ldflags='-s -w' -o stripped . &&
		go build -buildmode=pie -o pie . && cd - >/dev/null
}

go_module() { # go_module PATH VERSION PACKAGE...: in ./vendor
	local p
	printf '# %s %s\n## explicit; go 1.18\n' "$1" "$2" >>vendor/modules.txt
	shift 2
	for p; do
		echo "$p" >>vendor/modules.txt
		mkdir -p "vendor/$p"
		printf 'package x\n\ntype M[K any] struct{ v K }\n\n//go:noinline\nfunc (m *M[K]) Get() K { return m.v }\n\n//go:noinline\nfunc Fn(n int) int { f := func() int { return n * 3 }; m := &M[int]{f()}; return m.Get() }\n' \
			>"vendor/$p/x.go"
	done
}

@test "Go: each function of a static program is of the module that go says" {
	cd "$BATS_TEST_TMPDIR"
	go_program src
	mkdir -p root/opt
	cp src/app root/opt/app
	go version -m src/app >info
	grep -q $'=>\tnew.example/home\tv1.5.0' info
	(cd src && GOFLAGS=-mod=vendor HOME=$BATS_TEST_TMPDIR go list -deps \
		-f '{{.ImportPath}}{{"\t"}}{{.Standard}}{{"\t"}}{{with .Module}}{{with .Replace}}{{.Path}}@{{.Version}}{{else}}{{.Path}}@{{.Version}}{{end}}{{end}}' .) >deps
	functions src/app >funcs
	frames_at /opt/app <funcs | rt-canon --sysroot root | purls |
		cut -f 1,2 | sort -u >got
	perl -e '
		open D, "deps"; my (%m, $v);
		($v) = `go version src/app` =~ /: go(\S+)/;
		while (<D>) {
			chomp; my ($p, $std, $mod) = split /\t/;
			$p = "main" if $p eq "example.com/App";
			$mod =~ s/\@\z//; $mod =~ s/\+/%2B/g;
			$m{$p} = $std eq "true" ? "pkg:golang/stdlib\@$v"
				: "pkg:golang/$mod";
		}
		my @p = sort { length $b <=> length $a } keys %m;
		while (<STDIN>) {
			chomp; my ($sym, $ours) = split /\t/, $_, -1;
			(my $plain = $sym) =~ s/%2e/./g;
			my ($best) = grep { index($plain, "$_.") == 0 } @p;
			next unless defined $best;
			$n++;
			print "$sym: $ours, not $m{$best}\n" if $ours ne $m{$best};
		}
		print STDERR "# $n functions of Go\n"; exit($n < 1000);
		' <got 2>count >wrong
	cat count >&3
	assert_equal "$(head -n 3 wrong)" ''
	for p in example.com/App example.com/lib@v1.2.3 gopkg.in/dotted.v3@v3.0.1 \
		new.example/home@v1.5.0 example.com/lib/nested@v0.9.0%2Bincompatible; do
		cut -f 2 got | grep -qx "pkg:golang/$p"
	done
	# Without a symbol table: the same functions at the same places.
	cp src/stripped root/opt/
	frames_at /opt/stripped <funcs | rt-canon --sysroot root | purls |
		cut -f 1,2 | sort -u | grep -v '\[' >bare
	[ "$(comm -13 <(sed 's/\.abi[0-9a-z]*\t/\t/' got | sort) <(sort bare) |
		wc -l)" -eq 0 ]
	[ "$(wc -l <bare)" -gt 1000 ]
	cp src/pie root/opt/
	functions src/pie | grep -P '^(main\.main|example.com/lib/inner\.Fn)\t' |
		frames_at /opt/pie | rt-canon --sysroot root | purls |
		cut -f 2 | sort >some
	printf 'pkg:golang/%s\n' example.com/App example.com/lib@v1.2.3 >want
	assert_same want some
	jq -cn '{process_exec: {process: {exec_id: "e", pid: 7,
		binary: "/opt/app"}}, node_name: "n"}' |
		rt-canon --sysroot root | jq 'select(.kind == "call") |
			.binary_package | .purl == "pkg:golang/example.com/App" and
			.purl_source == "go"' | grep -qx true
}

@test "Rust: a list of crates gives each function its crate" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p root/opt
	cat >app.c <<-'END'
	#define F(n, id) __attribute__((noinline, used)) int f_##id(void) __asm__(n); \
		int f_##id(void) { return __LINE__; }
	F("_ZN10serde_json5value9to_string17h0123456789abcdefE", 1)
	F("_ZN69_$LT$hyper_util..client..Pool$LT$T$GT$$u20$as$u20$core..ops..Drop$GT$4drop17h0123456789abcdefE", 2)
	F("_ZN3app4main17h0123456789abcdefE", 3)
	F("_RNvCs1234_7mycrate3foo", 4)
	F("_ZN3std2rt10lang_start17h0123456789abcdefE", 5)
	F("_ZN5twice1f17h0123456789abcdefE", 6)
	F("plain_c", 7)
	F("_ZN7builder1f17h0123456789abcdefE", 8)
	int main(void) { return 0; }
	END
	gcc -O1 -o app app.c
	python3 -c 'import json, sys, zlib; sys.stdout.buffer.write(zlib.compress(json.dumps({"packages": [
		{"name": "app", "version": "0.1.0", "source": "local", "root": True},
		{"name": "serde_json", "version": "1.0.108", "source": "crates.io"},
		{"name": "hyper-util", "version": "0.1.1+x", "source": "crates.io"},
		{"name": "mycrate", "version": "2.0.0", "source": "git"},
		{"name": "twice", "version": "1.0.0", "source": "crates.io"},
		{"name": "twice", "version": "2.0.0", "source": "crates.io"},
		{"name": "builder", "version": "3.0.0", "source": "crates.io", "kind": "build"}]}).encode()))' >dep
	objcopy --add-section .dep-v0=dep app root/opt/app
	functions app | grep -E '^(_ZN|_RN|plain_c)' | frames_at /opt/app |
		rt-canon --sysroot root | purls | sort >got
	sort >want <<-'END'
	_RNvCs1234_7mycrate3foo	pkg:cargo/mycrate@2.0.0	cargo
	_ZN10serde_json5value9to_string17h0123456789abcdefE	pkg:cargo/serde_json@1.0.108	cargo
	_ZN3app4main17h0123456789abcdefE	pkg:cargo/app@0.1.0	cargo
	_ZN3std2rt10lang_start17h0123456789abcdefE		
	_ZN5twice1f17h0123456789abcdefE		
	_ZN69_$LT$hyper_util..client..Pool$LT$T$GT$$u20$as$u20$core..ops..Drop$GT$4drop17h0123456789abcdefE	pkg:cargo/hyper-util@0.1.1%2Bx	cargo
	_ZN7builder1f17h0123456789abcdefE		
	plain_c		
	END
	assert_same want got
}

# note_file FILE JSON: an ELF file with that package note
note_file() {
	python3 -c 'import struct, sys; d = sys.argv[1].encode() + b"\0"
d += b"\0" * (-len(d) % 4)
sys.stdout.buffer.write(struct.pack("<III4s", 4, len(d), 0xcafe1a7e, b"FDO\0") + d)' "$2" >"$1.note"
	gcc -xc -O1 -shared -fPIC -o "$1.tmp" - <<<'int f(int x) { return x; }'
	objcopy --add-section .note.package="$1.note" "$1.tmp" "$1"
	rm "$1.tmp" "$1.note"
}

@test "the distribution's note names the package; a database that disagrees is told" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p root/usr/lib
	note_file root/usr/lib/libn.so '{"type":"rpm","name":"coreutils","version":"9.4-7.fc40","architecture":"x86_64","osCpe":"cpe:/o:fedoraproject:fedora:40"}'
	note_file root/usr/lib/libm.so '{"type":"deb","os":"debian","osVersion":"13","name":"a+b","version":"1:2+c","architecture":"amd64"}'
	readelf -n root/usr/lib/libn.so | grep -q 'coreutils'
	printf '%s\n' /usr/lib/libn.so /usr/lib/libm.so >paths
	packages --sysroot root <paths | cut -f 2,3 >got
	printf '%s\tnote\n' \
		'pkg:rpm/fedora/coreutils@9.4-7.fc40?arch=x86_64&distro=fedora-40' \
		'pkg:deb/debian/a%2Bb@1:2%2Bc?arch=amd64&distro=debian-13' >want
	assert_same want got
	# The same file in a database: with the same version, and another one.
	deb same 1:2+c amd64 /usr/lib/libm.so
	deb differ 7 amd64 /usr/lib/libm.so
	for p in same differ; do
		cp -r root $p
		mv $p/usr/lib/libm.so so
		install_debs $p ./$p.deb
		mv so $p/usr/lib/libm.so
		echo /usr/lib/libm.so | loaders | rt-canon --sysroot $p \
			--metrics-file $p.prom 2>$p.err |
			jq -r 'select(.kind == "call").loaded.package |
				[.purl, .purl_source, .purl_confidence] | @tsv'
	done >got
	printf 'pkg:deb/debian/%s?arch=amd64\tdpkg\t%s\n' same@1:2%2Bc 0.95 \
		differ@7 0.475 >want
	assert_same want got
	grep -q 'contradictions_total 0' same.prom
	grep -q 'contradictions_total 1' differ.prom
	grep -q "warning: '/usr/lib/libm.so': dpkg says .*differ.*note says" differ.err
	[ ! -s same.err ]
	frame_of /usr/lib/libm.so | rt-canon --sysroot differ 2>/dev/null |
		jq -e -s 'map(select(.kind == "ledger"))[0].packages ==
			{dpkg: "1", contradicted: "1"}'
	frame_of /usr/lib/none.so | rt-canon --sysroot differ |
		jq -e -s 'map(select(.kind == "ledger"))[0].packages == {none: "1"}'
}

# --- packages of languages ---------------------------------------------------

@test "Python: files are of the distribution that importlib.metadata says" {
	cd "$BATS_TEST_TMPDIR"
	local site=root/usr/lib/python3.11/site-packages
	# dist NAME VERSION FILE...: as an installer leaves it
	dist() {
		local d="$site/${1//-/_}-$2.dist-info" f
		mkdir -p "$d"
		printf 'Metadata-Version: 2.1\nName: %s\nVersion: %s\n\nName: body\n' \
			"$1" "$2" >"$d/METADATA"
		for f in "${@:3}"; do
			mkdir -p "$site/$(dirname "$f")"
			echo "$1" >"$site/$f"
			case $f in *,*) f="\"$f\"" ;; esac
			echo "$f,sha256=abc,12"
		done >"$d/RECORD"
		echo "../../../bin/$1,," >>"$d/RECORD"
	}
	dist Foo_Bar 1.2.3 foo/__init__.py foo/_fast.so 'foo/a,b.so'
	dist foo-other 2.0+local.1 foo/plugin.so other.py
	echo stray >$site/foo/stray.so
	(cd root && find . -type f ! -name RECORD ! -name METADATA |
		sed 's,^\.,,') | sort >paths
	python3 - $site >want <<-'END'
	import importlib.metadata, os, re, sys
	owner = {}
	for d in importlib.metadata.distributions(path=[sys.argv[1]]):
	    n = re.sub('_', '-', d.metadata['Name'].lower())
	    for f in d.files:
	        owner[os.path.normpath(os.path.join(sys.argv[1][4:], str(f)))] = \
	            f"pkg:pypi/{n}@{d.version.replace('+', '%2B')}\tpython"
	for p in open('paths').read().split('\n')[:-1]:
	    print(p, owner.get(p, '\t'), sep='\t')
	END
	packages --sysroot root <paths >got
	assert_same want got
	assert_equal "$(grep -c pkg:pypi got)" 5
}

@test "Node.js: nested, scoped and linked packages, as node itself finds them" {
	cd "$BATS_TEST_TMPDIR"
	local p
	# node_package DIR NAME VERSION
	node_package() {
		mkdir -p "root/app/$1/build"
		jq -n --arg n "$2" --arg v "$3" '{name: $n, version: $v,
			main: "build/x.node"}' >"root/app/$1/package.json"
		echo x >"root/app/$1/build/x.node"
	}
	node_package node_modules/plain plain 1.0.0
	node_package node_modules/plain/node_modules/plain plain 0.9.0-rc.1+b
	node_package node_modules/@scope/tool @scope/tool 3.1.4
	node_package node_modules/@scope/tool/node_modules/dep dep 7.0.0
	node_package node_modules/.pnpm/linked@2.0.0/node_modules/linked linked 2.0.0
	ln -s .pnpm/linked@2.0.0/node_modules/linked root/app/node_modules/linked
	mkdir -p root/app/node_modules/broken
	echo '{' >root/app/node_modules/broken/package.json
	echo x >root/app/node_modules/broken/x.node
	echo x >root/app/server.node
	(cd root && find . -name '*.node' | sed 's,^\.,,') | sort >paths
	echo /app/node_modules/linked/build/x.node >>paths
	packages --sysroot root <paths >got
	node -e '
		const fs = require("fs"), path = require("path");
		for (const p of fs.readFileSync("paths", "utf8").trim().split("\n")) {
			let dir = path.dirname(fs.realpathSync("root" + p)), d;
			while (dir !== "/" && !fs.existsSync(dir + "/package.json"))
				dir = path.dirname(dir);
			try { d = JSON.parse(fs.readFileSync(dir + "/package.json")); } catch {}
			console.log([p, d ? "pkg:npm/" + d.name.replace("@", "%40") +
				"@" + d.version.replace("+", "%2B") : "",
				d ? "node" : ""].join("\t"));
		}' >want
	assert_same want got
	assert_equal "$(grep -c pkg:npm got)" 6
}

@test "code made at run time is of its script's package" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p root/app/node_modules/lodash
	echo '{"name": "lodash", "version": "4.17.21"}' \
		>root/app/node_modules/lodash/package.json
	echo x >root/app/node_modules/lodash/template.js
	jq -cn '{process_kprobe: {process: {exec_id: "e", pid: 42,
		binary: "/usr/bin/node"}, function_name: "sys_read",
		user_stack_trace: [{offset: "4096", symbol:
			"LazyCompile:*template /app/node_modules/lodash/template.js:12:3",
			module: ""}]}, node_name: "n"}' |
		rt-canon --sysroot root | jq -r 'select(.kind == "call") |
			.stack_frames[0] | [.source_file, .purl // ""] | @tsv' >got
	printf '/app/node_modules/lodash/template.js\tpkg:npm/lodash@4.17.21\n' >want
	assert_same want got
}

@test "Ruby gems and Maven jars" {
	cd "$BATS_TEST_TMPDIR"
	local gems=root/usr/lib/ruby/gems/3.1.0
	mkdir -p $gems/specifications $gems/gems/{nokogiri-1.15.4-x86_64-linux,rack-test-2.1.0,lost-1.0}/lib \
		$gems/extensions/x86_64-linux/3.1.0/rack-test-2.1.0 root/opt
	touch $gems/specifications/{nokogiri-1.15.4-x86_64-linux,rack-test-2.1.0}.gemspec
	for f in gems/nokogiri-1.15.4-x86_64-linux/lib/n.so gems/lost-1.0/lib/l.so \
		gems/rack-test-2.1.0/lib/r.so \
		extensions/x86_64-linux/3.1.0/rack-test-2.1.0/e.so; do
		echo x >$gems/$f
		echo "/usr/lib/ruby/gems/3.1.0/$f"
	done >paths
	python3 - <<-'END'
	import zipfile
	def jar(name, *poms, kind=zipfile.ZIP_DEFLATED):
	    with zipfile.ZipFile('root/opt/' + name, 'w', kind) as z:
	        z.comment = b'a comment PK\x05 in it'
	        z.writestr('META-INF/MANIFEST.MF', 'Manifest-Version: 1.0\n')
	        for g, a, v in poms:
	            z.writestr(f'META-INF/maven/{g}/{a}/pom.properties',
	                f'# made\r\nversion={v}\r\ngroupId = {g}\r\nartifactId={a}\r\n')
	one = ('org.apache.logging.log4j', 'log4j-core', '2.14.1')
	jar('anything.jar', one)
	jar('stored.jar', one, kind=zipfile.ZIP_STORED)
	jar('log4j-core-2.14.1.jar', ('a.b', 'shaded', '1'), one)
	jar('fat.jar', ('a.b', 'shaded', '1'), one)
	jar('none.jar')
	END
	head -c 100 root/opt/anything.jar >root/opt/cut.jar
	printf '/opt/%s.jar\n' anything stored log4j-core-2.14.1 fat none cut >>paths
	packages --sysroot root <paths | sed 's,^.*/\([^/]*\)\t\(.*\)\t,\1\t\2\t,' >got
	local log4j='pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1'
	printf '%s\t%s\t%s\n' n.so 'pkg:gem/nokogiri@1.15.4?platform=x86_64-linux' gem \
		l.so '' '' r.so pkg:gem/rack-test@2.1.0 gem \
		e.so pkg:gem/rack-test@2.1.0 gem anything.jar $log4j java \
		stored.jar $log4j java log4j-core-2.14.1.jar $log4j java \
		fat.jar '' '' none.jar '' '' cut.jar '' '' >want
	assert_same want got
}

@test "a running process' own root, and a database that changes meanwhile" {
	cd "$BATS_TEST_TMPDIR"
	local libc start
	libc=$(readlink -f "$(ldd /usr/bin/sleep | awk '/libc\.so/ { print $3 }')")
	start=$(date -u +%FT%TZ)
	sleep 60 &
	frame_of "$libc" | jq -c --argjson p $! --arg s "$start" \
		'.process_kprobe.process += {pid: $p, start_time: $s}' |
		rt-canon --proc /proc |
		jq -r 'select(.kind == "call").stack_frames[0].purl' >got
	kill $!
	echo "$libc" | expected | cut -f 2 >want
	assert_same want got
	mkdir root
	deb lib 1 amd64 /usr/lib/liba.so /usr/lib/libb.so
	install_debs root ./lib.deb
	{
		frame_of /usr/lib/liba.so
		for i in {1..300}; do
			[ -s first ] && break
			sleep 0.1
		done
		deb lib 2 amd64 /usr/lib/liba.so /usr/lib/libb.so
		install_debs root ./lib.deb
		frame_of /usr/lib/libb.so
		frame_of /usr/lib/liba.so
	} | rt-canon --sysroot root | tee first |
		jq -r 'select(.kind == "call").stack_frames[0].purl' >got
	printf 'pkg:deb/debian/lib@%s?arch=amd64\n' 1 2 2 >want
	assert_same want got
}

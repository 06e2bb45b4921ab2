#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# sweep.sh COUNT [FILE...] - COUNT random places inside functions of ELF files
# (without any, of those that standard input lists), named by rt-canon (as frames of events) and by eu-addr2line (elfutils), which
# shares no code with it. Both may use /usr/lib/debug. Prints how many agree,
# how the others differ, an example of each kind, and fails where a difference
# has no explanation:
#
#	same		the same start and one of the names there
#	unsized		the symbol has no size: each guesses its end
#	overlap		two functions cover the place
#	go		the judge cannot read Go's table
#	nm		the judge finds nothing; nm has our name and a size
#			that covers the place
set -u
export LC_ALL=C DEBUGINFOD_URLS=
count=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
debug=()
[ ! -d /usr/lib/debug ] || debug=(--debug-dir /usr/lib/debug)

{ [ $# -gt 0 ] && printf '%s\n' "$@" || cat; } | perl -MCwd=realpath -lne '
	my ($f, $magic);
	next unless -f $_ && open $f, "<", $_;
	read $f, $magic, 4;
	print realpath($_) if $magic eq "\x7fELF"' | sort -u >"$work/files"

# FILE, offset in the file, start, size, approx, names at the start
xargs -d '\n' rt-canon ids -o json "${debug[@]}" <"$work/files" 2>/dev/null |
	jq -r 'select(.module_offset and (.raw_symbol | endswith("@plt") | not)) |
		[.module, .module_offset, .size,
		(.approx // false | if . then 1 else 0 end), .raw_symbol,
		(.aliases // [])[]] | @tsv' |
	perl -e '
		my ($count, $seed) = @ARGV;
		srand($seed);
		my (%n, %kept, @files);
		while (<STDIN>) {
			chomp;
			my ($f, @r) = split /\t/;
			push @files, $f unless $n{$f}++;
			# A reservoir a file, so that large ones do not win.
			if (@{$kept{$f} //= []} < 400) { push @{$kept{$f}}, \@r }
			else {
				my $i = int rand $n{$f};
				$kept{$f}[$i] = \@r if $i < 400;
			}
		}
		my $each = @files ? int($count / @files) + 1 : 0;
		for my $f (@files) {
			for (1 .. $each) {
				my $r = $kept{$f}[rand @{$kept{$f}}];
				next unless $r->[1];
				print join("\t", $f, $r->[0] + int(rand $r->[1]), @$r), "\n";
			}
		}' "$count" "${SWEEP_SEED:-1}" >"$work/places"

perl -ane 'chomp; my ($f, $o) = split /\t/;
	print "{\"process_kprobe\":{\"process\":{\"exec_id\":\"x\",\"pid\":1},",
		"\"function_name\":\"f\",\"user_stack_trace\":[{\"module\":\"$f\",",
		"\"offset\":\"$o\"}]},\"time\":\"2026-01-01T00:00:00Z\"}\n"' \
	"$work/places" |
	rt-canon --sysroot / "${debug[@]}" --symbol-cache 256MiB -o json 2>/dev/null |
	jq -r 'select(.kind == "call") | .stack_frames[0] |
		[.raw_symbol // "?", (.function_id // "+0x0" | sub(".*[+]0x"; ""))] |
		@tsv' >"$work/ours"

perl -e '
	my ($places, $ours) = @ARGV;
	open my $p, "<", $places or die;
	open my $o, "<", $ours or die;
	my (%of, %kinds, %example, %nm);
	sub covered {
		my ($f, $addr, $name) = @_;
		$nm{$f} //= [map { /^([0-9a-f]+) ([0-9a-f]+) \S (\S+?)(?:@.*)?$/ ?
			[hex $1, hex $2, $3] : () }
			`nm -S \Q$f\E 2>/dev/null; nm -DS \Q$f\E 2>/dev/null`];
		return (grep { $_->[2] eq $name && $addr >= $_->[0] &&
			$addr < $_->[0] + $_->[1] } @{$nm{$f}}) ? "nm" :
			"judge has no name";
	}
	while (<$p>) {
		chomp;
		my ($f, $at, $start, $size, $approx, @names) = split /\t/;
		my ($name, $off) = split /\t/, <$o> // die "no answer for $f\n";
		push @{$of{$f}}, [$at, $start, $size, $approx, \@names, $name, hex $off];
	}
	for my $f (sort keys %of) {
		my @load;
		for (`readelf -lW \Q$f\E 2>/dev/null`) {
			push @load, [map hex, $1, $2, $3] if
				/^\s+LOAD\s+(\S+)\s+(\S+)\s+\S+\s+(\S+)/;
		}
		my $go = `readelf -SW \Q$f\E 2>/dev/null` =~ /gopclntab/ &&
			`nm \Q$f\E 2>&1` =~ /no symbols/;
		my @a = map {
			my $x = $_->[0];
			my ($s) = grep { $x >= $_->[0] && $x < $_->[0] + $_->[2] } @load;
			$x - $s->[0] + $s->[1] } @{$of{$f}};
		open my $in, ">", "$places.addr";
		printf $in "0x%x\n", $_ for @a;
		close $in;
		my @j = grep { ++$i % 2 } `eu-addr2line -S -e \Q$f\E <\Q$places.addr\E 2>/dev/null`;
		$i = 0;
		for my $k (0 .. $#a) {
			my ($at, $start, $size, $approx, $names, $name, $off) = @{$of{$f}[$k]};
			my ($jn, $jo) = ($j[$k] // "") =~ /^(.*?)(?:\+0x([0-9a-f]+))?$/;
			$jn =~ s/@.*// unless $jn =~ /\@plt$/;
			$jo = hex($jo // 0);
			my $kind =
				$name eq "?" ? "unnamed" :
				$off == $jo && grep({ $_ eq $jn } @$names, $name) ? "same" :
				$go ? "go" :
				$approx || $at - $off != $start && $jn eq "()" ? "unsized" :
				$jn eq "()" || $jn eq "??" ? covered($f, $a[$k], $name) :
				$off == $jo ? "other name" : "overlap";
			$kinds{$kind}++;
			$example{$kind} //= sprintf "%s 0x%x: %s+0x%x, judge %s+0x%x",
				$f, $at, $name, $off, $jn, $jo;
		}
	}
	my $n = 0;
	$n += $_ for values %kinds;
	printf "%d places in %d files\n", $n, scalar keys %of;
	for (sort { $kinds{$b} <=> $kinds{$a} } keys %kinds) {
		printf "%8d %-20s %s\n", $kinds{$_}, $_, $_ eq "same" ? "" : $example{$_};
	}
	exit(grep({ $kinds{$_} } "unnamed", "other name", "judge has no name") ||
		!$n ? 1 : 0)' \
	"$work/places" "$work/ours"

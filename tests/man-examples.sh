#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# man-examples.sh PAGE... - runs the examples of manual pages and compares
# what they print with what the page shows. Prints "ok - PAGE: COMMAND" or
# "not ok - ..." with a diff a command; fails if one differs.
#
# How a page marks an example that is to be run:
#
#	.\" run [STATUS]
#	.Bd -literal -offset indent
#	$ first command |
#	> goes on here
#	what it prints, standard error included
#	$ second command
#	.Ed
#
# "$ " begins a command and "> " continues it, as a shell's prompts do; all
# else is output. Every command must end with STATUS (0 unless given), where
# the status of a pipe is that of its last failing part, and a part that died
# by SIGPIPE, since its reader had enough, has not failed. Displays without
# the mark are not run.
#
# Commands run in a scratch folder that has the repository's testdata in it,
# so that pages read as if one stood in the repository's root, and nothing
# that an example writes lands there. The tools are those in PATH.
set -u
export LC_ALL=C
unset "${!TETRAPIPE_@}" NO_COLOR
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
ln -s "$root/testdata" "$scratch/testdata"
failed=0

# unroff: the literal text of mdoc source
unroff()
{
	sed -e 's/^\\&//' -e 's/\\&//g' -e 's/\\-/-/g' -e 's/\\e/\\/g'
}

# check PAGE STATUS COMMAND WANTED-OUTPUT
check()
{
	local name=$1 want_status=$2 command=$3 want=$4 got status

	got=$(cd "$scratch" && bash -c "set -o pipefail
$command" 2>&1 < /dev/null)
	status=$?
	[ $status -eq 141 ] && status=0
	if [ "$got" = "$want" ] && [ $status -eq "$want_status" ]; then
		echo "ok - $name: ${command%%$'\n'*}"
		return
	fi
	failed=1
	echo "not ok - $name: $command"
	[ $status -eq "$want_status" ] ||
		echo "# status $status, the page says $want_status"
	diff <(echo "$want") <(echo "$got") | sed 's/^/# /'
}

# run_page FILE: finds the marked displays, calls check for each command
run_page()
{
	local page=$1 name state='' status=0 command='' output='' line

	name=$(basename "$page")
	finish()
	{
		[ -z "$command" ] || check "$name" "$status" "$command" \
			"${output%$'\n'}"
		command='' output=''
	}
	while IFS= read -r line; do
		case $state in
		'')
			[[ $line =~ ^'.\" run'(' '([0-9]+))?$ ]] || continue
			status=${BASH_REMATCH[2]:-0}
			state=marked
			;;
		marked)
			state=
			[[ $line == .Bd\ -literal* ]] && state=display
			;;
		display)
			case $line in
			.Ed)
				finish
				state=
				;;
			'$ '*)
				finish
				command=$(unroff <<< "${line#??}")
				;;
			'> '*)
				command+=$'\n'$(unroff <<< "${line#??}")
				;;
			*)
				output+=$(unroff <<< "$line")$'\n'
				;;
			esac
			;;
		esac
	done < "$page"
}

for page; do
	run_page "$page"
done
exit $failed

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# gen.sh BIN_DIR [OUT_DIR] - writes the completions of every tool in BIN_DIR
# for bash (TOOL.bash), zsh (_TOOL) and fish (TOOL.fish) into OUT_DIR, which
# is this folder unless given. All comes from `TOOL --dump-options`: letter,
# name, kind, argument, choices and help, a row an option, tabs between.
set -eu
export LC_ALL=C

[ $# -ge 1 ] || { echo 'usage: gen.sh BIN_DIR [OUT_DIR]' >&2; exit 2; }
bin=$1
out=${2:-$(dirname "$0")}
tools='tetra-tap rt-canon rt-redact rt-hotsym rt-witness rt-pgload'
# These take files as operands.
with_files=' tetra-tap '
table=$(mktemp)
trap 'rm -f "$table"' EXIT INT TERM

says='made by completions/gen.sh from TOOL --dump-options; do not edit'

# What completes the value: choices, files, dirs, nothing (free) or none (flag).
# A row becomes LETTER NAME VALUE ARG CHOICES HELP, the letter empty for "-".
rows()
{
	awk -F '\t' -v OFS='\t' '{
		letter = $1 == "-" ? "" : substr($1, 2)
		value = "free"
		if ($3 == "flag")
			value = "none"
		else if ($3 == "choice")
			value = "choices"
		else if ($4 == "FILE")
			value = "files"
		else if ($4 == "DIR")
			value = "dirs"
		print letter, $2, value, $4, $5, $6
	}' "$table"
}

is_with_files()
{
	case $with_files in
	*" $1 "*) return 0 ;;
	esac
	return 1
}

bash_file()
{
	cat <<END
# SPDX-License-Identifier: Apache-2.0
# bash completion of $1; $says
_$(echo "$1" | tr - _)()
{
	local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}

	# --name=value comes as three words.
	[[ \$cur == = ]] && cur=
	[[ \$prev == = ]] && prev=\${COMP_WORDS[COMP_CWORD-2]}
	compopt +o default 2>/dev/null
	COMPREPLY=()
	case \$prev in
END
	rows | awk -F '\t' '
	$3 == "none" { next }
	{
		pat = ($1 == "" ? "" : "-" $1 "|") "--" $2
		if ($3 == "choices") {
			gsub(",", " ", $5)
			act = "mapfile -t COMPREPLY < <(compgen -W \"" $5 "\" -- \"$cur\")"
		} else if ($3 == "files")
			act = "compopt -o filenames 2>/dev/null\n\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")"
		else if ($3 == "dirs")
			act = "compopt -o filenames 2>/dev/null\n\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\")"
		else
			act = ""
		printf "\t%s)\n", pat
		if (act != "")
			printf "\t\t%s\n", act
		print "\t\treturn ;;"
	}'
	printf '\tesac\n\tif [[ $cur == -* ]]; then\n'
	printf "\t\tmapfile -t COMPREPLY < <(compgen -W '"
	rows | awk -F '\t' '{
		if (NR > 1)
			printf "\n\t\t\t"
		if ($1 != "")
			printf "-%s ", $1
		printf "--%s", $2
	}'
	printf "' -- \"\$cur\")\n"
	if is_with_files "$1"; then
		printf '\t\treturn\n\tfi\n\tcompopt -o filenames 2>/dev/null\n'
		printf '\tmapfile -t COMPREPLY < <(compgen -f -- "$cur")\n}\n'
	else
		printf '\tfi\n}\n'
	fi
	echo "complete -F _$(echo "$1" | tr - _) $1"
}

zsh_file()
{
	printf '#compdef %s\n# SPDX-License-Identifier: Apache-2.0\n' "$1"
	printf '# zsh completion; %s\n_arguments -s -S' "$says"
	rows | awk -F '\t' -v q="'" '
	function text(s) {
		gsub(q, q "\\" q q, s)
		gsub(/\[/, "\\[", s)
		gsub(/\]/, "\\]", s)
		gsub(/:/, "\\:", s)
		return s
	}
	{
		val = ""
		if ($3 == "choices") {
			gsub(",", " ", $5)
			val = ":" $4 ":(" $5 ")"
		} else if ($3 == "files")
			val = ":" $4 ":_files"
		else if ($3 == "dirs")
			val = ":" $4 ":_files -/"
		else if ($3 == "free")
			val = ":" $4 ": "
		eq = val == "" ? "" : "="
		many = $2 == "replay" ? "*" : ""
		if ($1 == "")
			printf " \\\n\t%s%s--%s%s[%s]%s%s", q, many, $2, eq,
				text($6), val, q
		else
			printf " \\\n\t%s(-%s --%s)%s{-%s%s,--%s%s}%s[%s]%s%s",
				q, $1, $2, q, $1, val == "" ? "" : "+", $2, eq,
				q, text($6), val, q
	}'
	! is_with_files "$1" || printf " \\\\\n\t'*:FILE:_files'"
	echo
}

fish_file()
{
	printf '# SPDX-License-Identifier: Apache-2.0\n'
	printf '# fish completion of %s; %s\n' "$1" "$says"
	is_with_files "$1" || echo "complete -c $1 -f"
	rows | awk -F '\t' -v q="'" -v tool="$1" '{
		gsub(q, "\\" q, $6)
		gsub(",", " ", $5)
		printf "complete -c %s", tool
		if ($1 != "")
			printf " -s %s", $1
		printf " -l %s", $2
		if ($3 == "choices")
			printf " -x -a %s%s%s", q, $5, q
		else if ($3 == "files")
			printf " -r -F"
		else if ($3 == "dirs")
			printf " -x -a %s(__fish_complete_directories)%s", q, q
		else if ($3 == "free")
			printf " -x"
		printf " -d %s%s%s\n", q, $6, q
	}'
}

for tool in $tools; do
	[ -x "$bin/$tool" ] || continue
	"$bin/$tool" --dump-options > "$table"
	bash_file "$tool" > "$out/$tool.bash"
	zsh_file "$tool" > "$out/_$tool"
	fish_file "$tool" > "$out/$tool.fish"
done

# SPDX-License-Identifier: Apache-2.0
# bash completion of rt-pgload; made by completions/gen.sh from TOOL --dump-options; do not edit
_rt_pgload()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	# --name=value comes as three words.
	[[ $cur == = ]] && cur=
	[[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}
	compopt +o default 2>/dev/null
	COMPREPLY=()
	case $prev in
	--db)
		return ;;
	--batch-rows)
		return ;;
	--retry-for)
		return ;;
	--spool)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return ;;
	--spool-size)
		return ;;
	-o|--output)
		mapfile -t COMPREPLY < <(compgen -W "auto json table" -- "$cur")
		return ;;
	--cluster)
		return ;;
	--node)
		return ;;
	--since)
		return ;;
	--until)
		return ;;
	--input-format)
		mapfile -t COMPREPLY < <(compgen -W "auto json pb tetragon-pb" -- "$cur")
		return ;;
	--max-record)
		return ;;
	--metrics-listen)
		return ;;
	--config)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--drain-timeout)
		return ;;
	--log-format)
		mapfile -t COMPREPLY < <(compgen -W "text json" -- "$cur")
		return ;;
	--metrics-file)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W '--db
			--batch-rows
			--require-complete
			--retry-for
			--spool
			--spool-size
			--unfinished
			-o --output
			--cluster
			--node
			--since
			--until
			--input-format
			--max-record
			--metrics-listen
			--config
			--drain-timeout
			--log-format
			--metrics-file
			-q --quiet
			-v --verbose
			-h --help
			-V --version' -- "$cur")
	fi
}
complete -F _rt_pgload rt-pgload

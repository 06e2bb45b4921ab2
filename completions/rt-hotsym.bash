# SPDX-License-Identifier: Apache-2.0
# bash completion of rt-hotsym; made by completions/gen.sh from TOOL --dump-options; do not edit
_rt_hotsym()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	# --name=value comes as three words.
	[[ $cur == = ]] && cur=
	[[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}
	compopt +o default 2>/dev/null
	COMPREPLY=()
	case $prev in
	--window)
		return ;;
	--lateness)
		return ;;
	--flush-interval)
		return ;;
	--session)
		return ;;
	--max-keys)
		return ;;
	--max-memory)
		return ;;
	--max-callers)
		return ;;
	--min-confidence)
		return ;;
	--max-samples)
		return ;;
	--sbom-out)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--sbom-max)
		return ;;
	--top)
		return ;;
	--max-nodes)
		return ;;
	--input-format)
		mapfile -t COMPREPLY < <(compgen -W "auto json pb tetragon-pb" -- "$cur")
		return ;;
	--max-record)
		return ;;
	-o|--output)
		mapfile -t COMPREPLY < <(compgen -W "auto json pb compact table folded pprof svg" -- "$cur")
		return ;;
	--color)
		mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$cur")
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
		mapfile -t COMPREPLY < <(compgen -W '--window
			--lateness
			--flush-interval
			--session
			--kernel
			--max-keys
			--max-memory
			--max-callers
			--min-confidence
			--no-samples
			--max-samples
			--sbom-out
			--sbom-max
			--top
			--max-nodes
			--input-format
			--max-record
			-o --output
			--color
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
complete -F _rt_hotsym rt-hotsym

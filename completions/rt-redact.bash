# SPDX-License-Identifier: Apache-2.0
# bash completion of rt-redact; made by completions/gen.sh from TOOL --dump-options; do not edit
_rt_redact()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	# --name=value comes as three words.
	[[ $cur == = ]] && cur=
	[[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}
	compopt +o default 2>/dev/null
	COMPREPLY=()
	case $prev in
	--policy)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--allow-namespace)
		return ;;
	--token-key)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--report)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--bundle)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--max-names)
		return ;;
	--rehydrate)
		return ;;
	--input-format)
		mapfile -t COMPREPLY < <(compgen -W "auto json pb tetragon-pb" -- "$cur")
		return ;;
	--max-record)
		return ;;
	-o|--output)
		mapfile -t COMPREPLY < <(compgen -W "auto json pb compact" -- "$cur")
		return ;;
	--color)
		mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$cur")
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
		mapfile -t COMPREPLY < <(compgen -W '--policy
			--default-rules
			--arguments
			--allow-namespace
			--token-key
			--report
			--explain
			--pass-through
			--symbol-ids-only
			--bundle
			--max-names
			--rehydrate
			--strict-paths
			--env-all
			--drop-binary
			--mails
			--addresses
			--keep-homes
			--keep-credential-files
			--input-format
			--max-record
			-o --output
			--color
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
complete -F _rt_redact rt-redact

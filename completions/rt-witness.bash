# SPDX-License-Identifier: Apache-2.0
# bash completion of rt-witness; made by completions/gen.sh from TOOL --dump-options; do not edit
_rt_witness()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	# --name=value comes as three words.
	[[ $cur == = ]] && cur=
	[[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}
	compopt +o default 2>/dev/null
	COMPREPLY=()
	case $prev in
	--predicate)
		mapfile -t COMPREPLY < <(compgen -W "runtime-trace execution-evidence micro-witness" -- "$cur")
		return ;;
	--subject)
		return ;;
	--environment)
		return ;;
	--sysroot-digest)
		return ;;
	--claims)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--absence)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--every)
		return ;;
	--max-claims)
		return ;;
	--out)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return ;;
	--key)
		return ;;
	--passphrase-fd)
		return ;;
	--certificate)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--capture)
		return ;;
	--stage)
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
		mapfile -t COMPREPLY < <(compgen -W '--predicate
			--subject
			--environment
			--sysroot-digest
			--claims
			--absence
			--every
			--max-claims
			--clock
			--out
			--key
			--passphrase-fd
			--certificate
			--dsse
			--unsigned
			--capture
			--stage
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
complete -F _rt_witness rt-witness

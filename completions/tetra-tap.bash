# SPDX-License-Identifier: Apache-2.0
# bash completion of tetra-tap; made by completions/gen.sh from TOOL --dump-options; do not edit
_tetra_tap()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	# --name=value comes as three words.
	[[ $cur == = ]] && cur=
	[[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}
	compopt +o default 2>/dev/null
	COMPREPLY=()
	case $prev in
	--replay)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--checkpoint)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--speed)
		return ;;
	--rejects)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--input-format)
		mapfile -t COMPREPLY < <(compgen -W "auto json pb tetragon-pb" -- "$cur")
		return ;;
	--max-record)
		return ;;
	-e|--event-types)
		return ;;
	-n|--namespace)
		return ;;
	--namespace-regex)
		return ;;
	--pod)
		return ;;
	--process)
		return ;;
	--container)
		return ;;
	--labels)
		return ;;
	--policy-names)
		return ;;
	--pid)
		return ;;
	--cel-expression)
		return ;;
	--allow-list)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--deny-list)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	-f|--include-fields)
		return ;;
	-F|--exclude-fields)
		return ;;
	--since)
		return ;;
	--until)
		return ;;
	--max-events)
		return ;;
	--address)
		return ;;
	--agent-info)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--connect-timeout)
		return ;;
	--keepalive)
		return ;;
	--max-reconnects)
		return ;;
	--duration)
		return ;;
	--max-recv-size)
		return ;;
	--agent-metrics)
		return ;;
	--agent-metrics-interval)
		return ;;
	--tls-ca-cert-files)
		return ;;
	--tls-cert-file)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--tls-key-file)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--tls-server-name)
		return ;;
	--buffer)
		return ;;
	--overflow)
		mapfile -t COMPREPLY < <(compgen -W "drop-oldest block" -- "$cur")
		return ;;
	--overload-grace)
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
		mapfile -t COMPREPLY < <(compgen -W '--replay
			--follow
			--checkpoint
			--speed
			--rejects
			--input-format
			--max-record
			-e --event-types
			-n --namespace
			--namespace-regex
			--pod
			--process
			--container
			--labels
			--policy-names
			--host
			--pid
			--in-init-tree
			--cel-expression
			--allow-list
			--deny-list
			-f --include-fields
			-F --exclude-fields
			--since
			--until
			--max-events
			--address
			--agent-info
			--connect-timeout
			--keepalive
			--reconnect
			--no-reconnect
			--max-reconnects
			--duration
			--max-recv-size
			--agent-metrics
			--agent-metrics-interval
			--tls-ca-cert-files
			--tls-cert-file
			--tls-key-file
			--tls-server-name
			--tls-skip-verify
			--buffer
			--overflow
			--overload-grace
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
		return
	fi
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}
complete -F _tetra_tap tetra-tap

# SPDX-License-Identifier: Apache-2.0
# bash completion of rt-canon; made by completions/gen.sh from TOOL --dump-options; do not edit
_rt_canon()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	# --name=value comes as three words.
	[[ $cur == = ]] && cur=
	[[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}
	compopt +o default 2>/dev/null
	COMPREPLY=()
	case $prev in
	--sysroot)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return ;;
	--image)
		return ;;
	--proc)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return ;;
	--debug-dir)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return ;;
	--kallsyms)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--kernel-build-id)
		return ;;
	--perf-map-cache)
		return ;;
	--symbol-cache)
		return ;;
	--dwarf-cache)
		return ;;
	--sbom)
		return ;;
	--report)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--report-format)
		mapfile -t COMPREPLY < <(compgen -W "table json" -- "$cur")
		return ;;
	--input-format)
		mapfile -t COMPREPLY < <(compgen -W "auto json pb tetragon-pb perf-script folded" -- "$cur")
		return ;;
	--max-record)
		return ;;
	-o|--output)
		mapfile -t COMPREPLY < <(compgen -W "auto json pb compact table" -- "$cur")
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
		mapfile -t COMPREPLY < <(compgen -W '--sysroot
			--image
			--proc
			--debug-dir
			--debuginfod
			--kallsyms
			--kernel-build-id
			--perf-map-cache
			--symbol-cache
			--lines
			--inlines
			--dwarf-cache
			--sbom
			--report
			--report-format
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
complete -F _rt_canon rt-canon

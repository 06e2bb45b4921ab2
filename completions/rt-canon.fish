# SPDX-License-Identifier: Apache-2.0
# fish completion of rt-canon; made by completions/gen.sh from TOOL --dump-options; do not edit
complete -c rt-canon -f
complete -c rt-canon -l sysroot -x -a '(__fish_complete_directories)' -d 'root under which modules are found'
complete -c rt-canon -l symbol-cache -x -d 'memory for symbols, default 16MiB'
complete -c rt-canon -l input-format -x -a 'auto json pb tetragon-pb perf-script folded' -d 'of the input'
complete -c rt-canon -l max-record -x -d 'longest record, default 12MiB'
complete -c rt-canon -s o -l output -x -a 'auto json pb compact table' -d 'of the output'
complete -c rt-canon -l color -x -a 'auto always never' -d 'of compact output'
complete -c rt-canon -l config -r -F -d 'settings (the seed\'s config.yaml)'
complete -c rt-canon -l drain-timeout -x -d 'reading on after SIGTERM, default 5s'
complete -c rt-canon -l log-format -x -a 'text json' -d 'messages on stderr'
complete -c rt-canon -l metrics-file -r -F -d 'Prometheus text, renamed into place'
complete -c rt-canon -s q -l quiet -d 'errors only'
complete -c rt-canon -s v -l verbose -d 'say more'
complete -c rt-canon -s h -l help -d 'this text'
complete -c rt-canon -s V -l version -d 'version'

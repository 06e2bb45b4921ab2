# SPDX-License-Identifier: Apache-2.0
# fish completion of rt-pgload; made by completions/gen.sh from TOOL --dump-options; do not edit
complete -c rt-pgload -f
complete -c rt-pgload -l db -x -d 'connection string or URI, without password'
complete -c rt-pgload -l init -d 'create or upgrade the schema, load nothing'
complete -c rt-pgload -l batch-rows -x -d 'rows held in memory, default 100000'
complete -c rt-pgload -l require-complete -d 'exit 1 where the ledgers do not close'
complete -c rt-pgload -l unfinished -d 'load a last batch without ledger, too'
complete -c rt-pgload -l input-format -x -a 'auto json pb tetragon-pb' -d 'of the input'
complete -c rt-pgload -l max-record -x -d 'longest record, default 12MiB'
complete -c rt-pgload -l metrics-listen -x -d 'serve /metrics and /healthz there'
complete -c rt-pgload -l config -r -F -d 'settings (the seed\'s config.yaml)'
complete -c rt-pgload -l drain-timeout -x -d 'reading on after SIGTERM, default 5s'
complete -c rt-pgload -l log-format -x -a 'text json' -d 'messages on stderr'
complete -c rt-pgload -l metrics-file -r -F -d 'Prometheus text, renamed into place'
complete -c rt-pgload -s q -l quiet -d 'errors only'
complete -c rt-pgload -s v -l verbose -d 'say more'
complete -c rt-pgload -s h -l help -d 'this text'
complete -c rt-pgload -s V -l version -d 'version'

# SPDX-License-Identifier: Apache-2.0
# fish completion of rt-redact; made by completions/gen.sh from TOOL --dump-options; do not edit
complete -c rt-redact -f
complete -c rt-redact -l strict-paths -d 'module paths of raw events, too'
complete -c rt-redact -l env-all -d 'the values of all environment variables'
complete -c rt-redact -l drop-binary -d 'bytes that are no text vanish without a mark'
complete -c rt-redact -l keep-homes -d 'user names in home directories stay'
complete -c rt-redact -l keep-credential-files -d 'names of credential files stay'
complete -c rt-redact -l input-format -x -a 'auto json pb tetragon-pb' -d 'of the input'
complete -c rt-redact -l max-record -x -d 'longest record, default 12MiB'
complete -c rt-redact -s o -l output -x -a 'auto json pb compact' -d 'of the output'
complete -c rt-redact -l config -r -F -d 'settings (the seed\'s config.yaml)'
complete -c rt-redact -l drain-timeout -x -d 'reading on after SIGTERM, default 5s'
complete -c rt-redact -l log-format -x -a 'text json' -d 'messages on stderr'
complete -c rt-redact -l metrics-file -r -F -d 'Prometheus text, renamed into place'
complete -c rt-redact -s q -l quiet -d 'errors only'
complete -c rt-redact -s v -l verbose -d 'say more'
complete -c rt-redact -s h -l help -d 'this text'
complete -c rt-redact -s V -l version -d 'version'

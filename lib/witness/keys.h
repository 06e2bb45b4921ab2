/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.h - keys that sign and verify, through OpenSSL. What is signed is the
 * encoding of dsse.h:
 *
 *	EC P-256, P-384	ECDSA, ASN.1 DER, over SHA-256, SHA-384
 *	Ed25519		pure
 *	RSA		PKCS #1 v1.5 over SHA-256, 2048 bits or more
 *
 * Private keys are PEM (PKCS #8, encrypted or not, or the older forms). As long
 * as one is in memory the process writes no core dump and cannot be traced by
 * others of the same user; its text is wiped after reading.
 */
#ifndef RT_WITNESS_KEYS_H
#define RT_WITNESS_KEYS_H

#include "base/base.h"
#include "base/buf.h"

#define KEYS_MAX_FILE (64 * KIB)

struct key;

/*
 * where: a file, "fd:N" or "env:NAME". passphrase_fd: where the passphrase's
 * first line is read, once; -1: none. NULL with err, which says nothing of
 * what was read.
 */
struct key *key_private(const char *where, int passphrase_fd,
			struct rt_err *err);
/* A public key, a certificate or a private key. */
struct key *key_public(const char *where, struct rt_err *err);
void key_free(struct key *k);

/* Appends the signature. */
bool key_sign(const struct key *k, sv message, struct buf *sig);
bool key_verify(const struct key *k, sv message, sv sig);

/* Appends the SHA-256 of the public key's DER (SubjectPublicKeyInfo), base64.
 */
bool key_hint(const struct key *k, struct buf *out);

/*
 * Appends the DER of the first certificate of a PEM file, whose key must be
 * k's.
 */
bool key_certificate(const struct key *k, const char *file, struct buf *der,
		     struct rt_err *err);
/* The key of a certificate in DER. */
struct key *key_of_certificate(sv der, struct rt_err *err);

#endif

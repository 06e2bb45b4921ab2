/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha256.h - SHA-256 over short messages at a high rate (libcrypto). One
 * context serves any number of messages, one after the other:
 *
 *	struct sha256 h = {0};
 *
 *	if (!sha256_init(&h))
 *		...
 *	for each message: sha256_update(&h, part); ... sha256_final(&h, sum);
 *	sha256_release(&h);
 *
 * Not shared between threads; the algorithm is looked up once a process.
 */
#ifndef RT_SHA256_H
#define RT_SHA256_H

#include "base/base.h"

#define SHA256_LEN 32

struct sha256 {
	void *ctx;  /* EVP_MD_CTX */
	bool ready; /* a message may be added to */
};

/*
 * Starts a message; a half-done one is forgotten. The first call on a zeroed
 * struct allocates. False: libcrypto has no SHA-256 (a broken installation).
 */
bool sha256_init(struct sha256 *h);
void sha256_update(struct sha256 *h, sv part);
/*
 * The sum of all parts since the last init or final; the next message may
 * follow at once. False: libcrypto failed somewhere, out is zeroed.
 */
bool sha256_final(struct sha256 *h, uint8_t out[SHA256_LEN]);
void sha256_release(struct sha256 *h);

/* One message, own context: for cold paths. */
bool sha256_once(sv msg, uint8_t out[SHA256_LEN]);

#endif

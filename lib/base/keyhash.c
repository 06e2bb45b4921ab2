/* SPDX-License-Identifier: Apache-2.0 */
#include "base/keyhash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>

enum { KEY_LEN = 16, IV_LEN = 12 };

static EVP_MAC *algorithm;
static uint8_t key[KEY_LEN];
static pthread_once_t made = PTHREAD_ONCE_INIT;

static void make(void)
{
	if (RAND_bytes(key, sizeof(key)) == 1)
		algorithm = EVP_MAC_fetch(NULL, "GMAC", NULL);
}

/*
 * One nonce for all messages: that gives the key away to who sees tags, and
 * nobody does.
 */
bool keyhash_init(struct keyhash *h)
{
	uint8_t iv[IV_LEN] = {0};
	char cipher[] = "AES-128-GCM";
	OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(
				       OSSL_MAC_PARAM_CIPHER, cipher, 0),
			       OSSL_PARAM_construct_octet_string(
				       OSSL_MAC_PARAM_IV, iv, sizeof(iv)),
			       OSSL_PARAM_construct_end()};

	pthread_once(&made, make);
	h->ctx = algorithm ? EVP_MAC_CTX_new(algorithm) : NULL;
	return h->ctx && EVP_MAC_init(h->ctx, key, sizeof(key), params);
}

bool keyhash_update(struct keyhash *h, sv part)
{
	return !part.n ||
	       EVP_MAC_update(h->ctx, (const unsigned char *)part.p, part.n);
}

bool keyhash_final(struct keyhash *h, uint8_t out[KEYHASH_LEN])
{
	size_t n = 0;
	bool ok = h->ctx && EVP_MAC_final(h->ctx, out, &n, KEYHASH_LEN) &&
		  n == KEYHASH_LEN;

	if (!ok)
		memset(out, 0, KEYHASH_LEN);
	EVP_MAC_CTX_free(h->ctx);
	h->ctx = NULL;
	return ok;
}

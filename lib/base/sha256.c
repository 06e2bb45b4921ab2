/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256.h"

#include <openssl/evp.h>
#include <pthread.h>

/* Fetched once: a fetch for every message costs more than the message. */
static const EVP_MD *algorithm;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void fetch(void)
{
	algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
}

bool sha256_init(struct sha256 *h)
{
	pthread_once(&fetched, fetch);
	h->ready = false;
	if (!algorithm)
		return false;
	if (!h->ctx)
		h->ctx = EVP_MD_CTX_new();
	if (!h->ctx || !EVP_DigestInit_ex2(h->ctx, algorithm, NULL))
		return false;
	h->ready = true;
	return true;
}

void sha256_update(struct sha256 *h, sv part)
{
	if (!h->ready || !part.n)
		return;
	if (!EVP_DigestUpdate(h->ctx, part.p, part.n))
		h->ready = false;
}

bool sha256_final(struct sha256 *h, uint8_t out[SHA256_LEN])
{
	bool ok = h->ready && EVP_DigestFinal_ex(h->ctx, out, NULL);

	if (!ok)
		memset(out, 0, SHA256_LEN);
	/* NULL: the same algorithm again, which skips its set-up. */
	h->ready = ok && EVP_DigestInit_ex2(h->ctx, NULL, NULL);
	return ok;
}

void sha256_release(struct sha256 *h)
{
	EVP_MD_CTX_free(h->ctx);
	*h = (struct sha256){0};
}

bool sha256_once(sv msg, uint8_t out[SHA256_LEN])
{
	struct sha256 h = {0};
	bool ok;

	if (!sha256_init(&h))
		memset(out, 0, SHA256_LEN);
	sha256_update(&h, msg);
	ok = sha256_final(&h, out);
	sha256_release(&h);
	return ok;
}

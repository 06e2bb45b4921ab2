/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hmac.h"

#define BLOCK 64

static bool half(struct sha256 *h, const uint8_t key[BLOCK], uint8_t pad,
		 sv text, uint8_t out[SHA256_LEN])
{
	uint8_t block[BLOCK];

	for (int i = 0; i < BLOCK; i++)
		block[i] = key[i] ^ pad;
	sha256_init(h);
	sha256_update(h, (sv){(const char *)block, BLOCK});
	sha256_update(h, text);
	return sha256_final(h, out);
}

bool hmac_sha256(sv key, sv text, uint8_t out[SHA256_LEN])
{
	uint8_t block[BLOCK] = {0}, inner[SHA256_LEN];
	struct sha256 h = {0};
	bool ok = true;

	if (key.n > BLOCK)
		ok = sha256_once(key, block);
	else if (key.n)
		memcpy(block, key.p, key.n);
	ok = ok && half(&h, block, 0x36, text, inner) &&
	     half(&h, block, 0x5c, (sv){(const char *)inner, SHA256_LEN}, out);
	if (!ok)
		memset(out, 0, SHA256_LEN);
	sha256_release(&h);
	return ok;
}

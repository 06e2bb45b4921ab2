/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyhash.h - are two things the same, even where somebody would have them
 * look so? A 128-bit hash under a key that each process makes for itself and
 * never shows: GMAC (NIST SP 800-38D), whose chance that two given messages
 * agree is their length in blocks over 2^128. Three to five times as fast as
 * SHA-256; it means nothing outside of the process.
 */
#ifndef RT_KEYHASH_H
#define RT_KEYHASH_H

#include "base/base.h"

#define KEYHASH_LEN 16

struct keyhash {
	void *ctx; /* EVP_MAC_CTX */
};

/* Starts a message. False: no GMAC, or no random bytes. */
bool keyhash_init(struct keyhash *h);
bool keyhash_update(struct keyhash *h, sv part);
/* Ends it and releases h, also on failure; out is then zeroed. */
bool keyhash_final(struct keyhash *h, uint8_t out[KEYHASH_LEN]);

#endif

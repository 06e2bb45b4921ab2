/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hmac.h - HMAC-SHA-256 (RFC 2104) of short messages.
 */
#ifndef RT_HMAC_H
#define RT_HMAC_H

#include "base/sha256.h"

/* False: libcrypto has no SHA-256; out is zeroed. */
bool hmac_sha256(sv key, sv text, uint8_t out[SHA256_LEN]);

#endif

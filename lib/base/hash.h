/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.h - fast hashes for tables and stream digests (XXH3). They find
 * accidents, not forgeries: whatever must resist an attacker uses SHA-256.
 */
#ifndef RT_HASH_H
#define RT_HASH_H

#include "base/base.h"

uint64_t hash64(sv s, uint64_t seed);

struct hash128 {
	uint64_t lo, hi;
};

struct hash128 hash128(sv s, uint64_t seed);

static inline bool hash128_eq(struct hash128 a, struct hash128 b)
{
	return a.lo == b.lo && a.hi == b.hi;
}

#endif

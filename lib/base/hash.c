/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <xxhash.h>
#ifdef __x86_64__
/* The vectors of the machine that it runs on; the same results. */
#include <xxh_x86dispatch.h>
#endif

uint64_t hash64(sv s, uint64_t seed)
{
	return XXH3_64bits_withSeed(s.p, s.n, seed);
}

struct hash128 hash128(sv s, uint64_t seed)
{
	XXH128_hash_t h = XXH3_128bits_withSeed(s.p, s.n, seed);

	return (struct hash128){h.low64, h.high64};
}

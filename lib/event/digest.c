/* SPDX-License-Identifier: Apache-2.0 */
#include "event/digest.h"

struct hash128 digest_next(struct hash128 h, sv wire)
{
	struct hash128 r = hash128(wire, h.lo);

	r.hi ^= h.hi * 0x9e3779b97f4a7c15ull;
	return r;
}

void digest_text(struct hash128 h, struct buf *out)
{
	buf_printf(out, "xxh3:%016llx%016llx", (unsigned long long)h.hi,
		   (unsigned long long)h.lo);
}

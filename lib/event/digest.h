/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest.h - the digest that ledgers carry: XXH3-128 over the wire bytes of
 * each counted record, seeded with the low half of the digest so far and
 * mixed with its high half. It finds loss, disorder and alteration by
 * accident; it is no proof against a forger.
 */
#ifndef RT_DIGEST_H
#define RT_DIGEST_H

#include "base/base.h"
#include "base/buf.h"
#include "base/hash.h"

/* The chain, one record further; it starts at zero. */
struct hash128 digest_next(struct hash128 h, sv wire);

/* "xxh3:<32 hex>" */
void digest_text(struct hash128 h, struct buf *out);

#endif

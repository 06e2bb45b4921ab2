/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sbomset.h - a sorted set of (hash, number): which packages have a thing.
 * 16 bytes an entry, and one more for the buckets that make a look-up one or
 * two cache lines. Filled first, sorted once, then asked.
 */
#ifndef RT_SBOMSET_H
#define RT_SBOMSET_H

#include "base/base.h"

#define SBOMSET_MAX ((size_t)4000000)

struct sbomset_entry {
	uint64_t hash;
	uint32_t number;
};

struct sbomset {
	struct sbomset_entry *e;
	size_t n, cap;
	uint32_t
		*bucket; /* where the hashes with the same highest bits begin */
	unsigned shift;
};

void sbomset_release(struct sbomset *s);

/* False: the bound is reached. */
bool sbomset_add(struct sbomset *s, uint64_t hash, uint32_t number);
/* By hash, then by number, none of which is there twice. */
void sbomset_sort(struct sbomset *s);
/* Index of the first entry with the hash, or of where it would be. */
size_t sbomset_find(const struct sbomset *s, uint64_t hash);

size_t sbomset_bytes(const struct sbomset *s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addrmap.h - ranges of addresses, each standing for something; which of them
 * holds an address.
 */
#ifndef RT_ADDRMAP_H
#define RT_ADDRMAP_H

#include "base/base.h"

#define ADDRMAP_OVERLAPS 64 /* ranges that may hide one below */

struct addrmap_range {
	uint64_t low, high; /* high is not part of it */
	uint64_t what;
	int depth; /* the user's */
};

/* Zero-initialise. */
struct addrmap {
	struct addrmap_range *v;
	size_t n, cap;
};

void addrmap_add(struct addrmap *m, struct addrmap_range r);
/* Before anything is found. */
void addrmap_sort(struct addrmap *m);

/*
 * The range that starts last of those that hold the address, the narrowest of
 * several; NULL: none, or ADDRMAP_OVERLAPS that do not hold it start behind.
 */
const struct addrmap_range *addrmap_find(const struct addrmap *m,
					 uint64_t addr);

size_t addrmap_bytes(const struct addrmap *m);
void addrmap_release(struct addrmap *m);

#endif

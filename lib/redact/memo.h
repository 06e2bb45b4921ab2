/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memo.h - what became of bytes that were judged before. Events repeat
 * themselves: the same pod, parent, frame or command line comes again and
 * again, and comparing it is cheaper than judging it.
 *
 * Exact: an entry keeps its input and compares all of it, so that no
 * collision of hashes can let anything pass. Bounded: a fixed number of slots
 * of MEMO_ROOM bytes, two for each hash, the older one replaced; what is
 * longer is not kept. Nothing of it is ever written anywhere.
 */
#ifndef RT_MEMO_H
#define RT_MEMO_H

#include "base/base.h"

#define MEMO_ROOM 992

struct memo;

/* What a verdict depends on, all of it. */
struct memo_probe {
	uint64_t context, mask;
	sv name, text;
	uint64_t hash; /* memo_get fills it in for memo_put */
};

struct memo_hit {
	bool changed;
	sv out;	  /* what the text became, if changed */
	sv notes; /* as put; aligned for uint16_t */
};

/* slots: a power of two. */
struct memo *memo_new(size_t slots);
void memo_free(struct memo *m);
/* The hit's views live until the next memo_put. */
bool memo_get(const struct memo *m, struct memo_probe *p, struct memo_hit *hit);
void memo_put(struct memo *m, const struct memo_probe *p,
	      const struct memo_hit *what);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memo.h - what became of texts that were judged before and had to change.
 * Those that had not are in seen.h, which is asked first.
 *
 * An entry keeps its input and compares all of it. Bounded: a fixed number of
 * slots of MEMO_ROOM bytes, two for each hash, the older one replaced; what
 * is longer is not kept. Nothing of it is ever written anywhere.
 */
#ifndef RT_MEMO_H
#define RT_MEMO_H

#include "redact/seen.h"

#define MEMO_ROOM 992

struct memo;

struct memo_probe {
	struct seen_key key;
	sv name, text;
};

struct memo_hit {
	sv out;	  /* what the text became */
	sv notes; /* as put; aligned for uint16_t */
};

/* slots: a power of two. */
struct memo *memo_new(size_t slots);
void memo_free(struct memo *m);
/* The hit's views live until the next memo_put. */
bool memo_get(const struct memo *m, const struct memo_probe *p,
	      struct memo_hit *hit);
void memo_put(struct memo *m, const struct memo_probe *p,
	      const struct memo_hit *what);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seen.h - what was judged before and found clean: messages and strings, by
 * a hash of 128 bits. Events repeat themselves: the same pod, parent, frame
 * or command line comes again and again, and hashing it is cheaper than
 * judging it.
 *
 * The hash is NH (Black et al., "UMAC: Fast and Secure Message
 * Authentication", 1999; RFC 4418) over words of 64 bits, under a random key
 * that each process makes for itself and never shows. For any two different
 * texts, names, contexts or masks the chance over the key that they agree is
 * 2^-64 at most. Who writes the texts does not know the key, so no text can be
 * made to pass for another.
 *
 * Bounded: a fixed number of lines of four slots each. What is found again
 * moves towards the front of its line, what is new takes the last slot.
 */
#ifndef RT_SEEN_H
#define RT_SEEN_H

#include "base/base.h"

#define SEEN_MAX 4096	  /* bytes of a text that is worth it, */
#define SEEN_NAME_MAX 256 /* and of a name */

/* Of a text, its name, and what else a verdict depends on. */
struct seen_key {
	uint64_t lo, hi;
};

struct seen;

/*
 * lines: 2 or a greater power of two, 64 bytes each. Where the system has no
 * random bytes, nothing is ever found.
 */
struct seen *seen_new(size_t lines);
void seen_free(struct seen *s);

/* Neither longer than it may be? */
static inline bool seen_fits(sv name, sv text)
{
	return text.n <= SEEN_MAX && name.n <= SEEN_NAME_MAX;
}

/* Of what fits. */
struct seen_key seen_key(const struct seen *s, uint32_t context, uint64_t mask,
			 sv name, sv text);

bool seen_has(struct seen *s, const struct seen_key *k);
void seen_put(struct seen *s, const struct seen_key *k);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/cleanset.h"

#include "base/mem.h"

#define SLOTS 2048 /* of 64 bytes: 128 KiB */
#define WORDS (CLEANSET_MAX / 8)

struct slot {
	uint64_t tag; /* kind and length; 0: free */
	uint64_t word[WORDS];
};

struct cleanset {
	struct slot look; /* what was asked for last */
	struct slot *at;  /* where it belongs, NULL: it does not fit */
	struct slot slots[SLOTS];
};

struct cleanset *cleanset_new(void)
{
	return mem_zalloc(sizeof(struct cleanset));
}

void cleanset_free(struct cleanset *c)
{
	mem_free(c);
}

static uint64_t mix(const struct slot *s)
{
	uint64_t h = s->tag;

	for (size_t i = 0; i < WORDS; i++)
		h = (h ^ s->word[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return h;
}

static bool same(const struct slot *a, const struct slot *b)
{
	uint64_t d = a->tag ^ b->tag;

	for (size_t i = 0; i < WORDS; i++)
		d |= a->word[i] ^ b->word[i];
	return d == 0;
}

bool cleanset_has(struct cleanset *c, unsigned int kind, sv s)
{
	struct slot *l = &c->look;

	c->at = NULL;
	if (s.n > CLEANSET_MAX || s.n < CLEANSET_MIN)
		return false;
	memset(l->word, 0, sizeof(l->word));
	memcpy(l->word, s.p, s.n);
	l->tag = (uint64_t)kind << 8 | s.n;
	c->at = &c->slots[mix(l) >> 53];
	return same(l, c->at);
}

void cleanset_note(struct cleanset *c)
{
	if (c->at)
		*c->at = c->look;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/textruns.h"

#include "base/vec16.h"

/* 64 bytes of the text: bit i of each is about byte i. */
struct block {
	uint64_t key, card, at, quote, tilde;
};

static inline void classify(struct block *b, vec16 v, unsigned int shift)
{
	vec16 digits = vec16_digits(v), dash = vec16_is(v, '-');
	vec16 key = digits | dash | vec16_letters(v) | vec16_is(v, '+') |
		    vec16_is(v, '/') | vec16_is(v, '_');

	b->key |= (uint64_t)vec16_bits(key) << shift;
	b->card |= (uint64_t)vec16_bits(digits | dash | vec16_is(v, ' '))
		   << shift;
	b->at |= (uint64_t)vec16_bits(vec16_is(v, '@')) << shift;
	b->quote |= (uint64_t)vec16_bits(vec16_is(v, '"')) << shift;
	b->tilde |= (uint64_t)vec16_bits(vec16_is(v, '~')) << shift;
}

/* n: 64 at most; what is behind the text is of no class. */
static struct block block_of(const char *p, size_t n)
{
	struct block b = {.key = 0};
	char rest[16] = {0};
	size_t i = 0;

	for (; i + 16 <= n; i += 16)
		classify(&b, vec16_load(p + i), (unsigned int)i);
	if (i < n) {
		memcpy(rest, p + i, n - i);
		classify(&b, vec16_load(rest), (unsigned int)i);
	}
	return b;
}

/*
 * Are n bits set in a row, those before counted? n: 9 to 32. *before: how many
 * were at the end of the word before, and then of this one.
 */
static bool has_run(uint64_t bits, unsigned int n, unsigned int *before)
{
	unsigned int lead, tail;
	uint64_t two = bits & bits >> 1, four = two & two >> 2,
		 eight = four & four >> 4, sixteen = eight & eight >> 8;

	if (~bits == 0)
		return true;
	lead = (unsigned int)__builtin_ctzll(~bits);
	tail = (unsigned int)__builtin_clzll(~bits);
	if (*before + lead >= n)
		return true;
	*before = tail;
	if (n <= 16)
		return (eight & eight >> (n - 8)) != 0;
	return (sixteen & sixteen >> (n - 16)) != 0;
}

struct textruns textruns_of(sv t)
{
	struct textruns r = {.key = false};
	unsigned int key = 0, card = 0;

	for (size_t i = 0; i < t.n; i += 64) {
		struct block b = block_of(t.p + i, MIN(t.n - i, 64));

		r.key |= has_run(b.key, TEXTRUNS_KEY, &key);
		r.card |= has_run(b.card, TEXTRUNS_CARD, &card);
		r.at |= b.at != 0;
		r.quote |= b.quote != 0;
		r.tilde |= b.tilde != 0;
	}
	return r;
}

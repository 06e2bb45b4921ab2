/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/seen.h"

#include <errno.h>
#include <sys/random.h>

#include "base/mem.h"

#define WORDS (SEEN_MAX / 8)
#define NAME_WORDS (SEEN_NAME_MAX / 8)
#define WHAT_WORDS 2
#define LENGTH_BITS 16
#define SLOTS 4 /* of a line */
#define LINE 64 /* bytes of the cache's */

__extension__ typedef unsigned __int128 u128;

struct line {
	struct seen_key slot[SLOTS];
};

struct seen {
	uint64_t key[WORDS + NAME_WORDS + WHAT_WORDS];
	unsigned int shift;
	bool off; /* no random bytes were to be had */
	void *memory;
	struct line *lines; /* in it, at a cache line's start */
};

struct seen *seen_new(size_t lines)
{
	struct seen *s = mem_zalloc(sizeof(*s));
	char *key = (char *)s->key;
	size_t got = 0;
	ssize_t n;

	while (got < sizeof(s->key)) {
		n = getrandom(key + got, sizeof(s->key) - got, 0);
		if (n < 0 && errno != EINTR)
			break;
		got += n > 0 ? (size_t)n : 0;
	}
	s->shift = 64 - (unsigned int)__builtin_ctzll(lines);
	s->memory = mem_zalloc((lines + 1) * sizeof(*s->lines));
	s->lines = (struct line *)(((uintptr_t)s->memory + LINE - 1) &
				   ~(uintptr_t)(LINE - 1));
	s->off = got < sizeof(s->key);
	return s;
}

void seen_free(struct seen *s)
{
	if (!s)
		return;
	mem_free(s->memory);
	mem_free(s);
}

static inline uint64_t load(const char *p, size_t n)
{
	uint64_t w = 0;

	memcpy(&w, p, n);
	return w;
}

static inline u128 pair(const uint64_t *key, uint64_t a, uint64_t b)
{
	return (u128)(a + key[0]) * (b + key[1]);
}

/* Less than two words. Of one length, no two texts give the same words. */
static inline u128 short_text(const uint64_t *key, sv t)
{
	const char *p = t.p, *end = t.p + t.n;

	if (t.n >= 8)
		return pair(key, load(p, 8), load(end - 8, 8));
	if (t.n >= 4)
		return pair(key, load(p, 4), load(end - 4, 4));
	if (t.n > 0)
		return pair(key, load(p, 1),
			    load(p + t.n / 2, 1) << 8 | load(end - 1, 1));
	return 0;
}

/* The last words may cover some bytes a second time. */
static inline u128 nh(const uint64_t *key, sv t)
{
	const char *p = t.p, *end = t.p + t.n;
	u128 even = 0, odd = 0;

	if (t.n < 16)
		return short_text(key, t);
	for (; end - p >= 32; p += 32, key += 4) {
		even += pair(key, load(p, 8), load(p + 8, 8));
		odd += pair(key + 2, load(p + 16, 8), load(p + 24, 8));
	}
	if (end - p >= 16) {
		even += pair(key, load(p, 8), load(p + 8, 8));
		p += 16;
		key += 2;
	}
	if (p < end)
		odd += pair(key, load(end - 16, 8), load(end - 8, 8));
	return even + odd;
}

struct seen_key seen_key(const struct seen *s, uint32_t context, uint64_t mask,
			 sv name, sv text)
{
	uint64_t what = (uint64_t)context << (2 * LENGTH_BITS) |
			(uint64_t)name.n << LENGTH_BITS | text.n;
	u128 h = nh(s->key, text) +
		 pair(s->key + WORDS + NAME_WORDS, what, mask);

	if (name.n)
		h += nh(s->key + WORDS, name);
	return (struct seen_key){(uint64_t)h, (uint64_t)(h >> 64)};
}

static inline struct line *line_of(const struct seen *s,
				   const struct seen_key *k)
{
	uint64_t h = (k->lo ^ (k->hi << 32 | k->hi >> 32)) *
		     UINT64_C(0x9e3779b97f4a7c15);

	return &s->lines[h >> s->shift];
}

static inline bool same(const struct seen_key *a, const struct seen_key *b)
{
	return ((a->lo ^ b->lo) | (a->hi ^ b->hi)) == 0;
}

bool seen_has(struct seen *s, const struct seen_key *k)
{
	struct seen_key *slot = line_of(s, k)->slot;

	if (LIKELY(same(&slot[0], k)))
		return true;
	for (size_t i = 1; i < SLOTS; i++)
		if (same(&slot[i], k)) {
			slot[i] = slot[i - 1];
			slot[i - 1] = *k;
			return true;
		}
	return false;
}

void seen_put(struct seen *s, const struct seen_key *k)
{
	if (LIKELY(!s->off))
		line_of(s, k)->slot[SLOTS - 1] = *k;
}

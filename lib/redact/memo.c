/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/memo.h"

#include "base/mem.h"

struct slot {
	struct seen_key key;
	uint16_t name_n, text_n, out_n, notes_n;
	/* Notes, name, text, out; the notes first: they are aligned. */
	char bytes[MEMO_ROOM] __attribute__((aligned(8)));
};

struct memo {
	uint64_t *tag;	/* hash of each slot, 0: free */
	uint8_t *older; /* which of a pair is replaced next */
	struct slot *slot;
	size_t pairs;
};

struct memo *memo_new(size_t slots)
{
	struct memo *m = mem_zalloc(sizeof(*m));

	m->pairs = slots / 2;
	m->tag = mem_zalloc(slots * sizeof(*m->tag));
	m->older = mem_zalloc(m->pairs);
	m->slot = mem_alloc(slots * sizeof(*m->slot));
	return m;
}

void memo_free(struct memo *m)
{
	if (!m)
		return;
	mem_free(m->tag);
	mem_free(m->older);
	mem_free(m->slot);
	mem_free(m);
}

static size_t pair_of(const struct memo *m, uint64_t hash)
{
	return (hash >> 8) & (m->pairs - 1);
}

static bool same(const struct slot *s, const struct memo_probe *p)
{
	const char *b = s->bytes + s->notes_n;

	return s->key.lo == p->key.lo && s->key.hi == p->key.hi &&
	       s->name_n == p->name.n && s->text_n == p->text.n &&
	       (!p->name.n || !memcmp(b, p->name.p, p->name.n)) &&
	       (!p->text.n || !memcmp(b + s->name_n, p->text.p, p->text.n));
}

static uint64_t hash_of(const struct memo_probe *p)
{
	return (p->key.lo ^ p->key.hi) | 1;
}

bool memo_get(const struct memo *m, const struct memo_probe *p,
	      struct memo_hit *hit)
{
	uint64_t hash = hash_of(p);
	size_t i = pair_of(m, hash) * 2;

	for (size_t end = i + 2; i < end; i++) {
		const struct slot *s = &m->slot[i];
		const char *b = s->bytes;

		if (m->tag[i] != hash || !same(s, p))
			continue;
		m->older[i / 2] = !(i & 1);
		hit->notes = (sv){b, s->notes_n};
		hit->out =
			(sv){b + s->notes_n + s->name_n + s->text_n, s->out_n};
		return true;
	}
	return false;
}

static char *put(char *at, sv s)
{
	if (s.n)
		memcpy(at, s.p, s.n);
	return at + s.n;
}

void memo_put(struct memo *m, const struct memo_probe *p,
	      const struct memo_hit *what)
{
	uint64_t hash = hash_of(p);
	size_t pair = pair_of(m, hash), i = pair * 2 + m->older[pair];
	struct slot *s = &m->slot[i];

	if (p->text.n > MEMO_ROOM || p->name.n > MEMO_ROOM ||
	    p->text.n + p->name.n + what->out.n + what->notes.n > MEMO_ROOM)
		return;
	m->tag[i] = hash;
	m->older[pair] ^= 1;
	s->key = p->key;
	s->name_n = (uint16_t)p->name.n;
	s->text_n = (uint16_t)p->text.n;
	s->out_n = (uint16_t)what->out.n;
	s->notes_n = (uint16_t)what->notes.n;
	put(put(put(put(s->bytes, what->notes), p->name), p->text), what->out);
}

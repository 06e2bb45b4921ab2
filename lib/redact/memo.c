/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/memo.h"

#include "base/hash.h"
#include "base/mem.h"

struct slot {
	uint64_t context, mask;
	uint16_t name_n, text_n, out_n, notes_n;
	bool changed;
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

	return s->context == p->context && s->mask == p->mask &&
	       s->name_n == p->name.n && s->text_n == p->text.n &&
	       (!p->name.n || !memcmp(b, p->name.p, p->name.n)) &&
	       (!p->text.n || !memcmp(b + s->name_n, p->text.p, p->text.n));
}

static uint64_t hash_of(const struct memo_probe *p)
{
	uint64_t h = p->context + p->mask * 0x9e3779b97f4a7c15u;

	if (p->name.n)
		h = hash64(p->name, h);
	return hash64(p->text, h) | 1;
}

bool memo_get(const struct memo *m, struct memo_probe *p, struct memo_hit *hit)
{
	size_t i;

	p->hash = hash_of(p);
	i = pair_of(m, p->hash) * 2;
	for (size_t end = i + 2; i < end; i++) {
		const struct slot *s = &m->slot[i];
		const char *b = s->bytes;

		if (m->tag[i] != p->hash || !same(s, p))
			continue;
		m->older[i / 2] = !(i & 1);
		hit->changed = s->changed;
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
	size_t pair = pair_of(m, p->hash), i = pair * 2 + m->older[pair];
	struct slot *s = &m->slot[i];

	if (p->text.n > MEMO_ROOM || p->name.n > MEMO_ROOM ||
	    p->text.n + p->name.n + what->out.n + what->notes.n > MEMO_ROOM)
		return;
	m->tag[i] = p->hash;
	m->older[pair] ^= 1;
	s->context = p->context;
	s->mask = p->mask;
	s->changed = what->changed;
	s->name_n = (uint16_t)p->name.n;
	s->text_n = (uint16_t)p->text.n;
	s->out_n = (uint16_t)what->out.n;
	s->notes_n = (uint16_t)what->notes.n;
	put(put(put(put(s->bytes, what->notes), p->name), p->text), what->out);
}

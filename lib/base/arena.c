/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) __asan_poison_memory_region(p, n)
#define UNPOISON(p, n) __asan_unpoison_memory_region(p, n)
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

struct arena_block {
	struct arena_block *next;
	size_t cap;
	size_t used;
	char data[];
};

static struct arena_block *block_new(struct arena *a, size_t need)
{
	size_t size = a->block_size ? a->block_size : 16 * KIB;
	struct arena_block *b;

	size = MAX(size, need);
	b = mem_alloc(sizeof(*b) + size);
	*b = (struct arena_block){.cap = size};
	POISON(b->data, size);
	a->total += size;
	return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->cur;
	void *p;

	n = (n + 7) & ~(size_t)7;
	if (!b || b->cap - b->used < n) {
		struct arena_block *nb = block_new(a, n);

		if (b)
			b->next = nb;
		else
			a->first = nb;
		a->cur = b = nb;
	}
	p = b->data + b->used;
	b->used += n;
	UNPOISON(p, n);
	return p;
}

void *arena_zalloc(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

sv arena_dup(struct arena *a, sv s)
{
	char *q = arena_alloc(a, s.n);

	if (s.n)
		memcpy(q, s.p, s.n);
	return (sv){q, s.n};
}

char *arena_str(struct arena *a, sv s)
{
	char *q = arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(q, s.p, s.n);
	q[s.n] = '\0';
	return q;
}

static void free_chain(struct arena *a, struct arena_block *b)
{
	while (b) {
		struct arena_block *next = b->next;

		a->total -= b->cap;
		UNPOISON(b->data, b->cap);
		mem_free(b);
		b = next;
	}
}

void arena_reset(struct arena *a)
{
	struct arena_block *b = a->first;

	if (!b)
		return;
	free_chain(a, b->next);
	b->next = NULL;
	b->used = 0;
	POISON(b->data, b->cap);
	a->cur = b;
}

void arena_release(struct arena *a)
{
	free_chain(a, a->first);
	*a = (struct arena){.block_size = a->block_size};
}

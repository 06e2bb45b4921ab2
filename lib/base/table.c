/* SPDX-License-Identifier: Apache-2.0 */
#include "base/table.h"

#include "base/mem.h"

void *table_get(const struct table *t, uint64_t hash, table_eq *eq,
		const void *key)
{
	size_t mask = t->cap - 1;

	if (!t->cap)
		return NULL;
	for (size_t i = hash & mask; t->slots[i].entry; i = (i + 1) & mask) {
		const struct table_slot *s = &t->slots[i];

		if (s->hash == hash && eq(s->entry, key))
			return s->entry;
	}
	return NULL;
}

static void insert(struct table *t, uint64_t hash, void *entry)
{
	size_t mask = t->cap - 1;
	size_t i = hash & mask;

	while (t->slots[i].entry)
		i = (i + 1) & mask;
	t->slots[i] = (struct table_slot){hash, entry};
}

static void grow(struct table *t)
{
	struct table old = *t;

	t->cap = old.cap ? old.cap * 2 : 64;
	t->slots = mem_zalloc(t->cap * sizeof(*t->slots));
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].entry)
			insert(t, old.slots[i].hash, old.slots[i].entry);
	mem_free(old.slots);
}

void table_add(struct table *t, uint64_t hash, void *entry)
{
	if (t->n * 3 >= t->cap * 2)
		grow(t);
	insert(t, hash, entry);
	t->n++;
}

void table_reset(struct table *t)
{
	if (t->cap)
		memset(t->slots, 0, t->cap * sizeof(*t->slots));
	t->n = 0;
}

void table_release(struct table *t)
{
	mem_free(t->slots);
	*t = (struct table){0};
}

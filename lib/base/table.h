/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - open-addressing hash table of pointers. The entries belong to
 * the caller; the table never frees them. Iteration order depends on the
 * hash, so whatever is written out is sorted first.
 */
#ifndef RT_TABLE_H
#define RT_TABLE_H

#include "base/base.h"

struct table_slot {
	uint64_t hash;
	void *entry; /* NULL: free */
};

struct table {
	struct table_slot *slots;
	size_t cap; /* power of two, or 0 */
	size_t n;
};

typedef bool table_eq(const void *entry, const void *key);

/* The entry, or NULL. */
void *table_get(const struct table *t, uint64_t hash, table_eq *eq,
		const void *key);
/* Adds an entry whose key is known to be absent. */
void table_add(struct table *t, uint64_t hash, void *entry);
/* Forgets all entries, keeps the room. */
void table_reset(struct table *t);
void table_release(struct table *t);

#endif

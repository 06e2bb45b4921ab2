/* SPDX-License-Identifier: Apache-2.0 */
#include "canon/names.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "names/demangle.h"

struct names {
	struct table table;
	struct arena arena;
	size_t max_bytes;
	struct buf symbol, function;
};

struct names *names_new(size_t max_bytes)
{
	struct names *n = mem_zalloc(sizeof(*n));

	n->max_bytes = max_bytes;
	return n;
}

void names_free(struct names *n)
{
	if (!n)
		return;
	table_release(&n->table);
	arena_release(&n->arena);
	buf_release(&n->symbol);
	buf_release(&n->function);
	mem_free(n);
}

static bool same_raw(const void *entry, const void *key)
{
	return sv_eq(((const struct name *)entry)->raw, *(const sv *)key);
}

const struct name *names_get(struct names *n, sv raw)
{
	uint64_t h = hash64(raw, 0);
	struct name *e = table_get(&n->table, h, same_raw, &raw);

	if (e)
		return e;
	if (n->arena.total + n->table.cap * sizeof(struct table_slot) >
	    n->max_bytes) {
		table_release(&n->table);
		arena_reset(&n->arena);
	}
	n->symbol.n = n->function.n = 0;
	demangle_symbol(raw, false, &n->symbol, &n->function);
	e = arena_alloc(&n->arena, sizeof(*e));
	*e = (struct name){arena_dup(&n->arena, raw),
			   arena_dup(&n->arena, buf_view(&n->symbol)),
			   arena_dup(&n->arena, buf_view(&n->function))};
	table_add(&n->table, h, e);
	return e;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/addrmap.h"

#include <stdlib.h>

#include "base/mem.h"

void addrmap_add(struct addrmap *m, struct addrmap_range r)
{
	if (m->n == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 4;
		m->v = mem_realloc(m->v, m->cap * sizeof(*m->v));
	}
	m->v[m->n++] = r;
}

static int by_low(const void *a, const void *b)
{
	const struct addrmap_range *x = a, *y = b;

	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	/* The narrower one last: it is found first. */
	if (x->high != y->high)
		return x->high > y->high ? -1 : 1;
	return (x->what > y->what) - (x->what < y->what);
}

void addrmap_sort(struct addrmap *m)
{
	if (m->n)
		qsort(m->v, m->n, sizeof(*m->v), by_low);
}

const struct addrmap_range *addrmap_find(const struct addrmap *m, uint64_t addr)
{
	size_t lo = 0, hi = m->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (m->v[mid].low <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (size_t i = 0; i < ADDRMAP_OVERLAPS && i < lo; i++)
		if (addr < m->v[lo - 1 - i].high)
			return &m->v[lo - 1 - i];
	return NULL;
}

size_t addrmap_bytes(const struct addrmap *m)
{
	return m->cap * sizeof(*m->v);
}

void addrmap_release(struct addrmap *m)
{
	mem_free(m->v);
	*m = (struct addrmap){0};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/alias.h"

#include <stdlib.h>

#include "base/mem.h"
#include "names/hygiene.h"

sv alias_name(const struct aliases *a, size_t i)
{
	return (sv){a->names.p + a->list[i].name, a->list[i].len};
}

static int compare(const void *x, const void *y, void *arg)
{
	const struct alias *p = x, *q = y;
	const char *names = ((const struct aliases *)arg)->names.p;

	if (p->start != q->start)
		return p->start < q->start ? -1 : 1;
	return sv_cmp((sv){names + p->name, p->len},
		      (sv){names + q->name, q->len});
}

static void drop_repeated(struct aliases *a)
{
	size_t kept = 0;

	for (size_t i = 0; i < a->n; i++)
		if (!kept || compare(&a->list[i], &a->list[kept - 1], a) != 0)
			a->list[kept++] = a->list[i];
	a->n = kept;
}

bool aliases_take(struct aliases *a, const struct symtab_builder *b)
{
	*a = (struct aliases){0};
	a->list = mem_alloc((b->n + 1) * sizeof(*a->list));
	for (size_t i = 0; i < b->n; i++) {
		struct symtab_sym s;
		size_t from = a->names.n;

		symtab_candidate(b, i, &s);
		hygiene_utf8(&a->names, s.name);
		if (a->names.n > SYMTAB_MAX_NAMES) {
			aliases_release(a);
			return false;
		}
		a->list[a->n++] = (struct alias){s.start, (uint32_t)from,
						 (uint32_t)(a->names.n - from)};
	}
	qsort_r(a->list, a->n, sizeof(*a->list), compare, a);
	drop_repeated(a);
	return true;
}

void aliases_release(struct aliases *a)
{
	mem_free(a->list);
	buf_release(&a->names);
	*a = (struct aliases){0};
}

size_t aliases_find(const struct aliases *a, uint64_t start)
{
	size_t low = 0, high = a->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (a->list[mid].start < start)
			low = mid + 1;
		else
			high = mid;
	}
	return low < a->n && a->list[low].start == start ? low : a->n;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/sbomjoin.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

/* The lowest bit of a file's row tells contents from paths. */
#define CONTENTS ((uint64_t)1)

void sbomjoin_release(struct sbomjoin *j)
{
	mem_free(j->packages.row);
	mem_free(j->files.row);
	mem_free(j->contains.row);
	*j = (struct sbomjoin){0};
}

static uint64_t hash_of(sv id)
{
	return hash64(id, 0) & ~CONTENTS;
}

static void add(struct sbomjoin *j, struct sbomjoin_rows *to, uint64_t id,
		uint64_t value)
{
	if (to->n == SBOMJOIN_MAX) {
		j->refused++;
		return;
	}
	if (to->n == to->cap) {
		to->cap = MIN(SBOMJOIN_MAX,
			      MAX((size_t)64, to->cap + to->cap / 2));
		to->row = mem_realloc(to->row, to->cap * sizeof(*to->row));
	}
	to->row[to->n++] = (struct sbomjoin_row){id, value};
}

void sbomjoin_package(struct sbomjoin *j, sv id, uint32_t number)
{
	add(j, &j->packages, hash_of(id), number);
}

void sbomjoin_file(struct sbomjoin *j, sv id, uint64_t hash, bool contents)
{
	add(j, &j->files, hash_of(id) | (contents ? CONTENTS : 0), hash);
}

void sbomjoin_contains(struct sbomjoin *j, sv package_id, sv file_id)
{
	add(j, &j->contains, hash_of(package_id), hash_of(file_id));
}

static int by_id(const void *a, const void *b)
{
	const struct sbomjoin_row *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static void sort(struct sbomjoin_rows *r)
{
	if (r->n)
		qsort(r->row, r->n, sizeof(*r->row), by_id);
}

/* The first with an id of at least this. */
static size_t lower_bound(const struct sbomjoin_rows *r, uint64_t id)
{
	size_t from = 0, to = r->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (r->row[mid].id < id)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

void sbomjoin_run(struct sbomjoin *j, sbomjoin_fn *each, void *ctx)
{
	sort(&j->packages);
	sort(&j->files);
	for (size_t i = 0; i < j->contains.n; i++) {
		const struct sbomjoin_row *c = &j->contains.row[i];
		const struct sbomjoin_row *f = j->files.row;
		size_t p = lower_bound(&j->packages, c->id);
		size_t k = lower_bound(&j->files, c->value);

		if (p == j->packages.n || j->packages.row[p].id != c->id)
			continue;
		for (; k < j->files.n && (f[k].id & ~CONTENTS) == c->value; k++)
			each(ctx, (uint32_t)j->packages.row[p].value,
			     f[k].value, f[k].id & CONTENTS);
	}
}

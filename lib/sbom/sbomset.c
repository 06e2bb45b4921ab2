/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/sbomset.h"

#include <stdlib.h>

#include "base/mem.h"

/* Entries a bucket, on average, as a power of two. */
#define BUCKET_BITS 2

void sbomset_release(struct sbomset *s)
{
	mem_free(s->e);
	mem_free(s->bucket);
	*s = (struct sbomset){0};
}

bool sbomset_add(struct sbomset *s, uint64_t hash, uint32_t number)
{
	if (s->n == SBOMSET_MAX)
		return false;
	if (s->n == s->cap) {
		s->cap = MIN(SBOMSET_MAX, MAX((size_t)64, s->cap + s->cap / 2));
		s->e = mem_realloc(s->e, s->cap * sizeof(*s->e));
	}
	s->e[s->n++] = (struct sbomset_entry){hash, number};
	return true;
}

static int by_hash(const void *a, const void *b)
{
	const struct sbomset_entry *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static void drop_repeats(struct sbomset *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (!n || s->e[n - 1].hash != s->e[i].hash ||
		    s->e[n - 1].number != s->e[i].number)
			s->e[n++] = s->e[i];
	s->n = n;
}

static void make_buckets(struct sbomset *s)
{
	unsigned bits = 1;
	size_t at = 0;

	while (((size_t)1 << (bits + BUCKET_BITS)) < s->n)
		bits++;
	s->shift = 64 - bits;
	s->bucket = mem_realloc(s->bucket,
				((size_t)1 << bits) * sizeof(*s->bucket));
	for (size_t i = 0; i < (size_t)1 << bits; i++) {
		while (at < s->n && s->e[at].hash >> s->shift < i)
			at++;
		s->bucket[i] = (uint32_t)at;
	}
}

void sbomset_sort(struct sbomset *s)
{
	if (s->n)
		qsort(s->e, s->n, sizeof(*s->e), by_hash);
	drop_repeats(s);
	make_buckets(s);
}

size_t sbomset_find(const struct sbomset *s, uint64_t hash)
{
	size_t i = s->bucket ? s->bucket[hash >> s->shift] : s->n;

	while (i < s->n && s->e[i].hash < hash)
		i++;
	return i;
}

size_t sbomset_bytes(const struct sbomset *s)
{
	return s->cap * sizeof(*s->e) +
	       (s->bucket ? ((size_t)1 << (64 - s->shift)) * sizeof(*s->bucket)
			  : 0);
}

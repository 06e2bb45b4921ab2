/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/loaded.h"

#include <sys/random.h>

#include "base/hash.h"
#include "base/mem.h"

enum { NONE = -1 };

struct fact {
	struct hash128 key;
	int32_t chain;	      /* of the bucket, or NONE */
	int32_t newer, older; /* in order of use, or NONE */
	uint8_t hex_len;
	char hex[2 * LOADED_MAX_ID];
};

struct loaded {
	struct fact *facts;
	int32_t *buckets;
	size_t max, mask; /* of facts; of buckets */
	int32_t newest, oldest;
	uint64_t seed;
	struct loaded_stats stats;
};

struct loaded *loaded_new(size_t max_facts)
{
	struct loaded *l = mem_zalloc(sizeof(*l));
	size_t n = 1;

	l->max = max_facts ? max_facts : LOADED_MAX_FACTS;
	while (n < l->max)
		n *= 2;
	l->mask = n - 1;
	l->facts = mem_zalloc(l->max * sizeof(*l->facts));
	l->buckets = mem_alloc(n * sizeof(*l->buckets));
	memset(l->buckets, 0xff, n * sizeof(*l->buckets));
	l->newest = l->oldest = NONE;
	/* Paths are the containers' own: they must not choose collisions. */
	if (getrandom(&l->seed, sizeof(l->seed), GRND_NONBLOCK) < 0)
		l->seed = (uint64_t)(uintptr_t)l;
	return l;
}

void loaded_free(struct loaded *l)
{
	if (!l)
		return;
	mem_free(l->facts);
	mem_free(l->buckets);
	mem_free(l);
}

/* 128 bits with a seed stand for the text, which need not be kept. */
static struct hash128 key_of(const struct loaded *l, char kind, sv who, sv path)
{
	struct hash128 a = hash128(who, l->seed + (uint8_t)kind);

	return hash128(path, a.lo ^ a.hi * 0x9e3779b97f4a7c15ull);
}

static int32_t *bucket_of(const struct loaded *l, struct hash128 key)
{
	return &l->buckets[key.lo & l->mask];
}

static void unlink_use(struct loaded *l, int32_t i)
{
	struct fact *f = &l->facts[i];

	*(f->newer == NONE ? &l->newest : &l->facts[f->newer].older) = f->older;
	*(f->older == NONE ? &l->oldest : &l->facts[f->older].newer) = f->newer;
}

static void make_newest(struct loaded *l, int32_t i)
{
	struct fact *f = &l->facts[i];

	f->newer = NONE;
	f->older = l->newest;
	*(l->newest == NONE ? &l->oldest : &l->facts[l->newest].newer) = i;
	l->newest = i;
}

static struct fact *find(struct loaded *l, struct hash128 key)
{
	int32_t i = *bucket_of(l, key);

	while (i != NONE && !hash128_eq(l->facts[i].key, key))
		i = l->facts[i].chain;
	if (i == NONE)
		return NULL;
	if (i != l->newest) {
		unlink_use(l, i);
		make_newest(l, i);
	}
	return &l->facts[i];
}

/* A free fact, or the oldest, out of its bucket. */
static int32_t take(struct loaded *l)
{
	int32_t i = l->oldest, *p;

	if (l->stats.facts < l->max)
		return (int32_t)l->stats.facts++;
	p = bucket_of(l, l->facts[i].key);
	while (*p != i)
		p = &l->facts[*p].chain;
	*p = l->facts[i].chain;
	unlink_use(l, i);
	l->stats.evictions++;
	return i;
}

static struct fact *find_or_add(struct loaded *l, struct hash128 key)
{
	struct fact *f = find(l, key);
	int32_t i, *bucket;

	if (f)
		return f;
	i = take(l);
	bucket = bucket_of(l, key);
	f = &l->facts[i];
	f->key = key;
	f->chain = *bucket;
	*bucket = i;
	make_newest(l, i);
	return f;
}

static void set_id(struct fact *f, sv id)
{
	for (size_t i = 0; i < id.n; i++) {
		f->hex[2 * i] = "0123456789abcdef"[(uint8_t)id.p[i] >> 4];
		f->hex[2 * i + 1] = "0123456789abcdef"[(uint8_t)id.p[i] & 15];
	}
	f->hex_len = (uint8_t)(2 * id.n);
}

void loaded_add(struct loaded *l, sv exec_id, sv place, sv path, sv build_id)
{
	if (!path.n || !build_id.n)
		return;
	if (build_id.n > LOADED_MAX_ID) {
		l->stats.refused++;
		return;
	}
	set_id(find_or_add(l, key_of(l, 'c', place, path)), build_id);
	if (exec_id.n)
		set_id(find_or_add(l, key_of(l, 'p', exec_id, path)), build_id);
}

sv loaded_get(struct loaded *l, sv exec_id, sv place, sv path)
{
	struct fact *f = NULL;

	if (!l->stats.facts)
		return SV_NULL;
	if (exec_id.n)
		f = find(l, key_of(l, 'p', exec_id, path));
	if (!f)
		f = find(l, key_of(l, 'c', place, path));
	return f ? (sv){f->hex, f->hex_len} : SV_NULL;
}

void loaded_get_stats(const struct loaded *l, struct loaded_stats *out)
{
	*out = l->stats;
}

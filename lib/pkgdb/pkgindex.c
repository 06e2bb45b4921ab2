/* SPDX-License-Identifier: Apache-2.0 */
#include "pkgdb/pkgindex.h"

#include <limits.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"

enum { FIRST_CAP = 1024, FIRST_PACKAGES = 64 };

struct alias {
	sv from, to; /* without leading and trailing slashes */
};

/* An open-addressing table in two arrays: together they would be padded. */
struct pkgindex {
	uint64_t *hashes; /* 0: free */
	uint32_t *owners;
	size_t cap, n; /* cap is a power of two */
	struct pkgindex_package *packages;
	size_t n_packages, cap_packages;
	struct alias aliases[PKGINDEX_MAX_ALIASES];
	size_t n_aliases;
	size_t refused;
	struct arena arena;
};

static void alloc_slots(struct pkgindex *ix, size_t cap)
{
	ix->cap = cap;
	ix->hashes = mem_zalloc(cap * sizeof(*ix->hashes));
	ix->owners = mem_alloc(cap * sizeof(*ix->owners));
}

struct pkgindex *pkgindex_new(void)
{
	struct pkgindex *ix = mem_zalloc(sizeof(*ix));

	alloc_slots(ix, FIRST_CAP);
	return ix;
}

void pkgindex_free(struct pkgindex *ix)
{
	if (!ix)
		return;
	mem_free(ix->hashes);
	mem_free(ix->owners);
	mem_free(ix->packages);
	arena_release(&ix->arena);
	mem_free(ix);
}

static sv without_slashes(sv path)
{
	while (path.n && path.p[0] == '/')
		path = sv_from(path, 1);
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	return path;
}

bool pkgindex_add_alias(struct pkgindex *ix, sv from, sv to)
{
	struct alias *a = &ix->aliases[ix->n_aliases];

	if (ix->n_aliases == PKGINDEX_MAX_ALIASES)
		return false;
	a->from = arena_dup(&ix->arena, without_slashes(from));
	a->to = arena_dup(&ix->arena, without_slashes(to));
	ix->n_aliases++;
	return true;
}

uint32_t pkgindex_add_package(struct pkgindex *ix,
			      const struct pkgindex_package *p)
{
	if (ix->n_packages == PKGINDEX_MAX_PACKAGES) {
		ix->refused++;
		return 0;
	}
	if (ix->n_packages == ix->cap_packages) {
		ix->cap_packages = ix->cap_packages ? 2 * ix->cap_packages
						    : FIRST_PACKAGES;
		ix->packages = mem_realloc(
			ix->packages, ix->cap_packages * sizeof(*ix->packages));
	}
	ix->packages[ix->n_packages] = (struct pkgindex_package){
		arena_dup(&ix->arena, p->purl), p->source};
	return (uint32_t)++ix->n_packages;
}

static const struct alias *alias_of(const struct pkgindex *ix, sv path)
{
	for (size_t i = 0; i < ix->n_aliases; i++) {
		const struct alias *a = &ix->aliases[i];

		if (path.n > a->from.n && path.p[a->from.n] == '/' &&
		    sv_starts(path, a->from))
			return a;
	}
	return NULL;
}

/* The path without its alias, in `room` where it has one. */
static sv unalias(const struct pkgindex *ix, sv path, char room[PATH_MAX])
{
	const struct alias *a = alias_of(ix, path);
	sv rest;

	if (!a)
		return path;
	rest = sv_from(path, a->from.n);
	if (a->to.n + rest.n > PATH_MAX)
		return path;
	if (!a->to.n)
		return sv_from(rest, 1);
	memcpy(room, a->to.p, a->to.n);
	memcpy(room + a->to.n, rest.p, rest.n);
	return (sv){room, a->to.n + rest.n};
}

/* Never 0. */
static uint64_t hash_of(const struct pkgindex *ix, sv path)
{
	char room[PATH_MAX];
	uint64_t h = hash64(unalias(ix, without_slashes(path), room), 0);

	return h ? h : 1;
}

/* Where the hash is, or the free place where it would be. */
static size_t slot_of(const struct pkgindex *ix, uint64_t hash)
{
	size_t mask = ix->cap - 1, i = hash & mask;

	while (ix->hashes[i] && ix->hashes[i] != hash)
		i = (i + 1) & mask;
	return i;
}

static void grow(struct pkgindex *ix)
{
	struct pkgindex old = *ix;

	alloc_slots(ix, 2 * old.cap);
	for (size_t i = 0; i < old.cap; i++) {
		size_t at;

		if (!old.hashes[i])
			continue;
		at = slot_of(ix, old.hashes[i]);
		ix->hashes[at] = old.hashes[i];
		ix->owners[at] = old.owners[i];
	}
	mem_free(old.hashes);
	mem_free(old.owners);
}

void pkgindex_add_file(struct pkgindex *ix, uint32_t package, sv path)
{
	uint64_t hash;
	size_t at;

	if (!package)
		return;
	if (ix->n == PKGINDEX_MAX_FILES) {
		ix->refused++;
		return;
	}
	if (4 * (ix->n + 1) > 3 * ix->cap)
		grow(ix);
	hash = hash_of(ix, path);
	at = slot_of(ix, hash);
	if (ix->hashes[at])
		return;
	ix->hashes[at] = hash;
	ix->owners[at] = package;
	ix->n++;
}

const struct pkgindex_package *pkgindex_find(const struct pkgindex *ix, sv path)
{
	size_t at = slot_of(ix, hash_of(ix, path));

	return ix->hashes[at] ? &ix->packages[ix->owners[at] - 1] : NULL;
}

void pkgindex_get_stats(const struct pkgindex *ix, struct pkgindex_stats *out)
{
	*out = (struct pkgindex_stats){
		.packages = ix->n_packages,
		.files = ix->n,
		.refused = ix->refused,
		.bytes = sizeof(*ix) + ix->arena.total +
			 ix->cap_packages * sizeof(*ix->packages) +
			 ix->cap * (sizeof(*ix->hashes) + sizeof(*ix->owners))};
}

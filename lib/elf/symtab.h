/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symtab.h - a sorted, compact index of function symbols: one name an
 * address, look-up without allocation. It knows nothing of file formats.
 *
 * Several names for one address (libc has 531 such addresses) are decided by
 * a fixed total order, so that function ids are stable: FUNC, then IFUNC, then
 * NOTYPE; sized before unsized; GLOBAL, WEAK, LOCAL; default version first;
 * fewer leading underscores; shorter; bytewise smaller.
 *
 * The extent of an address is the largest size among its names of the
 * winner's type. A symbol without a size ends at the next symbol or at its
 * section's end, and is marked approx: a "nearest symbol below" would lie with
 * confidence. Labels (NOTYPE) and unsized symbols inside a sized function are
 * left out; between sized ones that overlap, the nearest start that covers the
 * address answers.
 */
#ifndef RT_SYMTAB_H
#define RT_SYMTAB_H

#include "base/base.h"

#define SYMTAB_MAX_SYMBOLS ((size_t)4 << 20) /* candidates; clang has 0.2 M */
#define SYMTAB_MAX_NAME (16 * KIB)
#define SYMTAB_MAX_NAMES (256 * MIB)

enum symtab_type { SYMTAB_FUNC, SYMTAB_IFUNC, SYMTAB_NOTYPE };
enum symtab_bind { SYMTAB_GLOBAL, SYMTAB_WEAK, SYMTAB_LOCAL };

/* A candidate. */
struct symtab_sym {
	sv name; /* may carry @VERSION; borrowed until symtab_build */
	uint64_t start;
	uint64_t size;	/* 0: not known */
	uint64_t limit; /* end of its section */
	enum symtab_type type;
	enum symtab_bind bind;
	bool hidden_version; /* foo@V where another is foo@@V */
};

struct symtab_hit {
	sv name; /* without version, valid UTF-8, NUL behind it */
	uint64_t start;
	uint64_t size;
	uint32_t index; /* position in address order */
	bool approx;	/* the end was inferred */
};

struct symtab_builder {
	struct symtab_candidate *list;
	size_t n, cap;
};

struct symtab {
	uint64_t *starts; /* ascending, distinct */
	struct symtab_entry *entries;
	uint32_t *buckets; /* first index at or above base + (k << shift) */
	char *names;
	struct symtab_alias *aliases; /* ascending by start */
	size_t n, n_buckets, names_size, n_aliases;
	unsigned int shift;
};

/* False: SYMTAB_MAX_SYMBOLS are there already. */
bool symtab_add(struct symtab_builder *b, const struct symtab_sym *sym);
/* The i-th candidate, i < b->n: name (version cut), start and size. */
void symtab_candidate(const struct symtab_builder *b, size_t i,
		      struct symtab_sym *sym);
/* Forgets what was added, for who does not build. */
void symtab_drop(struct symtab_builder *b);
/*
 * Makes the index and empties the builder, also on failure. False: the names
 * take more than SYMTAB_MAX_NAMES.
 */
bool symtab_build(struct symtab_builder *b, struct symtab *t);
void symtab_release(struct symtab *t);

/* The function that covers the address. */
bool symtab_find(const struct symtab *t, uint64_t addr, struct symtab_hit *hit);
/* The i-th in address order, i < t->n. */
void symtab_get(const struct symtab *t, size_t i, struct symtab_hit *hit);
/*
 * Was it a name of that address that lost to another? Only 64 bits of each are
 * kept, which is enough to confirm a name and not to tell one.
 */
bool symtab_is_alias(const struct symtab *t, uint64_t start, sv name);
/* Memory owned. */
size_t symtab_bytes(const struct symtab *t);

#endif

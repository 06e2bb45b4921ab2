/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alias.h - all names of each address of a file, next to symtab's one. Only
 * who lists a file's functions pays for it; look-ups never need it.
 */
#ifndef RT_ALIAS_H
#define RT_ALIAS_H

#include "base/base.h"
#include "base/buf.h"
#include "elf/symtab.h"

struct alias {
	uint64_t start;
	uint32_t name, len; /* in aliases.names */
};

struct aliases {
	struct alias *list; /* by start, then bytewise; no pair twice */
	size_t n;
	struct buf names;
};

/*
 * Copies the names of all candidates, before symtab_build takes them. False,
 * and nothing kept: they need more than SYMTAB_MAX_NAMES.
 */
bool aliases_take(struct aliases *a, const struct symtab_builder *b);
void aliases_release(struct aliases *a);

/* Index of the first name at that address; a->n where there is none. */
size_t aliases_find(const struct aliases *a, uint64_t start);

/* Without version, valid UTF-8. */
sv alias_name(const struct aliases *a, size_t i);

#endif

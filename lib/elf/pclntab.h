/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pclntab.h - the function table that every Go program carries for its own
 * stack traces, and keeps when it is stripped. Layout: Go's
 * src/runtime/symtab.go and src/debug/gosym/pclntab.go; the forms of Go 1.2,
 * 1.16, 1.18 and 1.20, 4 and 8 byte pointers, either byte order.
 *
 * The table is a view of bytes that somebody else may have made up: every
 * offset in it is checked when it is used.
 */
#ifndef RT_PCLNTAB_H
#define RT_PCLNTAB_H

#include "base/base.h"

struct pclntab {
	sv data;
	bool big;		      /* byte order */
	bool relative;		      /* entries count from the text's start */
	unsigned int ptr;	      /* bytes of a pointer */
	size_t n;		      /* functions */
	size_t functab, funcs, names; /* offsets in data */
	size_t text_at; /* where the text's start is written; 0: it is not */
	uint64_t text;	/* its value; a linker may have left it to relocation */
};

struct pclntab_func {
	uint64_t start, end; /* virtual addresses, if `text` is right */
	sv name;	     /* in the data, a NUL behind it */
};

/* Do the bytes begin with a table that is used as one? */
bool pclntab_open(sv data, bool big, struct pclntab *t);

/* The i-th function, i < n, in order of addresses; false: it makes no sense. */
bool pclntab_func(const struct pclntab *t, size_t i, struct pclntab_func *f);

/*
 * Offset of the first table in a piece of memory, where nothing names the
 * place; SIZE_MAX: none.
 */
size_t pclntab_search(sv data, bool big, struct pclntab *t);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h - memory with one lifetime. Chained blocks; reset keeps the first
 * block, so that a filter allocates from the system only while its largest
 * record so far grows.
 *
 *	+-------- block --------+   +-------- block --------+
 *	| next | cap | used.... |-->| next | cap | used.... |--> NULL
 *	+-----------------------+   +-----------------------+
 *
 * Under ASan the bytes are poisoned on reset, so that a view that outlives
 * its record is found.
 */
#ifndef RT_ARENA_H
#define RT_ARENA_H

#include "base/base.h"

struct arena_block;

struct arena {
	struct arena_block *first;
	struct arena_block *cur;
	size_t block_size; /* of the next block; 0: 16 KiB */
	size_t total;	   /* bytes owned by all blocks */
};

/* 8-byte aligned, uninitialised. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_zalloc(struct arena *a, size_t n);
sv arena_dup(struct arena *a, sv s);
char *arena_str(struct arena *a, sv s);
/* Forgets all contents; keeps the first block. */
void arena_reset(struct arena *a);
void arena_release(struct arena *a);

#endif

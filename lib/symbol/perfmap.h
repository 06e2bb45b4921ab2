/* SPDX-License-Identifier: Apache-2.0 */
/*
 * perfmap.h - the names of code that a program made at run time, as it writes
 * them down itself: /tmp/perf-PID.map, a line an entry,
 *
 *	START SIZE NAME
 *
 * both numbers hexadecimal, with or without 0x; the name is the rest of the
 * line (Linux, tools/perf/Documentation/jit-interface.txt). Code is thrown
 * away and its place used again, so entries overlap: the last one wins, and of
 * an older one what it leaves is kept.
 */
#ifndef RT_PERFMAP_H
#define RT_PERFMAP_H

#include "base/base.h"

#define PERFMAP_MAX_NAME (4 * KIB) /* a longer one is cut */

struct perfmap;

struct perfmap_hit {
	sv name;	 /* bytes as in the map, until the next perfmap_add */
	uint64_t offset; /* from the entry's start */
};

struct perfmap *perfmap_new(void);
void perfmap_free(struct perfmap *m);

/*
 * Adds the text's whole lines, and, where `last` says that nothing follows,
 * what is left of it. Stops at the entry with which the map would take more
 * than max_bytes. The number of bytes taken.
 */
size_t perfmap_add(struct perfmap *m, sv text, bool last, size_t max_bytes);

/* Looks at address - 1 for a return address, as in elfmod_lookup. */
bool perfmap_find(struct perfmap *m, uint64_t address, bool is_caller,
		  struct perfmap_hit *hit);

/* In use; arrays that grow own up to twice that, untouched. */
size_t perfmap_bytes(const struct perfmap *m);
uint64_t perfmap_bad_lines(const struct perfmap *m);

#endif

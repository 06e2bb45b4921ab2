/* SPDX-License-Identifier: Apache-2.0 */
/*
 * perfmaps.h - the perf maps of processes (perfmap.h), found in the root of
 * each: ROOT/tmp/perf-PID.map, by the process's number in its own namespace.
 *
 * Of a process that runs, a map is believed that belongs to the process's user
 * or to root and was written since the process started; and it grows, so it is
 * looked at again, at most ten times a second. Files of recorded roots are read
 * once. What is kept is bounded in bytes: maps unused for longest are forgotten
 * first, and what of one map goes beyond is not read; both are counted.
 */
#ifndef RT_PERFMAPS_H
#define RT_PERFMAPS_H

#include "base/base.h"
#include "symbol/perfmap.h"

struct perfmaps;

/* Whose code it is. */
struct perfmaps_process {
	int root;	/* of its files */
	uint64_t place; /* tells roots apart */
	uint32_t pid;	/* as the process sees itself */
	bool live;
	uint32_t uid;	  /* live: who it runs as */
	int64_t start_ns; /* live: since 1970 */
};

struct perfmaps_stats {
	uint64_t read;	    /* files */
	uint64_t refused;   /* of another user, or older than the process */
	uint64_t bad_lines; /* neither of the form nor taken */
	uint64_t cut;	    /* maps that were not read to their end */
	uint64_t evictions;
	size_t bytes;
};

/* max_bytes 0: none is read. */
struct perfmaps *perfmaps_new(size_t max_bytes);
void perfmaps_free(struct perfmaps *s);

/* False: there is no map, or nothing in it. The hit lives until the next. */
bool perfmaps_find(struct perfmaps *s, const struct perfmaps_process *p,
		   uint64_t address, bool is_caller, struct perfmap_hit *hit);

void perfmaps_get_stats(const struct perfmaps *s, struct perfmaps_stats *out);

#endif

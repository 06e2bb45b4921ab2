/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loaded.h - which file (by build-id) a path meant to a process, learnt from
 * the agent's loader events. The kernel took the id from the mapping itself,
 * so it is right where the agent's symbols are not, and when the file is gone.
 *
 * An event tells it for its process and for its container (for the node
 * outside of containers): others of a container load the same files, and the
 * agent reports a file once for a process. The process' own word comes first,
 * then the latest of its container.
 *
 * A fixed number of facts is kept; the one unused for longest makes room and
 * is counted. Nothing is allocated after loaded_new.
 */
#ifndef RT_LOADED_H
#define RT_LOADED_H

#include "base/base.h"

#define LOADED_MAX_FACTS 32768 /* 2 for an event; 3.5 MiB when full */
#define LOADED_MAX_ID 32       /* bytes of a build-id; longer are refused */

struct loaded;

/* max_facts 0: LOADED_MAX_FACTS. */
struct loaded *loaded_new(size_t max_facts);
void loaded_free(struct loaded *l);

/* `place` is the container's id, or the node's name outside of containers. */
void loaded_add(struct loaded *l, sv exec_id, sv place, sv path, sv build_id);

/* In hex, lower case; empty where nobody told. Lives until the next call. */
sv loaded_get(struct loaded *l, sv exec_id, sv place, sv path);

struct loaded_stats {
	uint64_t facts; /* held now */
	uint64_t evictions;
	uint64_t refused; /* build-ids that are too long */
};

void loaded_get_stats(const struct loaded *l, struct loaded_stats *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool.h - jobs on disk, in the order in which they came, while the server
 * is away. A folder with a file for each, named by its number; a file is
 * written beside, synced and renamed, so that one that has a name is whole,
 * and a crash at any moment loses at most a job that was not yet put. One
 * process at a time.
 */
#ifndef RT_SPOOL_H
#define RT_SPOOL_H

#include "base/base.h"
#include "load/job.h"

struct spool;

/*
 * Makes the folder where there is none, and finds what an earlier run left.
 * NULL: errno; EWOULDBLOCK: another process has it.
 */
struct spool *spool_open(const char *dir, uint64_t max_bytes);
void spool_close(struct spool *s);

uint64_t spool_jobs(const struct spool *s);
uint64_t spool_bytes(const struct spool *s);
bool spool_has_room(const struct spool *s, uint64_t bytes);

/* On disk when it returns. False: errno, and nothing is there. */
bool spool_put(struct spool *s, struct job *j);
/* An empty j becomes the oldest; its path or NULL: errno. */
const char *spool_oldest(struct spool *s, struct job *j);
bool spool_remove_oldest(struct spool *s);

#endif

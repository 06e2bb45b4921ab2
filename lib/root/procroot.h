/* SPDX-License-Identifier: Apache-2.0 */
/*
 * procroot.h - the root directory of a process that runs (PROC/PID/root), for
 * a stream that is read while it happens.
 *
 * A process number is used again after the process has ended. The process
 * that has it now is the event's if it existed when that one was started, so
 * its own start (PROC/PID/stat field 22, in clock ticks after btime of
 * PROC/stat; see proc(5)) must not be later. A process that exec()s keeps its
 * start and gets a later one in events, hence "not later" and not "equal".
 * btime is in whole seconds and the agent's clock is converted, so two seconds
 * are forgiven.
 *
 * A process that is gone, as short-lived ones are when their events come, has
 * the root of another one of its container that is remembered: they run from
 * one image.
 *
 * What was found is remembered for a bounded number of processes.
 */
#ifndef RT_PROCROOT_H
#define RT_PROCROOT_H

#include "base/base.h"

#define PROCROOT_MAX 64 /* processes remembered, a descriptor each */

struct procroot;

struct procroot_stats {
	uint64_t opened;
	uint64_t gone;	 /* ended, or not permitted, or nothing to check by */
	uint64_t reused; /* another process has the number now */
};

/* NULL with err: the directory (/proc, or where it is mounted) is not there. */
struct procroot *procroot_new(const char *dir, struct rt_err *err);
void procroot_free(struct procroot *p);

/*
 * A descriptor that stays procroot's and lives until the next call, or -1.
 * start_ns: of the process, as events have it, in ns since 1970. *id is the
 * same for processes that see the same files and no others.
 */
int procroot_get(struct procroot *p, sv exec_id, sv container_id, uint32_t pid,
		 int64_t start_ns, uint64_t *id);

/* Of a process that runs: its number as it sees itself, and its user. */
struct procroot_self {
	uint32_t pid, uid;
};

/* Of the process asked for last; false: it has ended. */
bool procroot_get_self(const struct procroot *p, struct procroot_self *out);

void procroot_get_stats(const struct procroot *p, struct procroot_stats *out);

#endif

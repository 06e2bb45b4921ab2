/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard.h - a process that stands between the user and the one that works, so
 * that a kill -9 of the process that the user sees does not tear a batch: the
 * worker then gets SIGTERM from the kernel (PR_SET_PDEATHSIG, prctl(2)),
 * writes what it holds, its ledger and its checkpoint, and leaves.
 */
#ifndef RT_GUARD_H
#define RT_GUARD_H

/*
 * Returns in the worker. The process that called waits, passes signals on and
 * ends as the worker does, by the same signal or with the same exit code. Must
 * be called before any thread is started.
 */
void guard_start(void);

#endif

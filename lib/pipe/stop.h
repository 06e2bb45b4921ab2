/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop.h - what signals ask for. SIGTERM and SIGINT mean "drain": a source
 * stops at once, a filter goes on reading what its upstream still writes, for
 * a bounded time. A second one kills. SIGUSR1 asks for a status line.
 */
#ifndef RT_STOP_H
#define RT_STOP_H

#include "base/base.h"

/* Installs the handlers. at_once: this tool is a source. */
void stop_init(bool at_once);
/*
 * From now on a second signal does not kill: under a guard one signal may come
 * several times. SIGHUP means the same as SIGTERM.
 */
void stop_keep_catching(void);
/* How long a filter waits for its upstream to end, in ms; default 5,000. */
void stop_set_drain_ms(int ms);

/* Has a signal asked to stop, and is there nothing more to wait for? */
bool stop_now(void);
/* How long a read may wait: -1 for ever, 0 not at all, else ms. */
int stop_wait_ms(void);
/* The signal that asked, or 0. */
int stop_signal(void);

/* True once after each SIGUSR1. */
bool stop_status_asked(void);

/* Dies by the signal, so that the parent sees why. */
NORETURN void stop_die(int sig);

#endif

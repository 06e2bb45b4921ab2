/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debuginfod.h - symbols of stripped files from a debuginfod server, through
 * debuginfod-find(1) of elfutils, which knows the servers
 * ($DEBUGINFOD_URLS), waits for them no longer than it is told
 * ($DEBUGINFOD_TIMEOUT) and keeps what it got, misses as well.
 */
#ifndef RT_DEBUGINFOD_H
#define RT_DEBUGINFOD_H

#include "base/base.h"

/* A server is named, and debuginfod-find is there. */
bool debuginfod_usable(struct rt_err *err);

/* The debug file of a build-id in hex: a descriptor the caller closes, or -1.
 */
int debuginfod_open(sv build_id);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debugdirs.h - folders with the symbols of stripped files, as distributions
 * ship them: DIR/.build-id/ab/cdef....debug, by the build-id of the stripped
 * one (gdb's manual, "Separate Debug Files").
 */
#ifndef RT_DEBUGDIRS_H
#define RT_DEBUGDIRS_H

#include "base/base.h"

#define DEBUGDIRS_MAX 16

struct debugdirs {
	int dir[DEBUGDIRS_MAX];
	size_t n;
	bool ask; /* debuginfod servers, where no folder has it (debuginfod.h)
		   */
};

/* False with err: it cannot be opened, or they are too many. */
bool debugdirs_add(struct debugdirs *d, const char *dir, struct rt_err *err);
void debugdirs_release(struct debugdirs *d);

/*
 * The first that there is for a build-id in hex: a descriptor the caller
 * closes, or -1. Links do not lead out of DIR. Servers may take their time.
 */
int debugdirs_open(const struct debugdirs *d, sv build_id);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elfplt.h - the stubs of a file's procedure linkage tables, as symbols
 * "name@plt" (plt.h).
 */
#ifndef RT_ELFPLT_H
#define RT_ELFPLT_H

#include "elf/elfreader.h"

/* Adds them; false with r->err: over a limit. */
bool elfplt_read(struct elfreader *r);

#endif

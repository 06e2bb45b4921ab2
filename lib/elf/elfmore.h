/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elfmore.h - symbols of a file without a .symtab: in a debug file, in
 * .gnu_debugdata, in Go's table.
 */
#ifndef RT_ELFMORE_H
#define RT_ELFMORE_H

#include "elf/elfreader.h"

/* Adds what there is; false with r->err: over a limit. debug: or NULL. */
bool elfmore_read(struct elfreader *r, const struct debugdirs *debug);

#endif

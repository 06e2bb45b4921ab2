/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elfdigest.h - are two files the same as far as functions go? A keyed hash
 * (keyhash.h) of everything that elfread takes from a file: where it is mapped,
 * its sections' places, symbols and their names, the tables behind stubs, Go's
 * table, packed symbols. Build-ids can be had for the writing.
 */
#ifndef RT_ELFDIGEST_H
#define RT_ELFDIGEST_H

#include "elf/elfreader.h"

/* Sets the digest of r->out, whose headers have been read. */
void elfdigest_make(struct elfreader *r);

#endif

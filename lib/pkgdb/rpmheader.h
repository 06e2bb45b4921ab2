/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpmheader.h - a package as rpm's database has it: the header structure of a
 * package file without lead, magic and signature (rpm's manual, "format").
 * All numbers are big-endian:
 *
 *	u32 n; u32 size; n * { u32 tag, type, offset, count }; u8 data[size]
 */
#ifndef RT_RPMHEADER_H
#define RT_RPMHEADER_H

#include "base/base.h"
#include "pkgdb/distro.h"
#include "pkgdb/pkgindex.h"

#define RPMHEADER_MAX (64 * MIB)
#define RPMHEADER_MAX_DIRS ((uint32_t)1 << 18)

/*
 * Adds the package and those of its files that are there: not the ones that
 * another package replaced. False: malformed, nothing or a part was added.
 */
bool rpmheader_add(struct pkgindex *ix, sv blob, const struct distro *d);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpmdb.h - rpm's package database, read directly, in the forms that
 * distributions have used since 2020:
 *
 *	rpmdb.sqlite	SQLite: table Packages (hnum, blob)
 *	Packages.db	ndb: blobs in slots, little-endian
 *
 * below /usr/lib/sysimage/rpm or /var/lib/rpm. A blob is a header, see
 * rpmheader.h. An ndb file begins with a page of 4,096 bytes:
 *
 *	u32 magic "RpmP", version 0, generation, pages of slots
 *	at 32: slots of { u32 magic "Slot", package, offset, length }, both in
 *	units of 16 bytes; an offset of 0 is a free slot
 *	a blob: { u32 magic "BlbS", package, generation, bytes } and the bytes
 */
#ifndef RT_RPMDB_H
#define RT_RPMDB_H

#include "base/base.h"
#include "pkgdb/distro.h"
#include "pkgdb/pkgindex.h"

#define RPMDB_MAX_SLOT_PAGES 1024 /* 262,142 packages */

/*
 * Adds all packages, except malformed ones; false where the root has no such
 * database.
 */
bool rpmdb_read(struct pkgindex *ix, int root, const struct distro *d);

/* An open Packages.db; false: it is none. */
bool rpmdb_read_ndb(struct pkgindex *ix, int fd, const struct distro *d);

#endif

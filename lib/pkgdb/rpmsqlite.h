/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpmsqlite.h - rpm's database in its SQLite form.
 *
 * The file is another system's and may change meanwhile. SQLite gets nothing
 * but the open descriptor, by a read-only file system of our own: it opens no
 * file by name, takes no locks, looks for no journal, and follows no link out
 * of the root. What a transaction has not yet moved from the write-ahead log
 * to the file is not seen.
 */
#ifndef RT_RPMSQLITE_H
#define RT_RPMSQLITE_H

#include "base/base.h"
#include "pkgdb/distro.h"
#include "pkgdb/pkgindex.h"

/* False: not such a database. The descriptor stays the caller's. */
bool rpmsqlite_read(struct pkgindex *ix, int fd, const struct distro *d);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apkdb.h - the package database of Alpine and its relatives, read directly:
 * /lib/apk/db/installed, or below /usr/lib since /lib is a link there. A
 * paragraph is a package; lines are a letter, a colon and a value:
 *
 *	P: name   V: version   A: architecture
 *	F: directory, from the root   R: file in it
 */
#ifndef RT_APKDB_H
#define RT_APKDB_H

#include "base/base.h"
#include "pkgdb/distro.h"
#include "pkgdb/pkgindex.h"

/* Adds all packages; false where the root has no such database. */
bool apkdb_read(struct pkgindex *ix, int root, const struct distro *d);

/* The same from the file's contents. */
void apkdb_parse(struct pkgindex *ix, sv text, const struct distro *d);

#endif

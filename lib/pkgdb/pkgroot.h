/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pkgroot.h - the index of a root: whatever package databases it has, and the
 * links among its first directories (/lib -> usr/lib), by which the database
 * and the kernel may write one path in two ways.
 */
#ifndef RT_PKGROOT_H
#define RT_PKGROOT_H

#include "base/base.h"
#include "pkgdb/pkgindex.h"

/* An empty index where the root has no package database. */
struct pkgindex *pkgroot_read(int root);

/* Another number when a database was changed since: by size, time and inode. */
uint64_t pkgroot_stamp(int root);

#endif

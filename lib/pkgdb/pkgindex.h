/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pkgindex.h - which package a path belongs to, for one root directory. A
 * reader of a package database adds packages and their files; the index keeps
 * 12 bytes a path (a hash and the package's number), so a root of 3,000
 * packages takes some MiB.
 *
 * A path is compared by its 64-bit hash alone: two of a million paths share
 * one with a probability of 1 in 30 million. Whoever makes a collision on
 * purpose writes files into the root, and could replace the database as well.
 *
 * Paths are those of the root, with or without the leading slash. A directory
 * that is a link to another one (/lib -> usr/lib) is told by
 * pkgindex_add_alias before files are added: paths through either mean one
 * file then, whichever of them the database has and whichever is asked for.
 */
#ifndef RT_PKGINDEX_H
#define RT_PKGINDEX_H

#include "base/base.h"

#define PKGINDEX_MAX_FILES ((size_t)1000000)
#define PKGINDEX_MAX_PACKAGES ((size_t)65535)
#define PKGINDEX_MAX_ALIASES 64

struct pkgindex;

struct pkgindex_stats {
	size_t packages, files;
	size_t refused; /* beyond the bounds above */
	size_t bytes;
};

struct pkgindex *pkgindex_new(void);
void pkgindex_free(struct pkgindex *ix);

/* from and to: directories without a trailing slash. False: over the bound. */
bool pkgindex_add_alias(struct pkgindex *ix, sv from, sv to);

struct pkgindex_package {
	sv purl;
	const char *source; /* a constant: "dpkg" */
};

/* The package's number, from 1; 0: over the bound. The purl is copied. */
uint32_t pkgindex_add_package(struct pkgindex *ix,
			      const struct pkgindex_package *p);

/* A number of 0 is ignored; of two packages with one path the first stands. */
void pkgindex_add_file(struct pkgindex *ix, uint32_t package, sv path);

/* NULL: of no package. It lives until the next one is added. */
const struct pkgindex_package *pkgindex_find(const struct pkgindex *ix,
					     sv path);

void pkgindex_get_stats(const struct pkgindex *ix, struct pkgindex_stats *out);

#endif

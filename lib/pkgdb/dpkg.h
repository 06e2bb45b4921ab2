/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dpkg.h - the package database of Debian and its relatives, read directly:
 *
 *	/var/lib/dpkg/status		  paragraphs, deb822(5)
 *	/var/lib/dpkg/info/NAME.list	  a package's paths, one a line
 *	/var/lib/dpkg/info/NAME:ARCH.list the same where the package is
 *					  `Multi-Arch: same`
 *	/var/lib/dpkg/diversions	  dpkg-divert(1): three lines each
 *	/var/lib/dpkg/status.d/NAME	  a paragraph, in distroless images;
 *	/var/lib/dpkg/status.d/NAME.md5sums its files
 *
 * Packages of which only configuration files are left do not count.
 */
#ifndef RT_DPKG_H
#define RT_DPKG_H

#include "base/base.h"
#include "pkgdb/distro.h"
#include "pkgdb/pkgindex.h"

struct dpkg_package {
	sv name, version, arch;
	bool same;	/* Multi-Arch: same */
	bool installed; /* or was unpacked at least */
};

typedef void dpkg_package_fn(void *ctx, const struct dpkg_package *p);

/* Adds all packages; false where the root has no such database. */
bool dpkg_read(struct pkgindex *ix, int root, const struct distro *d);

/* The paragraphs of a status file that have a name and a version. */
void dpkg_parse_status(sv text, dpkg_package_fn *each, void *ctx);

#endif

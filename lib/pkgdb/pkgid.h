/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pkgid.h - what a package database says of a package, and the package URL
 * that follows from it: `pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie`.
 */
#ifndef RT_PKGID_H
#define RT_PKGID_H

#include "base/base.h"
#include "base/buf.h"
#include "pkgdb/pkgindex.h"

/* Empty fields are left out. */
struct pkgid {
	const char *type; /* "deb" */
	sv space;	  /* the purl's namespace: "debian" */
	sv name, version;
	sv arch, distro, epoch, platform; /* qualifiers */
};

/* Appends the purl; false, and nothing, where these cannot make one. */
bool pkgid_purl(const struct pkgid *id, struct buf *out);

/* As pkgindex_add_package; 0 also without a purl, made in `scratch`. */
uint32_t pkgid_add(struct pkgindex *ix, const struct pkgid *id,
		   const char *source, struct buf *scratch);

#endif

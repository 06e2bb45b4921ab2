/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sbomask.h - what SBOMs say of one file.
 */
#ifndef RT_SBOMASK_H
#define RT_SBOMASK_H

#include "base/base.h"
#include "sbom/sbomindex.h"

struct sbomask_file {
	sv image; /* digest, may be empty */
	sv path;  /* as it was asked for */
	sv real;  /* behind the links, may be empty */
	int root; /* -1: none */
	int fd;	  /* -1: not open; the caller's */
};

/*
 * The purl by the path, by that behind the links, by the name that it had
 * before /usr was merged, by what is in the file (only where the SBOMs know
 * contents at all). Empty: not known, or several packages claim it, and then
 * *contradiction is true.
 */
sv sbomask_purl(const struct sbomindex *ix, const struct sbomask_file *f,
		bool *contradiction);

#endif

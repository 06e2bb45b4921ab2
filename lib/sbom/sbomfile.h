/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sbomfile.h - the member "files", which SPDX and Syft both have:
 *
 *	SPDX	{SPDXID, fileName, checksums: [{algorithm, checksumValue}]}
 *	Syft	{id, location: {path}, digests: [{algorithm, value}]}
 */
#ifndef RT_SBOMFILE_H
#define RT_SBOMFILE_H

#include "codec/jwalk.h"
#include "sbom/sbomindex.h"

/* The value of "files", which is next. */
void sbomfile_list(struct jwalk *w, struct sbomindex *ix);

#endif

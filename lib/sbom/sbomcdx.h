/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sbomcdx.h - the components of CycloneDX JSON, 1.2 and later (ECMA-424).
 * Where a component is comes from
 *
 *   evidence.occurrences[].location			   1.5
 *   properties: syft:location:N:path			   Syft
 *		 aquasecurity:trivy:FilePath, InstalledFile  Trivy
 *		 cdx:npm:package:path (a directory)	   cyclonedx-npm
 *   components of type "file" inside it: their names are paths
 *
 * and what it is made of from hashes[] with SHA-256.
 */
#ifndef RT_SBOMCDX_H
#define RT_SBOMCDX_H

#include "codec/jwalk.h"
#include "sbom/sbomindex.h"

/* The value of "components", which is next. */
void sbomcdx_components(struct jwalk *w, struct sbomindex *ix);

#endif

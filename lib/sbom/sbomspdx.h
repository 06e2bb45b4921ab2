/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sbomspdx.h - packages and relationships of SPDX 2.2 and 2.3 JSON. The purl
 * is an external reference of type "purl"; files are a package's by CONTAINS,
 * CONTAINED_BY and hasFiles, and by what Syft writes as "OTHER" with the
 * comment "evident-by". packageFileName is a location, too.
 */
#ifndef RT_SBOMSPDX_H
#define RT_SBOMSPDX_H

#include "codec/jwalk.h"
#include "sbom/sbomindex.h"

/* The values of "packages" and "relationships", which are next. */
void sbomspdx_packages(struct jwalk *w, struct sbomindex *ix);
void sbomspdx_relationships(struct jwalk *w, struct sbomindex *ix);

#endif

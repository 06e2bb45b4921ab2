/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sbomsyft.h - Syft's own JSON: artifacts with the locations they were found
 * at and, for packages of distributions, the files they own (metadata.files),
 * and what is related to what. What was found in the database of a package
 * manager has that database as a location, which nothing runs.
 */
#ifndef RT_SBOMSYFT_H
#define RT_SBOMSYFT_H

#include "codec/jwalk.h"
#include "sbom/sbomindex.h"

/* The values of "artifacts" and "artifactRelationships", which are next. */
void sbomsyft_artifacts(struct jwalk *w, struct sbomindex *ix);
void sbomsyft_relationships(struct jwalk *w, struct sbomindex *ix);

#endif

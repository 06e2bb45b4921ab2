/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sbompath.h - a location as scanners write it: the file they found the
 * package by. The manifest of an npm package stands for its whole directory.
 */
#ifndef RT_SBOMPATH_H
#define RT_SBOMPATH_H

#include "sbom/sbomindex.h"

void sbompath_add(struct sbomindex *ix, uint32_t package, sv location);

#endif

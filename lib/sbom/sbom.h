/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sbom.h - software bills of materials into an index: CycloneDX JSON 1.2 and
 * later, SPDX JSON 2.2 and 2.3, Syft JSON. Which of them a document is, it
 * says itself (bomFormat, spdxVersion, artifacts with a schema).
 */
#ifndef RT_SBOM_H
#define RT_SBOM_H

#include "base/base.h"
#include "codec/jwalk.h"
#include "sbom/sbomindex.h"

#define SBOM_MAX_FILE (512 * MIB)

/*
 * A document, JWALK_PADDING bytes behind it, bound to an image's digest or
 * (empty) to all. False, and nothing added: what is wrong and where.
 */
bool sbom_add(struct sbomindex *ix, sv text, sv image_digest,
	      struct rt_err *err);

/*
 * The same from a file, named `[DIGEST=]FILE`, the digest in any of the forms
 * of images_digits; *name is the FILE.
 */
bool sbom_add_file(struct sbomindex *ix, const char *arg, const char **name,
		   struct rt_err *err);

#endif

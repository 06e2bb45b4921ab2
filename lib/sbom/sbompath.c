/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/sbompath.h"

/* The directory itself, as npm's own documents name it. */
static bool is_npm_directory(sv path)
{
	return path.n && path.p[0] != '/' &&
	       memmem(path.p, path.n, "node_modules/", 13);
}

void sbompath_add(struct sbomindex *ix, uint32_t package, sv location)
{
	sv manifest = SV("/package.json");

	if (sv_ends(location, manifest))
		sbomindex_path(ix, package,
			       sv_first(location, location.n - manifest.n),
			       true);
	else if (is_npm_directory(location))
		sbomindex_path(ix, package, location, true);
	sbomindex_path(ix, package, location, false);
}

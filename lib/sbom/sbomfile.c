/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/sbomfile.h"

static bool is_sha256(sv algorithm)
{
	return sv_eq(algorithm, SV("SHA256")) ||
	       sv_eq(algorithm, SV("sha256")) ||
	       sv_eq(algorithm, SV("sha-256"));
}

static void checksum(struct jwalk *w, sv *sha256)
{
	sv key, algorithm = SV_NULL, value = SV_NULL;

	if (!jwalk_object(w))
		return;
	while (jwalk_member(w, &key))
		if (sv_eq(key, SV("algorithm")))
			jwalk_string(w, &algorithm);
		else if (sv_eq(key, SV("checksumValue")) ||
			 sv_eq(key, SV("value")))
			jwalk_string(w, &value);
		else
			jwalk_skip(w);
	if (is_sha256(algorithm))
		*sha256 = value;
}

static void checksums(struct jwalk *w, sv *sha256)
{
	if (jwalk_array(w))
		while (jwalk_element(w))
			checksum(w, sha256);
}

static void location(struct jwalk *w, sv *path)
{
	sv key;

	if (!jwalk_object(w))
		return;
	while (jwalk_member(w, &key))
		if (sv_eq(key, SV("path")))
			jwalk_string(w, path);
		else
			jwalk_skip(w);
}

static void file(struct jwalk *w, struct sbomindex *ix)
{
	sv key, id = SV_NULL, path = SV_NULL, sha256 = SV_NULL;

	if (!jwalk_object(w))
		return;
	while (jwalk_member(w, &key))
		if (sv_eq(key, SV("SPDXID")) || sv_eq(key, SV("id")))
			jwalk_string(w, &id);
		else if (sv_eq(key, SV("fileName")))
			jwalk_string(w, &path);
		else if (sv_eq(key, SV("location")))
			location(w, &path);
		else if (sv_eq(key, SV("checksums")) ||
			 sv_eq(key, SV("digests")))
			checksums(w, &sha256);
		else
			jwalk_skip(w);
	sbomindex_file(ix, id, path);
	sbomindex_file_sha256(ix, id, sha256);
}

void sbomfile_list(struct jwalk *w, struct sbomindex *ix)
{
	if (jwalk_array(w))
		while (jwalk_element(w))
			file(w, ix);
}

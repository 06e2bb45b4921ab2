/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/sbomsyft.h"

#include "sbom/sbompath.h"

/* One of "locations", or of metadata's "files": an object with a path. */
static void place(struct jwalk *w, struct sbomindex *ix, uint32_t number,
		  bool owned)
{
	sv key, path = SV_NULL;

	if (!jwalk_object(w))
		return;
	while (jwalk_member(w, &key))
		if (sv_eq(key, SV("path")))
			jwalk_string(w, &path);
		else
			jwalk_skip(w);
	if (owned)
		sbomindex_path(ix, number, path, false);
	else
		sbompath_add(ix, number, path);
}

static void places(struct jwalk *w, struct sbomindex *ix, uint32_t number,
		   bool owned)
{
	if (jwalk_array(w))
		while (jwalk_element(w))
			place(w, ix, number, owned);
}

static void metadata(struct jwalk *w, struct sbomindex *ix, uint32_t number)
{
	sv key;

	if (!jwalk_object(w))
		return;
	while (jwalk_member(w, &key))
		if (sv_eq(key, SV("files")))
			places(w, ix, number, true);
		else
			jwalk_skip(w);
}

static void artifact(struct jwalk *w, struct sbomindex *ix)
{
	sv key, id = SV_NULL, purl = SV_NULL;
	uint32_t number;

	if (!jwalk_object(w))
		return;
	number = sbomindex_package(ix);
	while (jwalk_member(w, &key))
		if (sv_eq(key, SV("id")))
			jwalk_string(w, &id);
		else if (sv_eq(key, SV("purl")))
			jwalk_string(w, &purl);
		else if (sv_eq(key, SV("locations")))
			places(w, ix, number, false);
		else if (sv_eq(key, SV("metadata")))
			metadata(w, ix, number);
		else
			jwalk_skip(w);
	if (purl.n)
		sbomindex_purl(ix, number, purl);
	sbomindex_id(ix, number, id);
}

void sbomsyft_artifacts(struct jwalk *w, struct sbomindex *ix)
{
	if (jwalk_array(w))
		while (jwalk_element(w))
			artifact(w, ix);
}

static void relationship(struct jwalk *w, struct sbomindex *ix)
{
	sv key, parent = SV_NULL, child = SV_NULL, type = SV_NULL;

	if (!jwalk_object(w))
		return;
	while (jwalk_member(w, &key))
		if (sv_eq(key, SV("parent")))
			jwalk_string(w, &parent);
		else if (sv_eq(key, SV("child")))
			jwalk_string(w, &child);
		else if (sv_eq(key, SV("type")))
			jwalk_string(w, &type);
		else
			jwalk_skip(w);
	if (sv_eq(type, SV("contains")) || sv_eq(type, SV("evident-by")))
		sbomindex_contains(ix, parent, child);
}

void sbomsyft_relationships(struct jwalk *w, struct sbomindex *ix)
{
	if (jwalk_array(w))
		while (jwalk_element(w))
			relationship(w, ix);
}

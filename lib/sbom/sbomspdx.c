/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/sbomspdx.h"

#include "sbom/sbompath.h"

struct package {
	uint32_t number;
	sv id;
	sv file_name;
};

static bool is_purl_type(sv type)
{
	return sv_eq(type, SV("purl")) || sv_ends(type, SV("/purl"));
}

static void reference(struct jwalk *w, struct sbomindex *ix, uint32_t number)
{
	sv key, type = SV_NULL, locator = SV_NULL;

	if (!jwalk_object(w))
		return;
	while (jwalk_member(w, &key))
		if (sv_eq(key, SV("referenceType")))
			jwalk_string(w, &type);
		else if (sv_eq(key, SV("referenceLocator")))
			jwalk_string(w, &locator);
		else
			jwalk_skip(w);
	if (is_purl_type(type) && locator.n)
		sbomindex_purl(ix, number, locator);
}

static void references(struct jwalk *w, struct sbomindex *ix, uint32_t number)
{
	if (jwalk_array(w))
		while (jwalk_element(w))
			reference(w, ix, number);
}

/* Before the package's own id may be known: by a second id of its number. */
static void has_files(struct jwalk *w, struct sbomindex *ix, uint32_t number)
{
	sv own = {(const char *)&number, sizeof(number)}, file;

	if (!jwalk_array(w))
		return;
	sbomindex_id(ix, number, own);
	while (jwalk_element(w))
		if (jwalk_string(w, &file))
			sbomindex_contains(ix, own, file);
}

static void package(struct jwalk *w, struct sbomindex *ix)
{
	struct package p = {0};
	sv key;

	if (!jwalk_object(w))
		return;
	p.number = sbomindex_package(ix);
	while (jwalk_member(w, &key))
		if (sv_eq(key, SV("SPDXID")))
			jwalk_string(w, &p.id);
		else if (sv_eq(key, SV("packageFileName")))
			jwalk_string(w, &p.file_name);
		else if (sv_eq(key, SV("externalRefs")))
			references(w, ix, p.number);
		else if (sv_eq(key, SV("hasFiles")))
			has_files(w, ix, p.number);
		else
			jwalk_skip(w);
	sbomindex_id(ix, p.number, p.id);
	if (p.file_name.n && !sv_eq(p.file_name, SV("NOASSERTION")))
		sbompath_add(ix, p.number, p.file_name);
}

void sbomspdx_packages(struct jwalk *w, struct sbomindex *ix)
{
	if (jwalk_array(w))
		while (jwalk_element(w))
			package(w, ix);
}

static void relationship(struct jwalk *w, struct sbomindex *ix)
{
	sv key, from = SV_NULL, to = SV_NULL, type = SV_NULL, comment = SV_NULL;

	if (!jwalk_object(w))
		return;
	while (jwalk_member(w, &key))
		if (sv_eq(key, SV("spdxElementId")))
			jwalk_string(w, &from);
		else if (sv_eq(key, SV("relatedSpdxElement")))
			jwalk_string(w, &to);
		else if (sv_eq(key, SV("relationshipType")))
			jwalk_string(w, &type);
		else if (sv_eq(key, SV("comment")))
			jwalk_string(w, &comment);
		else
			jwalk_skip(w);
	if (sv_eq(type, SV("CONTAINS")) ||
	    (sv_eq(type, SV("OTHER")) && sv_starts(comment, SV("evident-by"))))
		sbomindex_contains(ix, from, to);
	else if (sv_eq(type, SV("CONTAINED_BY")))
		sbomindex_contains(ix, to, from);
}

void sbomspdx_relationships(struct jwalk *w, struct sbomindex *ix)
{
	if (jwalk_array(w))
		while (jwalk_element(w))
			relationship(w, ix);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/sbomcdx.h"

#include "sbom/sbompath.h"

/* A component that is being read: its members come in any order. */
struct component {
	struct jwalk *w;
	struct sbomindex *ix;
	uint32_t package, parent; /* numbers; 0: none, refused */
	bool is_file, named;
	sv name, sha256;
};

static bool is_location(sv property)
{
	return (sv_starts(property, SV("syft:location:")) &&
		sv_ends(property, SV(":path"))) ||
	       sv_eq(property, SV("aquasecurity:trivy:FilePath")) ||
	       sv_eq(property, SV("aquasecurity:trivy:InstalledFile"));
}

static void property(struct component *c)
{
	sv key, name = SV_NULL, value = SV_NULL;

	if (!jwalk_object(c->w))
		return;
	while (jwalk_member(c->w, &key))
		if (sv_eq(key, SV("name")))
			jwalk_string(c->w, &name);
		else if (sv_eq(key, SV("value")))
			jwalk_string(c->w, &value);
		else
			jwalk_skip(c->w);
	if (sv_eq(name, SV("cdx:npm:package:path")))
		sbomindex_path(c->ix, c->package, value, true);
	else if (is_location(name))
		sbompath_add(c->ix, c->package, value);
}

static void hash(struct component *c)
{
	sv key, alg = SV_NULL, content = SV_NULL;

	if (!jwalk_object(c->w))
		return;
	while (jwalk_member(c->w, &key))
		if (sv_eq(key, SV("alg")))
			jwalk_string(c->w, &alg);
		else if (sv_eq(key, SV("content")))
			jwalk_string(c->w, &content);
		else
			jwalk_skip(c->w);
	if (sv_eq(alg, SV("SHA-256")))
		c->sha256 = content;
}

static void occurrence(struct component *c)
{
	sv key, location;

	if (!jwalk_object(c->w))
		return;
	while (jwalk_member(c->w, &key))
		if (!sv_eq(key, SV("location")))
			jwalk_skip(c->w);
		else if (jwalk_string(c->w, &location))
			sbompath_add(c->ix, c->package, location);
}

static void list(struct component *c, void (*each)(struct component *))
{
	if (jwalk_array(c->w))
		while (jwalk_element(c->w))
			each(c);
}

static void evidence(struct component *c)
{
	sv key;

	if (!jwalk_object(c->w))
		return;
	while (jwalk_member(c->w, &key))
		if (sv_eq(key, SV("occurrences")))
			list(c, occurrence);
		else
			jwalk_skip(c->w);
}

static void component(struct component *parent);

static void member(struct component *c, sv key)
{
	sv s;

	if (sv_eq(key, SV("purl"))) {
		if (jwalk_string(c->w, &s) && s.n) {
			sbomindex_purl(c->ix, c->package, s);
			c->named = true;
		}
	} else if (sv_eq(key, SV("type"))) {
		c->is_file = jwalk_string(c->w, &s) && sv_eq(s, SV("file"));
	} else if (sv_eq(key, SV("name"))) {
		jwalk_string(c->w, &c->name);
	} else if (sv_eq(key, SV("properties"))) {
		list(c, property);
	} else if (sv_eq(key, SV("hashes"))) {
		list(c, hash);
	} else if (sv_eq(key, SV("evidence"))) {
		evidence(c);
	} else if (sv_eq(key, SV("components"))) {
		list(c, component);
	} else {
		jwalk_skip(c->w);
	}
}

static void component(struct component *parent)
{
	struct component c = {
		.w = parent->w, .ix = parent->ix, .parent = parent->package};
	sv key;

	if (!jwalk_object(c.w))
		return;
	c.package = sbomindex_package(c.ix);
	while (jwalk_member(c.w, &key))
		member(&c, key);
	if (c.is_file && !c.named && c.parent) {
		sbomindex_path(c.ix, c.parent, c.name, false);
		sbomindex_sha256(c.ix, c.parent, c.sha256);
	} else {
		sbomindex_sha256(c.ix, c.package, c.sha256);
	}
}

void sbomcdx_components(struct jwalk *w, struct sbomindex *ix)
{
	struct component document = {.w = w, .ix = ix};

	list(&document, component);
}

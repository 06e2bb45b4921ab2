/* SPDX-License-Identifier: Apache-2.0 */
#include "pkgdb/purltype.h"

enum {
	SPACE_NEEDED = 1 << 0,
	SPACE_NONE = 1 << 1,
	SPACE_LOWER = 1 << 2,
	SPACE_UPPER = 1 << 3,
	NAME_LOWER = 1 << 4,
	VERSION_NEEDED = 1 << 5,
	VERSION_LOWER = 1 << 6,
	LOWER = SPACE_LOWER | NAME_LOWER,
};

typedef const char *rule_fn(struct purl *p, const sv **at);

struct type {
	sv name;
	unsigned flags;
	rule_fn *rule; /* what flags cannot say */
};

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ASCII alone: what the definitions' native names are made of. */
static void lower(sv s)
{
	char *p = (char *)s.p;

	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] |= 0x20;
}

static void upper(sv s)
{
	char *p = (char *)s.p;

	for (size_t i = 0; i < s.n; i++)
		if (is_lower(p[i]))
			p[i] &= ~0x20;
}

/* Python's name normalisation: a run of -, _ and . is one dash. */
static const char *pypi(struct purl *p, const sv **at)
{
	char *s = (char *)p->name.p;
	size_t n = 0;

	(void)at;
	for (size_t i = 0; i < p->name.n; i++) {
		bool dash = s[i] == '-' || s[i] == '_' || s[i] == '.';

		if (dash && n && s[n - 1] == '-')
			continue;
		s[n++] = dash ? '-' : s[i];
	}
	p->name.n = n;
	return NULL;
}

static const char *pub(struct purl *p, const sv **at)
{
	char *s = (char *)p->name.p;

	*at = &p->name;
	for (size_t i = 0; i < p->name.n; i++) {
		if (s[i] == '-')
			s[i] = '_';
		if (!is_lower(s[i]) && !is_digit(s[i]) && s[i] != '_')
			return "a pub name has a-z, 0-9 and _ alone";
	}
	return NULL;
}

static const char *cpan(struct purl *p, const sv **at)
{
	*at = &p->name;
	if (p->name.n > 1 && memmem(p->name.p, p->name.n, "::", 2))
		return "a cpan name is a distribution, not a module";
	return NULL;
}

static const char *conan(struct purl *p, const sv **at)
{
	*at = &p->space;
	if (p->space.n && !p->n_qualifiers)
		return "conan with a namespace needs a user or channel";
	if (!p->space.n && purl_qualifier(p, SV("channel")).n &&
	    !purl_qualifier(p, SV("user")).n)
		return "conan with a channel needs a user or namespace";
	return NULL;
}

static const char *cocoapods(struct purl *p, const sv **at)
{
	*at = &p->name;
	for (size_t i = 0; i < p->name.n; i++)
		if (strchr(" \t\n\v\f\r+", p->name.p[i]))
			return "a pod's name has no spaces and no plus";
	return p->name.p[0] == '.' ? "a pod's name begins with no period"
				   : NULL;
}

/* Only Databricks' servers take names in any case. */
static const char *mlflow(struct purl *p, const sv **at)
{
	sv url = purl_qualifier(p, SV("repository_url"));

	(void)at;
	if (url.n && memmem(url.p, url.n, "databricks", 10))
		lower(p->name);
	return NULL;
}

static const char *julia(struct purl *p, const sv **at)
{
	*at = &p->name;
	return purl_qualifier(p, SV("uuid")).n ? NULL : "julia needs a uuid";
}

static const char *swid(struct purl *p, const sv **at)
{
	size_t slashes = 0;

	*at = &p->space;
	for (size_t i = 0; i < p->space.n; i++)
		slashes += p->space.p[i] == '/';
	if (slashes > 1)
		return "a swid namespace has two segments at most";
	*at = &p->name;
	return purl_qualifier(p, SV("tag_id")).n ? NULL : "swid needs a tag_id";
}

static const char *chrome(struct purl *p, const sv **at)
{
	*at = &p->name;
	for (size_t i = 0; i < p->name.n; i++)
		if (p->name.p[i] < 'a' || p->name.p[i] > 'p')
			return "an extension's id has a to p alone";
	return p->name.n == 32 ? NULL : "an extension's id has 32 letters";
}

static const struct type types[] = {
	{SV("alpm"), SPACE_NEEDED | LOWER, NULL},
	{SV("apk"), SPACE_NEEDED | LOWER, NULL},
	{SV("bazel"), SPACE_NONE | VERSION_NEEDED, NULL},
	{SV("bitbucket"), SPACE_NEEDED | LOWER, NULL},
	{SV("bitnami"), SPACE_NONE | NAME_LOWER, NULL},
	{SV("cargo"), SPACE_NONE, NULL},
	{SV("chrome-extension"), SPACE_NONE | NAME_LOWER, chrome},
	{SV("cocoapods"), SPACE_NONE, cocoapods},
	{SV("composer"), SPACE_NEEDED | LOWER, NULL},
	{SV("conan"), 0, conan},
	{SV("conda"), SPACE_NONE | VERSION_NEEDED, NULL},
	{SV("cpan"), SPACE_NEEDED | SPACE_UPPER, cpan},
	{SV("cran"), SPACE_NONE | VERSION_NEEDED, NULL},
	{SV("deb"), SPACE_NEEDED | LOWER, NULL},
	{SV("docker"), 0, NULL},
	{SV("gem"), SPACE_NONE, NULL},
	{SV("generic"), 0, NULL},
	{SV("github"), SPACE_NEEDED | LOWER, NULL},
	{SV("gitlab"), SPACE_NEEDED | LOWER, NULL},
	{SV("golang"), SPACE_NEEDED, NULL},
	{SV("hackage"), SPACE_NONE, NULL},
	{SV("hex"), LOWER, NULL},
	{SV("huggingface"), VERSION_LOWER, NULL},
	{SV("julia"), SPACE_NONE, julia},
	{SV("luarocks"), LOWER | VERSION_LOWER, NULL},
	{SV("maven"), SPACE_NEEDED, NULL},
	{SV("mlflow"), SPACE_NONE, mlflow},
	{SV("npm"), LOWER, NULL},
	{SV("nuget"), SPACE_NONE, NULL},
	{SV("oci"), SPACE_NONE | NAME_LOWER, NULL},
	{SV("opam"), SPACE_NONE, NULL},
	{SV("otp"), SPACE_NONE | NAME_LOWER, NULL},
	{SV("pear"), 0, NULL},
	{SV("pub"), SPACE_NONE | NAME_LOWER, pub},
	{SV("pypi"), SPACE_NONE | NAME_LOWER | VERSION_LOWER, pypi},
	{SV("qpkg"), SPACE_NEEDED | SPACE_LOWER, NULL},
	{SV("rpm"), SPACE_LOWER, NULL},
	{SV("swid"), 0, swid},
	{SV("swift"), SPACE_NEEDED | VERSION_NEEDED, NULL},
	{SV("vscode-extension"), SPACE_NEEDED | LOWER | VERSION_LOWER, NULL},
	{SV("yocto"), SPACE_LOWER, NULL},
};

static const struct type *find(sv name)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (sv_eq(types[i].name, name))
			return &types[i];
	return NULL;
}

const char *purltype_apply(struct purl *p, const sv **at)
{
	const struct type *t = find(p->type);

	if (!t)
		return NULL;
	*at = &p->space;
	if ((t->flags & SPACE_NONE) && p->space.n)
		return "this type has no namespace";
	if ((t->flags & SPACE_NEEDED) && !p->space.n)
		return "this type needs a namespace";
	*at = &p->version;
	if ((t->flags & VERSION_NEEDED) && !p->version.n)
		return "this type needs a version";
	if (t->flags & SPACE_LOWER)
		lower(p->space);
	if (t->flags & SPACE_UPPER)
		upper(p->space);
	if (t->flags & NAME_LOWER)
		lower(p->name);
	if (t->flags & VERSION_LOWER)
		lower(p->version);
	return t->rule ? t->rule(p, at) : NULL;
}

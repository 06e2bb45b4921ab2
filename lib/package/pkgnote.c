/* SPDX-License-Identifier: Apache-2.0 */
#include "package/pkgnote.h"

#include "package/jsondoc.h"
#include "pkgdb/pkgid.h"

enum { HEAD = 12 };

#define PACKAGE_TYPE 0xcafe1a7eu

static uint32_t u32(const char *p, bool big)
{
	const uint8_t *u = (const uint8_t *)p;

	return big ? (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 |
			       (uint32_t)u[2] << 8 | u[3]
		   : (uint32_t)u[3] << 24 | (uint32_t)u[2] << 16 |
			       (uint32_t)u[1] << 8 | u[0];
}

static size_t pad4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* The next note's description if it is one of a package. */
static bool next_note(sv *rest, sv *desc)
{
	sv s = *rest;
	bool big = s.n >= HEAD && u32(s.p + 8, true) == PACKAGE_TYPE;
	size_t name, size;

	if (s.n < HEAD)
		return false;
	name = u32(s.p, big);
	size = u32(s.p + 4, big);
	if (name > s.n || size > s.n || HEAD + pad4(name) + size > s.n) {
		*rest = SV_NULL;
		return false;
	}
	*desc = sv_first(sv_from(s, HEAD + pad4(name)), size);
	*rest = sv_from(s, HEAD + pad4(name) + pad4(size));
	if (u32(s.p + 8, big) != PACKAGE_TYPE ||
	    !sv_eq(sv_first(sv_from(s, HEAD), name), (sv){"FDO", 4}))
		*desc = SV_NULL;
	return true;
}

/* "cpe:/o:fedoraproject:fedora:40": the third and the fourth part. */
static void from_cpe(sv cpe, sv *os, sv *version)
{
	sv part[5] = {{0}};

	for (size_t i = 0; i < ARRAY_LEN(part) && cpe.n; i++) {
		size_t n = sv_find(cpe, ':');

		part[i] = sv_first(cpe, n);
		cpe = n == SIZE_MAX ? SV_NULL : sv_from(cpe, n + 1);
	}
	if (!os->n)
		*os = part[3];
	if (!version->n)
		*version = part[4];
}

static const char *purl_type(sv type)
{
	static const char *const same[] = {"deb", "rpm", "apk", "alpm"};

	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		if (sv_eq(type, sv_str(same[i])))
			return same[i];
	return sv_eq(type, SV("pacman")) || sv_eq(type, SV("arch")) ? "alpm"
								    : "generic";
}

static bool put_purl(const struct jsondoc *d, struct buf *out)
{
	sv os = jsondoc_string(d, "os");
	sv version = jsondoc_string(d, "osVersion");
	struct buf distro = {0};
	bool ok;
	struct pkgid id = {.type = purl_type(jsondoc_string(d, "type")),
			   .name = jsondoc_string(d, "name"),
			   .version = jsondoc_string(d, "version"),
			   .arch = jsondoc_string(d, "architecture")};

	if (!id.name.n)
		return false;
	from_cpe(jsondoc_string(d, "osCpe"), &os, &version);
	if (os.n && version.n) {
		buf_sv(&distro, os);
		buf_ch(&distro, '-');
		buf_sv(&distro, version);
	}
	id.space = os;
	id.distro = buf_view(&distro);
	ok = pkgid_purl(&id, out);
	buf_release(&distro);
	return ok;
}

bool pkgnote_purl(sv section, struct buf *out)
{
	bool ok = false;
	sv desc;

	while (!ok && next_note(&section, &desc)) {
		struct jsondoc *d = desc.n ? jsondoc_open(desc) : NULL;

		ok = d && put_purl(d, out);
		if (d)
			jsondoc_close(d);
	}
	return ok;
}

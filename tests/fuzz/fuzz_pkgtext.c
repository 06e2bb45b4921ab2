/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Package databases that are texts: whatever they hold, what is in the index
 * afterwards is found again, and its purls are purls.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "pkgdb/apkdb.h"
#include "pkgdb/dpkg.h"
#include "pkgdb/purl.h"
#include "pkgdb/pydist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_package(void *ctx, const struct dpkg_package *p)
{
	size_t *n = ctx;

	if (!p->name.n || !p->version.n)
		abort();
	++*n;
}

static void check(const struct pkgindex *ix, sv path)
{
	const struct pkgindex_package *p = pkgindex_find(ix, path);
	struct rt_err err;
	struct purl purl;
	char *room;

	if (!p || !p->purl.n)
		return;
	room = mem_alloc(p->purl.n);
	if (!purl_parse(&purl, p->purl, room, &err))
		abort();
	mem_free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv all = {(const char *)data, size};
	struct pkgindex *ix = pkgindex_new();
	struct distro d = {0};
	size_t n = 0;

	pkgindex_add_alias(ix, SV("/lib"), SV("/usr/lib"));
	distro_parse(&d, all);
	dpkg_parse_status(all, on_package, &n);
	apkdb_parse(ix, all, &d);
	pydist_parse_record(
		ix,
		pkgindex_add_package(
			ix, &(struct pkgindex_package){SV("pkg:pypi/a@1"), ""}),
		SV("/usr/lib"), all);
	check(ix, SV("/lib/x"));
	check(ix, all);
	check(ix, pydist_dir(all));
	distro_release(&d);
	pkgindex_free(ix);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pkgdb/pkgid.h"

#include "pkgdb/purl.h"

static void add_qualifier(struct purl *p, const char *key, sv value)
{
	if (value.n)
		p->qualifier[p->n_qualifiers++] =
			(struct purl_qualifier){sv_str(key), value};
}

bool pkgid_purl(const struct pkgid *id, struct buf *out)
{
	struct purl p = {.type = sv_str(id->type),
			 .space = id->space,
			 .name = id->name,
			 .version = id->version};
	struct rt_err err;

	add_qualifier(&p, "arch", id->arch);
	add_qualifier(&p, "distro", id->distro);
	add_qualifier(&p, "epoch", id->epoch);
	add_qualifier(&p, "platform", id->platform);
	return purl_build(&p, out, &err);
}

uint32_t pkgid_add(struct pkgindex *ix, const struct pkgid *id,
		   const char *source, struct buf *scratch)
{
	struct pkgindex_package p = {.source = source};

	scratch->n = 0;
	if (!pkgid_purl(id, scratch))
		return 0;
	p.purl = buf_view(scratch);
	return pkgindex_add_package(ix, &p);
}

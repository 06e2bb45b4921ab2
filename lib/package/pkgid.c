/* SPDX-License-Identifier: Apache-2.0 */
#include "package/pkgid.h"

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr(".-_~:", c));
}

/* Between the separators of a purl; `keep` is not encoded. */
static void put_encoded(struct buf *out, sv s, char keep)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_plain(s.p[i]) || s.p[i] == keep)
			buf_ch(out, s.p[i]);
		else
			buf_printf(out, "%%%02X", (unsigned char)s.p[i]);
}

static void put_qualifier(struct buf *out, const char *key, sv value,
			  char *sign)
{
	if (!value.n)
		return;
	buf_ch(out, *sign);
	buf_str(out, key);
	buf_ch(out, '=');
	put_encoded(out, value, ':');
	*sign = '&';
}

void pkgid_purl(const struct pkgid *id, struct buf *out)
{
	char sign = '?';

	buf_printf(out, "pkg:%s/", id->type);
	if (id->space.n) {
		put_encoded(out, id->space, '/');
		buf_ch(out, '/');
	}
	put_encoded(out, id->name, ':');
	if (id->version.n) {
		buf_ch(out, '@');
		put_encoded(out, id->version, ':');
	}
	put_qualifier(out, "arch", id->arch, &sign);
	put_qualifier(out, "distro", id->distro, &sign);
	put_qualifier(out, "epoch", id->epoch, &sign);
	put_qualifier(out, "platform", id->platform, &sign);
}

uint32_t pkgid_add(struct pkgindex *ix, const struct pkgid *id,
		   const char *source, struct buf *scratch)
{
	struct pkgindex_package p = {.source = source};

	scratch->n = 0;
	pkgid_purl(id, scratch);
	p.purl = buf_view(scratch);
	return pkgindex_add_package(ix, &p);
}

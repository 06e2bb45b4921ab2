/* SPDX-License-Identifier: Apache-2.0 */
#include "package/depv0.h"

#include "package/jsondoc.h"
#include "pkgdb/pkgid.h"
#include "package/zdata.h"

static void add_crate(const struct jsondoc *crate, struct arena *a,
		      struct parts *parts, struct buf *scratch,
		      struct buf *root)
{
	struct pkgid id = {.type = "cargo",
			   .name = jsondoc_string(crate, "name"),
			   .version = jsondoc_string(crate, "version")};

	if (!id.name.n || sv_eq(jsondoc_string(crate, "kind"), SV("build")))
		return;
	scratch->n = 0;
	pkgid_purl(&id, scratch);
	parts_add(parts, a, id.name, buf_view(scratch));
	if (jsondoc_true(crate, "root") && !root->n)
		buf_sv(root, buf_view(scratch));
}

static struct parts *read_doc(const struct jsondoc *d, struct arena *a,
			      struct buf *root)
{
	const struct jsondoc *crate;
	struct buf scratch = {0};
	struct parts *parts;
	size_t n = 0;

	while (n < DEPV0_MAX_CRATES && jsondoc_item(d, "packages", n))
		n++;
	if (!n)
		return NULL;
	parts = parts_new(a, PARTS_RUST, n);
	for (size_t i = 0; i < n; i++) {
		crate = jsondoc_item(d, "packages", i);
		add_crate(crate, a, parts, &scratch, root);
	}
	buf_release(&scratch);
	return parts;
}

bool depv0_read(sv section, struct arena *a, struct buf *purl,
		struct parts **parts)
{
	struct buf text = {0};
	struct jsondoc *d = NULL;

	*parts = NULL;
	if (zdata_unpack(section, ZDATA_ZLIB, DEPV0_MAX_UNPACKED, &text))
		d = jsondoc_open(buf_view(&text));
	if (d) {
		*parts = read_doc(d, a, purl);
		jsondoc_close(d);
	}
	buf_release(&text);
	return *parts != NULL;
}

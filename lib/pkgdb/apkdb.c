/* SPDX-License-Identifier: Apache-2.0 */
#include "pkgdb/apkdb.h"

#include "pkgdb/pkgid.h"
#include "root/root.h"
#include "text/line.h"

#define MAX_FILE (64 * MIB)

struct reader {
	struct pkgindex *ix;
	struct pkgid id;
	uint32_t number; /* of the paragraph's package; 0: not added yet */
	struct buf path, purl;
	size_t dir; /* bytes of path that are the directory */
};

static void set_dir(struct reader *r, sv dir)
{
	r->path.n = 0;
	buf_sv(&r->path, dir);
	buf_ch(&r->path, '/');
	r->dir = r->path.n;
}

/* What a package is called stands before its files. */
static void add_file(struct reader *r, sv file)
{
	if (!r->id.name.n || !r->id.version.n)
		return;
	if (!r->number)
		r->number = pkgid_add(r->ix, &r->id, "apk", &r->purl);
	r->path.n = r->dir;
	buf_sv(&r->path, file);
	pkgindex_add_file(r->ix, r->number, buf_view(&r->path));
}

static void take_line(struct reader *r, char letter, sv value)
{
	switch (letter) {
	case 'P':
		r->id.name = value;
		break;
	case 'V':
		r->id.version = value;
		break;
	case 'A':
		r->id.arch = value;
		break;
	case 'F':
		set_dir(r, value);
		break;
	case 'R':
		add_file(r, value);
		break;
	default:
		break;
	}
}

void apkdb_parse(struct pkgindex *ix, sv text, const struct distro *d)
{
	const struct pkgid none = {.type = "apk",
				   .space = d->id.n ? d->id : SV("alpine")};
	struct reader r = {.ix = ix, .id = none};

	while (text.n) {
		sv line = line_next(&text);

		if (line.n >= 2 && line.p[1] == ':') {
			take_line(&r, line.p[0], sv_from(line, 2));
			continue;
		}
		r.id = none;
		r.number = 0;
		r.dir = 0;
	}
	buf_release(&r.path);
	buf_release(&r.purl);
}

bool apkdb_read(struct pkgindex *ix, int root, const struct distro *d)
{
	struct buf text = {0};
	struct rt_err err;
	bool ok = root_read_file(root, SV("/lib/apk/db/installed"), MAX_FILE,
				 &text, &err);

	if (!ok) {
		text.n = 0;
		ok = root_read_file(root, SV("/usr/lib/apk/db/installed"),
				    MAX_FILE, &text, &err);
	}
	if (ok)
		apkdb_parse(ix, buf_view(&text), d);
	buf_release(&text);
	return ok;
}

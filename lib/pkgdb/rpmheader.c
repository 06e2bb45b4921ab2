/* SPDX-License-Identifier: Apache-2.0 */
#include "pkgdb/rpmheader.h"

#include "base/mem.h"
#include "pkgdb/pkgid.h"

enum {
	TAG_NAME = 1000,
	TAG_VERSION = 1001,
	TAG_RELEASE = 1002,
	TAG_EPOCH = 1003,
	TAG_ARCH = 1022,
	TAG_FILESTATES = 1029,
	TAG_DIRINDEXES = 1116,
	TAG_BASENAMES = 1117,
	TAG_DIRNAMES = 1118,
};

enum {
	TYPE_CHAR = 1,
	TYPE_INT8 = 2,
	TYPE_INT32 = 4,
	TYPE_STRING = 6,
	TYPE_STRING_ARRAY = 8,
};

/* States of a file: installed, and on a share. */
enum { STATE_NORMAL = 0, STATE_NETSHARED = 3 };

enum { PROLOGUE = 8, ENTRY = 16, MAX_ENTRIES = 65536 };

/* A tag's values: from where they are to the end of all data. */
struct values {
	sv data;
	uint32_t count;
};

struct header {
	sv entries, data;
};

struct files {
	struct values states, dir_indexes, names, dirs;
};

static uint32_t be32(const char *p)
{
	const uint8_t *u = (const uint8_t *)p;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 |
	       (uint32_t)u[2] << 8 | u[3];
}

static bool open_header(sv blob, struct header *h)
{
	size_t n, size;

	if (blob.n < PROLOGUE)
		return false;
	n = be32(blob.p);
	size = be32(blob.p + 4);
	if (n > MAX_ENTRIES || size > RPMHEADER_MAX ||
	    blob.n - PROLOGUE < n * ENTRY + size)
		return false;
	h->entries = sv_first(sv_from(blob, PROLOGUE), n * ENTRY);
	h->data = sv_first(sv_from(blob, PROLOGUE + n * ENTRY), size);
	return true;
}

static struct values find(const struct header *h, uint32_t tag, uint32_t type)
{
	for (size_t i = 0; i < h->entries.n; i += ENTRY) {
		const char *e = h->entries.p + i;
		size_t at = be32(e + 8);

		if (be32(e) == tag && be32(e + 4) == type && at < h->data.n)
			return (struct values){sv_from(h->data, at),
					       be32(e + 12)};
	}
	return (struct values){0};
}

/* The next of some strings that end in NULs; false where there is no NUL. */
static bool next_string(sv *data, sv *s)
{
	size_t n = sv_find(*data, '\0');

	if (n == SIZE_MAX)
		return false;
	*s = sv_first(*data, n);
	*data = sv_from(*data, n + 1);
	return true;
}

static sv string_of(const struct header *h, uint32_t tag)
{
	struct values v = find(h, tag, TYPE_STRING);
	sv s;

	return next_string(&v.data, &s) ? s : SV_NULL;
}

/* Who builds the packages, as purls have it: not always os-release's ID. */
static sv vendor(const struct distro *d)
{
	if (sv_eq(d->id, SV("rhel")))
		return SV("redhat");
	if (sv_starts(d->id, SV("opensuse")))
		return SV("opensuse");
	return sv_starts(d->id, SV("sle")) ? SV("suse") : d->id;
}

static uint32_t add_package(struct pkgindex *ix, const struct header *h,
			    const struct distro *d, struct buf *text)
{
	struct values epoch = find(h, TAG_EPOCH, TYPE_INT32);
	struct buf purl = {0};
	struct pkgid id = {.type = "rpm",
			   .space = vendor(d),
			   .name = string_of(h, TAG_NAME),
			   .arch = string_of(h, TAG_ARCH)};
	sv version = string_of(h, TAG_VERSION);
	sv release = string_of(h, TAG_RELEASE);
	size_t n[3];
	uint32_t number;

	if (!id.name.n || !version.n)
		return 0;
	text->n = 0;
	buf_sv(text, version);
	buf_ch(text, '-');
	buf_sv(text, release);
	n[0] = release.n ? text->n : text->n - 1;
	distro_text(d, text);
	n[1] = text->n;
	if (epoch.count && epoch.data.n >= 4 && be32(epoch.data.p))
		buf_printf(text, "%u", (unsigned)be32(epoch.data.p));
	n[2] = text->n;
	id.version = sv_first(buf_view(text), n[0]);
	id.distro = sv_from(sv_first(buf_view(text), n[1]),
			    version.n + 1 + release.n);
	id.epoch = sv_from(sv_first(buf_view(text), n[2]), n[1]);
	number = pkgid_add(ix, &id, "rpm", &purl);
	buf_release(&purl);
	return number;
}

static bool is_there(const struct values *states, size_t i)
{
	if (i >= states->count || i >= states->data.n)
		return true;
	return states->data.p[i] == STATE_NORMAL ||
	       states->data.p[i] == STATE_NETSHARED;
}

/* Where each directory's name starts; *n of them. The caller frees it. */
static uint32_t *index_dirs(const struct values *v, uint32_t *n)
{
	uint32_t max =
		MIN(MIN(v->count, RPMHEADER_MAX_DIRS), (uint32_t)v->data.n);
	uint32_t *starts = mem_alloc((max + 1) * sizeof(*starts));
	sv rest = v->data, dir;

	for (*n = 0; *n < max && next_string(&rest, &dir); ++*n)
		starts[*n] = (uint32_t)(dir.p - v->data.p);
	return starts;
}

static bool add_file(struct pkgindex *ix, uint32_t number, sv dirs,
		     uint32_t start, sv name, struct buf *path)
{
	sv dir, rest = sv_from(dirs, start);

	if (!next_string(&rest, &dir))
		return false;
	path->n = 0;
	buf_sv(path, dir);
	buf_sv(path, name);
	pkgindex_add_file(ix, number, buf_view(path));
	return true;
}

static bool add_files(struct pkgindex *ix, uint32_t number,
		      const struct files *f, struct buf *path)
{
	uint32_t n, *starts;
	sv names = f->names.data, name;
	bool ok = true;

	if (f->dir_indexes.data.n / 4 < f->names.count)
		return false;
	starts = index_dirs(&f->dirs, &n);
	for (uint32_t i = 0; ok && i < f->names.count; i++) {
		uint32_t dir = be32(f->dir_indexes.data.p + 4 * (size_t)i);

		ok = next_string(&names, &name) && dir < n;
		if (ok && is_there(&f->states, i))
			ok = add_file(ix, number, f->dirs.data, starts[dir],
				      name, path);
	}
	mem_free(starts);
	return ok;
}

bool rpmheader_add(struct pkgindex *ix, sv blob, const struct distro *d)
{
	struct buf text = {0};
	struct header h;
	struct files f;
	uint32_t number;
	bool ok;

	if (!open_header(blob, &h))
		return false;
	number = add_package(ix, &h, d, &text);
	f.states = find(&h, TAG_FILESTATES, TYPE_CHAR);
	if (!f.states.count)
		f.states = find(&h, TAG_FILESTATES, TYPE_INT8);
	f.dir_indexes = find(&h, TAG_DIRINDEXES, TYPE_INT32);
	f.names = find(&h, TAG_BASENAMES, TYPE_STRING_ARRAY);
	f.dirs = find(&h, TAG_DIRNAMES, TYPE_STRING_ARRAY);
	ok = number && add_files(ix, number, &f, &text);
	buf_release(&text);
	return ok;
}

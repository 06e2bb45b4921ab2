/* SPDX-License-Identifier: Apache-2.0 */
#include "pkgdb/dpkg.h"

#include <dirent.h>
#include <strings.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "pkgdb/pkgid.h"
#include "root/root.h"
#include "text/line.h"

#define DB "/var/lib/dpkg/"
#define MAX_STATUS (64 * MIB)
#define MAX_LIST (64 * MIB) /* of one package */

struct diversion {
	sv from, to;
	sv package; /* ":" where the administrator did it */
};

struct reader {
	struct pkgindex *ix;
	int root;
	const struct distro *distro;
	sv package; /* whose files are being added */
	uint32_t number;
	struct table diversions; /* by `from` */
	struct arena arena;
	struct buf name, list, purl, distro_text;
};

/* --- paragraphs ----------------------------------------------------------- */

static bool is_field(sv name, const char *field)
{
	return name.n == strlen(field) &&
	       strncasecmp(name.p, field, name.n) == 0;
}

/* "install ok installed": the third word is the state. */
static bool is_installed(sv status)
{
	sv state = sv_from(status, sv_rfind(status, ' ') + 1);

	return !sv_eq(state, SV("not-installed")) &&
	       !sv_eq(state, SV("config-files"));
}

static void take_field(struct dpkg_package *p, sv name, sv value)
{
	if (is_field(name, "Package"))
		p->name = value;
	else if (is_field(name, "Version"))
		p->version = value;
	else if (is_field(name, "Architecture"))
		p->arch = value;
	else if (is_field(name, "Multi-Arch"))
		p->same = sv_eq(value, SV("same"));
	else if (is_field(name, "Status"))
		p->installed = is_installed(value);
}

static void end_paragraph(struct dpkg_package *p, dpkg_package_fn *each,
			  void *ctx)
{
	if (p->name.n && p->version.n)
		each(ctx, p);
	*p = (struct dpkg_package){.installed = true};
}

void dpkg_parse_status(sv text, dpkg_package_fn *each, void *ctx)
{
	struct dpkg_package p = {.installed = true};

	while (text.n) {
		sv line = line_next(&text);
		size_t colon = sv_find(line, ':');

		if (!line_trim(line).n)
			end_paragraph(&p, each, ctx);
		else if (!line_is_blank(line.p[0]) && colon != SIZE_MAX)
			take_field(&p, sv_first(line, colon),
				   line_trim(sv_from(line, colon + 1)));
	}
	end_paragraph(&p, each, ctx);
}

/* --- files ---------------------------------------------------------------- */

static bool has_from(const void *entry, const void *key)
{
	return sv_eq(((const struct diversion *)entry)->from, *(const sv *)key);
}

static void read_diversions(struct reader *r)
{
	struct rt_err err;
	sv text;

	r->list.n = 0;
	if (!root_read_file(r->root, SV(DB "diversions"), MAX_LIST, &r->list,
			    &err))
		return;
	text = arena_dup(&r->arena, buf_view(&r->list));
	while (text.n) {
		struct diversion *d = arena_alloc(&r->arena, sizeof(*d));

		d->from = line_next(&text);
		d->to = line_next(&text);
		d->package = line_next(&text);
		if (d->from.n && d->to.n)
			table_add(&r->diversions, hash64(d->from, 0), d);
	}
}

/* A path of the package as its files were unpacked: perhaps elsewhere. */
static void add_path(struct reader *r, sv path)
{
	const struct diversion *d = NULL;

	if (r->diversions.n)
		d = table_get(&r->diversions, hash64(path, 0), has_from, &path);
	if (d && !sv_eq(d->package, r->package))
		path = d->to;
	pkgindex_add_file(r->ix, r->number, path);
}

/* A directory stands before what is in it; it is no file of the package. */
static bool is_directory_of(sv path, sv next)
{
	return next.n > path.n && next.p[path.n] == '/' &&
	       sv_starts(next, path);
}

static void add_list(struct reader *r)
{
	sv text = buf_view(&r->list), path = line_next(&text);

	while (path.n) {
		sv next = line_next(&text);

		if (!is_directory_of(path, next) && !sv_eq(path, SV("/.")))
			add_path(r, path);
		path = next;
	}
}

/* Lines "MD5  PATH", with the path from the root without its slash. */
static void add_sums(struct reader *r)
{
	sv text = buf_view(&r->list);

	while (text.n) {
		sv line = line_next(&text);
		sv path = sv_from(line, sv_find(line, ' '));
		size_t at = r->name.n;

		if (!line_trim(path).n)
			continue;
		buf_ch(&r->name, '/');
		buf_sv(&r->name, line_trim(path));
		add_path(r, sv_from(buf_view(&r->name), at));
		r->name.n = at;
	}
}

/* DIR NAME[:ARCH] SUFFIX into r->list. */
static bool read_info(struct reader *r, const char *dir, sv name, sv arch,
		      const char *suffix)
{
	struct rt_err err;

	r->list.n = r->name.n = 0;
	buf_str(&r->name, dir);
	buf_sv(&r->name, name);
	if (arch.n) {
		buf_ch(&r->name, ':');
		buf_sv(&r->name, arch);
	}
	buf_str(&r->name, suffix);
	return root_read_file(r->root, buf_view(&r->name), MAX_LIST, &r->list,
			      &err);
}

/* --- packages ------------------------------------------------------------- */

static uint32_t add_package(struct reader *r, const struct dpkg_package *p)
{
	struct pkgid id = {.type = "deb",
			   .space = r->distro->id.n ? r->distro->id
						    : SV("debian"),
			   .name = p->name,
			   .version = p->version,
			   .arch = p->arch,
			   .distro = buf_view(&r->distro_text)};

	r->package = p->name;
	r->number = pkgid_add(r->ix, &id, "dpkg", &r->purl);
	return r->number;
}

static void on_package(void *ctx, const struct dpkg_package *p)
{
	struct reader *r = ctx;
	sv none = SV_NULL;

	if (!p->installed || !add_package(r, p))
		return;
	/* A package can have become `same`, or ceased to be. */
	if (read_info(r, DB "info/", p->name, p->same ? p->arch : none,
		      ".list") ||
	    read_info(r, DB "info/", p->name, p->same ? none : p->arch,
		      ".list"))
		add_list(r);
	else if (read_info(r, DB "info/", p->name, p->same ? p->arch : none,
			   ".md5sums"))
		add_sums(r);
}

/* In distroless images a package has a file of its own. */
static void on_single(void *ctx, const struct dpkg_package *p)
{
	add_package(ctx, p);
}

static bool is_paragraph(const char *name)
{
	sv s = sv_str(name);

	return s.p[0] != '.' && !sv_ends(s, SV(".md5sums")) &&
	       !sv_ends(s, SV(".preinst")) && !sv_ends(s, SV(".postinst")) &&
	       !sv_ends(s, SV(".conffiles"));
}

static bool read_status_d(struct reader *r)
{
	struct rt_err err;
	struct dirent *e;
	int fd = root_open_dir(r->root, SV(DB "status.d"), &err);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((e = readdir(dir)) != NULL) {
		sv name = sv_str(e->d_name);

		if (!is_paragraph(e->d_name) ||
		    !read_info(r, DB "status.d/", name, SV_NULL, ""))
			continue;
		r->number = 0;
		dpkg_parse_status(buf_view(&r->list), on_single, r);
		r->package = name;
		if (read_info(r, DB "status.d/", name, SV_NULL, ".md5sums"))
			add_sums(r);
	}
	closedir(dir);
	return true;
}

static bool read_status(struct reader *r)
{
	struct buf text = {0};
	struct rt_err err;
	bool ok = root_read_file(r->root, SV(DB "status"), MAX_STATUS, &text,
				 &err);

	if (ok)
		dpkg_parse_status(buf_view(&text), on_package, r);
	buf_release(&text);
	return ok;
}

bool dpkg_read(struct pkgindex *ix, int root, const struct distro *d)
{
	struct reader r = {.ix = ix, .root = root, .distro = d};
	bool status, single;

	if (d->codename.n)
		buf_sv(&r.distro_text, d->codename);
	else
		distro_text(d, &r.distro_text);
	read_diversions(&r);
	status = read_status(&r);
	single = read_status_d(&r);
	table_release(&r.diversions);
	arena_release(&r.arena);
	buf_release(&r.name);
	buf_release(&r.list);
	buf_release(&r.purl);
	buf_release(&r.distro_text);
	return status || single;
}

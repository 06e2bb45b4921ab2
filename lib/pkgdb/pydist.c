/* SPDX-License-Identifier: Apache-2.0 */
#include "pkgdb/pydist.h"

#include <dirent.h>
#include <strings.h>
#include <unistd.h>

#include "pkgdb/pkgid.h"
#include "root/root.h"
#include "text/line.h"

#define MAX_METADATA (4 * MIB)
#define MAX_RECORD (32 * MIB)

struct reader {
	struct pkgindex *ix;
	int root;
	sv dir;
	struct buf path, text, purl;
};

sv pydist_dir(sv path)
{
	static const sv dirs[] = {SV("/site-packages"), SV("/dist-packages")};

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		const char *p =
			path.n > dirs[i].n
				? memmem(path.p, path.n, dirs[i].p, dirs[i].n)
				: NULL;
		size_t end = p ? (size_t)(p - path.p) + dirs[i].n : 0;

		if (p && end < path.n && path.p[end] == '/')
			return sv_first(path, end);
	}
	return SV_NULL;
}

/* The value of a line `Key: value` before the first empty line. */
static sv header(sv text, const char *key)
{
	size_t n = strlen(key);

	while (text.n) {
		sv line = line_next(&text);

		if (!line_trim(line).n)
			break;
		if (line.n > n && line.p[n] == ':' &&
		    strncasecmp(line.p, key, n) == 0)
			return line_trim(sv_from(line, n + 1));
	}
	return SV_NULL;
}

/* The first field of a line of comma-separated values. */
static sv first_field(sv line)
{
	if (sv_starts(line, SV("\""))) {
		line = sv_from(line, 1);
		return sv_first(line, sv_find(line, '"'));
	}
	return sv_first(line, sv_find(line, ','));
}

void pydist_parse_record(struct pkgindex *ix, uint32_t package, sv dir, sv text)
{
	struct buf path = {0};

	while (text.n) {
		sv file = line_trim(first_field(line_next(&text)));

		/* Scripts lie outside, at ../../../bin. */
		if (!file.n || file.p[0] == '/' || sv_starts(file, SV("../")))
			continue;
		path.n = 0;
		buf_sv(&path, dir);
		buf_ch(&path, '/');
		buf_sv(&path, file);
		pkgindex_add_file(ix, package, buf_view(&path));
	}
	buf_release(&path);
}

/* DIR/INFO/NAME into r->text. */
static bool read_info(struct reader *r, const char *info, const char *name,
		      size_t max)
{
	struct rt_err err;

	r->path.n = r->text.n = 0;
	buf_sv(&r->path, r->dir);
	buf_printf(&r->path, "/%s/%s", info, name);
	return root_read_file(r->root, buf_view(&r->path), max, &r->text, &err);
}

static void read_dist(struct reader *r, const char *info)
{
	struct pkgid id = {.type = "pypi"};
	uint32_t number;

	if (!read_info(r, info, "METADATA", MAX_METADATA))
		return;
	id.name = header(buf_view(&r->text), "Name");
	id.version = header(buf_view(&r->text), "Version");
	if (!id.name.n || !id.version.n)
		return;
	number = pkgid_add(r->ix, &id, "python", &r->purl);
	if (read_info(r, info, "RECORD", MAX_RECORD))
		pydist_parse_record(r->ix, number, r->dir, buf_view(&r->text));
}

void pydist_read(struct pkgindex *ix, int root, sv dir)
{
	struct reader r = {.ix = ix, .root = root, .dir = dir};
	struct rt_err err;
	struct dirent *e;
	int fd = root_open_dir(root, dir, &err);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	if (fd >= 0 && !d)
		close(fd);
	while (d && (e = readdir(d)) != NULL)
		if (sv_ends(sv_str(e->d_name), SV(".dist-info")))
			read_dist(&r, e->d_name);
	if (d)
		closedir(d);
	buf_release(&r.path);
	buf_release(&r.text);
	buf_release(&r.purl);
}

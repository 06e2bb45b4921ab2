/* SPDX-License-Identifier: Apache-2.0 */
#include "package/langpath.h"

#include <unistd.h>

#include "package/jarpom.h"
#include "package/jsondoc.h"
#include "pkgdb/pkgid.h"
#include "root/root.h"

#define MAX_PACKAGE_JSON (1 * MIB)

/* Where the last `needle` in the path ends; 0: there is none. */
static size_t behind_last(sv path, sv needle)
{
	size_t end = 0;

	for (size_t i = 0; i + needle.n <= path.n; i++)
		if (memcmp(path.p + i, needle.p, needle.n) == 0)
			end = i + needle.n;
	return end;
}

/* The length of a path up to the end of its component at `at`. */
static size_t component_end(sv path, size_t at)
{
	size_t n = sv_find(sv_from(path, at), '/');

	return n == SIZE_MAX ? path.n : at + n;
}

/* --- Node.js -------------------------------------------------------------- */

static void put_npm(const struct jsondoc *d, struct buf *out)
{
	sv name = jsondoc_string(d, "name");
	size_t slash = sv_find(name, '/');
	struct pkgid id = {.type = "npm",
			   .name = name,
			   .version = jsondoc_string(d, "version")};

	if (slash != SIZE_MAX) {
		id.space = sv_first(name, slash);
		id.name = sv_from(name, slash + 1);
	}
	if (id.name.n && id.version.n)
		pkgid_purl(&id, out);
}

static bool node_purl(int root, sv path, struct buf *out)
{
	size_t at = behind_last(path, SV("/node_modules/")), end, from = out->n;
	struct buf file = {0}, text = {0};
	struct jsondoc *d = NULL;
	struct rt_err err;

	if (!at)
		return false;
	end = component_end(path, at);
	if (path.p[at] == '@' && end < path.n)
		end = component_end(path, end + 1);
	if (end == path.n)
		return false; /* node_modules/.bin and its like */
	buf_sv(&file, sv_first(path, end));
	buf_str(&file, "/package.json");
	if (root_read_file(root, buf_view(&file), MAX_PACKAGE_JSON, &text,
			   &err))
		d = jsondoc_open(buf_view(&text));
	if (d) {
		put_npm(d, out);
		jsondoc_close(d);
	}
	buf_release(&file);
	buf_release(&text);
	return out->n > from;
}

/* --- Ruby ----------------------------------------------------------------- */

/* BASE/specifications/FULL.gemspec: is it installed there? */
static bool has_gemspec(int root, sv base, sv full)
{
	struct buf file = {0};
	struct rt_err err;
	int fd;

	buf_sv(&file, base);
	buf_str(&file, "/specifications/");
	buf_sv(&file, full);
	buf_str(&file, ".gemspec");
	fd = root_open_file(root, buf_view(&file), &err);
	if (fd >= 0)
		close(fd);
	buf_release(&file);
	return fd >= 0;
}

/* "nokogiri-1.15.4-x86_64-linux": the version is what begins with a digit. */
static bool split_gem(sv full, struct pkgid *id)
{
	for (size_t i = 1; i + 1 < full.n; i++) {
		sv rest = sv_from(full, i + 1);
		size_t n = sv_find(rest, '-');

		if (full.p[i] != '-' || rest.p[0] < '0' || rest.p[0] > '9')
			continue;
		id->name = sv_first(full, i);
		id->version = sv_first(rest, n);
		id->platform = n == SIZE_MAX ? SV_NULL : sv_from(rest, n + 1);
		return true;
	}
	return false;
}

static bool gem_purl(int root, sv path, struct buf *out)
{
	static const sv folders[] = {SV("/gems/"), SV("/extensions/")};
	struct pkgid id = {.type = "gem"};

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		size_t at = behind_last(path, folders[i]), base, end;
		sv full;

		if (!at)
			continue;
		base = at - folders[i].n;
		/* Behind /extensions/ stand the platform and Ruby's version. */
		for (size_t skip = 2 * i; skip && at < path.n; skip--)
			at = component_end(path, at) + 1;
		if (at >= path.n)
			continue;
		end = component_end(path, at);
		full = sv_from(sv_first(path, end), at);
		if (end == path.n || !split_gem(full, &id) ||
		    !has_gemspec(root, sv_first(path, base), full))
			continue;
		return pkgid_purl(&id, out);
	}
	return false;
}

/* --- Java ----------------------------------------------------------------- */

static bool jar_purl(int root, sv path, struct buf *out)
{
	struct rt_err err;
	bool ok;
	int fd;

	if (!sv_ends(path, SV(".jar")))
		return false;
	fd = root_open_file(root, path, &err);
	if (fd < 0)
		return false;
	ok = jarpom_purl(fd, sv_from(path, sv_rfind(path, '/') + 1), out);
	close(fd);
	return ok;
}

const char *langpath_purl(int root, sv path, struct buf *out)
{
	if (node_purl(root, path, out))
		return "node";
	if (gem_purl(root, path, out))
		return "gem";
	return jar_purl(root, path, out) ? "java" : NULL;
}

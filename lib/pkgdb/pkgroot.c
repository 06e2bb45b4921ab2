/* SPDX-License-Identifier: Apache-2.0 */
#include "pkgdb/pkgroot.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "pkgdb/apkdb.h"
#include "pkgdb/distro.h"
#include "pkgdb/dpkg.h"
#include "pkgdb/rpmdb.h"
#include "root/root.h"

/* Directories that a distribution may have turned into links. */
static const sv merged[] = {
	SV("/bin"),   SV("/sbin"),   SV("/lib"),    SV("/lib32"),
	SV("/lib64"), SV("/libx32"), SV("/libo32"),
};

/* Where the root has nothing of that name, files of /usr are meant. */
static void add_missing(struct pkgindex *ix, sv dir, struct buf *real)
{
	real->n = 0;
	buf_str(real, "/usr");
	buf_sv(real, dir);
	pkgindex_add_alias(ix, dir, buf_view(real));
}

static void add_link(struct pkgindex *ix, int root, sv dir, struct buf *real)
{
	struct rt_err err;

	real->n = 0;
	if (root_real_path(root, dir, real, &err) &&
	    !sv_eq(buf_view(real), dir))
		pkgindex_add_alias(ix, dir, buf_view(real));
}

static bool exists(int root, sv dir, struct buf *real)
{
	struct rt_err err;

	real->n = 0;
	return root_real_path(root, dir, real, &err);
}

/* Links in `dir`, "" or "/usr". */
static void add_links(struct pkgindex *ix, int root, sv dir, struct buf *real)
{
	struct buf path = {0};
	struct rt_err err;
	struct dirent *e;
	int fd = root_open_dir(root, dir.n ? dir : SV("/"), &err);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	if (fd >= 0 && !d)
		close(fd);
	while (d && (e = readdir(d)) != NULL) {
		if (e->d_type != DT_LNK && e->d_type != DT_UNKNOWN)
			continue;
		path.n = 0;
		buf_sv(&path, dir);
		buf_ch(&path, '/');
		buf_str(&path, e->d_name);
		add_link(ix, root, buf_view(&path), real);
	}
	if (d)
		closedir(d);
	buf_release(&path);
}

static void add_aliases(struct pkgindex *ix, int root)
{
	struct buf real = {0};

	add_links(ix, root, SV_NULL, &real);
	add_links(ix, root, SV("/usr"), &real);
	for (size_t i = 0; i < ARRAY_LEN(merged); i++)
		if (!exists(root, merged[i], &real))
			add_missing(ix, merged[i], &real);
	buf_release(&real);
}

struct pkgindex *pkgroot_read(int root)
{
	struct pkgindex *ix = pkgindex_new();
	struct distro d = {0};

	add_aliases(ix, root);
	distro_read(&d, root);
	dpkg_read(ix, root, &d);
	apkdb_read(ix, root, &d);
	rpmdb_read(ix, root, &d);
	distro_release(&d);
	return ix;
}

/* A distroless image's databases are part of the image: nobody changes them. */
uint64_t pkgroot_stamp(int root)
{
	static const sv files[] = {
		SV("/var/lib/dpkg/status"),
		SV("/var/lib/dpkg/diversions"),
		SV("/lib/apk/db/installed"),
		SV("/usr/lib/apk/db/installed"),
		SV("/var/lib/rpm/rpmdb.sqlite"),
		SV("/var/lib/rpm/Packages.db"),
		SV("/usr/lib/sysimage/rpm/rpmdb.sqlite"),
		SV("/usr/lib/sysimage/rpm/Packages.db"),
	};
	uint64_t h = 0;

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct rt_err err;
		struct stat st;
		uint64_t v[4] = {h};
		int fd = root_open_file(root, files[i], &err);

		if (fd >= 0 && fstat(fd, &st) == 0) {
			v[1] = (uint64_t)st.st_size;
			v[2] = (uint64_t)st.st_mtim.tv_sec * 1000000000u +
			       (uint64_t)st.st_mtim.tv_nsec;
			v[3] = st.st_ino;
		}
		if (fd >= 0)
			close(fd);
		h = hash64((sv){(char *)v, sizeof(v)}, i);
	}
	return h;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pkgdb/rpmdb.h"

#include <errno.h>
#include <unistd.h>

#include "base/buf.h"
#include "pkgdb/rpmheader.h"
#include "pkgdb/rpmsqlite.h"
#include "root/root.h"

enum {
	PAGE = 4096,
	HEADER = 32,
	SLOT = 16,
	BLOCK = 16,
	BLOB_HEAD = 16,
};

#define MAGIC(a, b, c, d)                                                      \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 |            \
	 (uint32_t)(d) << 24)

static uint32_t le32(const char *p)
{
	const uint8_t *u = (const uint8_t *)p;

	return MAGIC(u[0], u[1], u[2], u[3]);
}

static bool read_at(int fd, char *p, size_t n, uint64_t at)
{
	while (n) {
		ssize_t r = pread(fd, p, n, (off_t)at);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return false;
		p += r;
		n -= (size_t)r;
		at += (size_t)r;
	}
	return true;
}

static void add_blob(struct pkgindex *ix, int fd, const char *slot,
		     const struct distro *d, struct buf *blob)
{
	uint64_t at = (uint64_t)le32(slot + 8) * BLOCK;
	uint64_t room = (uint64_t)le32(slot + 12) * BLOCK;
	char head[BLOB_HEAD];
	size_t n;

	if (!read_at(fd, head, sizeof(head), at) ||
	    le32(head) != MAGIC('B', 'l', 'b', 'S') ||
	    le32(head + 4) != le32(slot + 4))
		return;
	n = le32(head + 12);
	if (n + BLOB_HEAD > room || n > RPMHEADER_MAX)
		return;
	blob->n = 0;
	if (read_at(fd, buf_reserve(blob, n), n, at + BLOB_HEAD))
		rpmheader_add(ix, (sv){blob->p, n}, d);
}

bool rpmdb_read_ndb(struct pkgindex *ix, int fd, const struct distro *d)
{
	struct buf blob = {0};
	char page[PAGE];
	uint32_t pages;

	if (!read_at(fd, page, HEADER, 0) ||
	    le32(page) != MAGIC('R', 'p', 'm', 'P') || le32(page + 4) != 0)
		return false;
	pages = MIN(le32(page + 12), (uint32_t)RPMDB_MAX_SLOT_PAGES);
	for (uint32_t i = 0; i < pages; i++) {
		if (!read_at(fd, page, PAGE, (uint64_t)i * PAGE))
			break;
		for (size_t s = i ? 0 : HEADER; s < PAGE; s += SLOT)
			if (le32(page + s) == MAGIC('S', 'l', 'o', 't') &&
			    le32(page + s + 8))
				add_blob(ix, fd, page + s, d, &blob);
	}
	buf_release(&blob);
	return true;
}

typedef bool read_fn(struct pkgindex *ix, int fd, const struct distro *d);

static bool read_with(struct pkgindex *ix, int root, sv path, read_fn *reader,
		      const struct distro *d)
{
	struct rt_err err;
	int fd = root_open_file(root, path, &err);
	bool ok = fd >= 0 && reader(ix, fd, d);

	if (fd >= 0)
		close(fd);
	return ok;
}

bool rpmdb_read(struct pkgindex *ix, int root, const struct distro *d)
{
	return read_with(ix, root, SV("/usr/lib/sysimage/rpm/rpmdb.sqlite"),
			 rpmsqlite_read, d) ||
	       read_with(ix, root, SV("/var/lib/rpm/rpmdb.sqlite"),
			 rpmsqlite_read, d) ||
	       read_with(ix, root, SV("/usr/lib/sysimage/rpm/Packages.db"),
			 rpmdb_read_ndb, d) ||
	       read_with(ix, root, SV("/var/lib/rpm/Packages.db"),
			 rpmdb_read_ndb, d);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "package/jarpom.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pkgdb/pkgid.h"
#include "package/zdata.h"
#include "text/line.h"

enum {
	END_SIZE = 22,
	MAX_COMMENT = 65535,
	ENTRY_SIZE = 46,
	LOCAL_SIZE = 30,
	STORED = 0,
	DEFLATED = 8,
};

struct reader {
	int fd;
	uint64_t size; /* of the file */
	sv name;
	struct buf packed, pom, purl, match;
	size_t found;
};

static uint32_t le16(const char *p)
{
	return (uint32_t)(uint8_t)p[0] | (uint32_t)(uint8_t)p[1] << 8;
}

static uint32_t le32(const char *p)
{
	return le16(p) | le16(p + 2) << 16;
}

/* n bytes from `at` into *b. */
static bool fetch(const struct reader *r, uint64_t at, size_t n, struct buf *b)
{
	b->n = 0;
	if (at > r->size || n > r->size - at)
		return false;
	buf_reserve(b, n);
	while (b->n < n) {
		ssize_t got =
			pread(r->fd, b->p + b->n, n - b->n, (off_t)(at + b->n));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		b->n += (size_t)got;
	}
	return true;
}

/* The record at the end, before a comment: "PK\5\6". */
static bool read_directory(const struct reader *r, struct buf *dir)
{
	size_t n = (size_t)MIN(r->size, (uint64_t)END_SIZE + MAX_COMMENT);

	if (!fetch(r, r->size - n, n, dir) || dir->n < END_SIZE)
		return false;
	for (size_t i = dir->n - END_SIZE + 1; i--;) {
		const char *e = dir->p + i;
		uint32_t size = le32(e + 12), at = le32(e + 16);

		if (memcmp(e, "PK\5\6", 4) == 0)
			return size <= JARPOM_MAX_DIRECTORY &&
			       fetch(r, at, size, dir);
	}
	return false;
}

/* A file of the directory into r->pom. */
static bool unpack(struct reader *r, const char *entry)
{
	uint32_t method = le16(entry + 10), size = le32(entry + 20);
	uint64_t at = le32(entry + 42);

	if (size > JARPOM_MAX_POM || !fetch(r, at, LOCAL_SIZE, &r->packed) ||
	    memcmp(r->packed.p, "PK\3\4", 4) != 0)
		return false;
	at += LOCAL_SIZE + le16(r->packed.p + 26) + le16(r->packed.p + 28);
	if (!fetch(r, at, size, &r->packed))
		return false;
	r->pom.n = 0;
	if (method == STORED)
		buf_sv(&r->pom, buf_view(&r->packed));
	return method == STORED ||
	       (method == DEFLATED &&
		zdata_unpack(buf_view(&r->packed), ZDATA_RAW, JARPOM_MAX_POM,
			     &r->pom));
}

static sv property(sv text, sv key)
{
	while (text.n) {
		sv line = line_trim(line_next(&text));
		size_t eq = sv_find(line, '=');

		if (eq != SIZE_MAX && sv_eq(line_trim(sv_first(line, eq)), key))
			return line_trim(sv_from(line, eq + 1));
	}
	return SV_NULL;
}

/* ARTIFACT-VERSION.jar, or with a classifier before the suffix. */
static bool is_named(sv name, const struct pkgid *id)
{
	sv rest = name;

	if (!sv_starts(rest, id->name))
		return false;
	rest = sv_from(rest, id->name.n);
	if (sv_eq(rest, SV(".jar")))
		return true;
	return sv_starts(rest, SV("-")) &&
	       sv_starts(sv_from(rest, 1), id->version);
}

static void take_pom(struct reader *r)
{
	sv text = buf_view(&r->pom);
	struct pkgid id = {.type = "maven",
			   .space = property(text, SV("groupId")),
			   .name = property(text, SV("artifactId")),
			   .version = property(text, SV("version"))};

	if (!id.space.n || !id.name.n || !id.version.n)
		return;
	r->purl.n = 0;
	if (!pkgid_purl(&id, &r->purl))
		return;
	r->found++;
	if (!r->match.n && is_named(r->name, &id))
		buf_sv(&r->match, buf_view(&r->purl));
}

static void walk(struct reader *r, sv dir)
{
	size_t poms = 0;

	while (dir.n >= ENTRY_SIZE && memcmp(dir.p, "PK\1\2", 4) == 0) {
		size_t n = le16(dir.p + 28);
		size_t all =
			ENTRY_SIZE + n + le16(dir.p + 30) + le16(dir.p + 32);
		sv name = sv_first(sv_from(dir, ENTRY_SIZE), n);

		if (sv_starts(name, SV("META-INF/maven/")) &&
		    sv_ends(name, SV("/pom.properties")) &&
		    poms++ < JARPOM_MAX_POMS && unpack(r, dir.p))
			take_pom(r);
		dir = sv_from(dir, all);
	}
}

bool jarpom_purl(int fd, sv name, struct buf *out)
{
	struct reader r = {.fd = fd, .name = name};
	struct buf dir = {0}, *best;
	struct stat st;
	bool ok;

	if (fstat(fd, &st) != 0)
		return false;
	r.size = (uint64_t)st.st_size;
	if (read_directory(&r, &dir))
		walk(&r, buf_view(&dir));
	best = r.match.n ? &r.match : &r.purl;
	ok = r.match.n || r.found == 1;
	if (ok)
		buf_sv(out, buf_view(best));
	buf_release(&dir);
	buf_release(&r.packed);
	buf_release(&r.pom);
	buf_release(&r.purl);
	buf_release(&r.match);
	return ok;
}

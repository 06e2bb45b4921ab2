/* SPDX-License-Identifier: Apache-2.0 */
#include "package/packages.h"

#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "base/table.h"
#include "package/elfpkg.h"
#include "package/pkgroot.h"
#include "pipe/diag.h"
#include "symbol/root.h"

/* What is known of a root. */
struct place {
	uint64_t id;
	struct pkgindex *index; /* NULL: it has no database */
	size_t bytes;
	uint64_t used;
};

struct answer {
	struct package pub;
	uint64_t place;
	sv path;
};

struct packages {
	const struct sbomindex *sbom; /* or NULL */
	bool hash_files;	      /* the SBOMs know contents */
	struct place places[PACKAGES_MAX_ROOTS];
	size_t n_places;
	uint64_t clock;
	struct table answers;
	struct arena arena; /* of the answers */
	uint64_t serial;    /* of the arena's contents, from 1 */
	struct buf real;
	struct elfpkg file;
	struct packages_stats stats;
};

struct packages *packages_new(const struct sbomindex *sbom)
{
	struct packages *p = mem_zalloc(sizeof(*p));
	struct sbomindex_stats st = {0};

	p->serial = 1;
	p->sbom = sbom;
	if (sbom)
		sbomindex_get_stats(sbom, &st);
	p->hash_files = st.digests != 0;
	return p;
}

void packages_free(struct packages *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n_places; i++)
		pkgindex_free(p->places[i].index);
	table_release(&p->answers);
	arena_release(&p->arena);
	buf_release(&p->real);
	elfpkg_release(&p->file);
	mem_free(p);
}

uint64_t packages_serial(const struct packages *p)
{
	return p->serial;
}

void packages_get_stats(const struct packages *p, struct packages_stats *out)
{
	*out = p->stats;
}

/* --- indexes -------------------------------------------------------------- */

static void forget_oldest_place(struct packages *p)
{
	struct place *old = &p->places[0];

	for (size_t i = 1; i < p->n_places; i++)
		if (p->places[i].used < old->used)
			old = &p->places[i];
	p->stats.index_bytes -= old->bytes;
	p->stats.evicted++;
	pkgindex_free(old->index);
	*old = p->places[--p->n_places];
}

static struct place *add_place(struct packages *p, int root, uint64_t id)
{
	struct place new = {.id = id, .index = pkgroot_read(root)};
	struct pkgindex_stats st = {0};

	if (new.index) {
		pkgindex_get_stats(new.index, &st);
		p->stats.indexed++;
		p->stats.refused += st.refused;
	}
	new.bytes = st.bytes;
	while (p->n_places &&
	       (p->n_places == PACKAGES_MAX_ROOTS ||
		p->stats.index_bytes + new.bytes > PACKAGES_MAX_INDEX))
		forget_oldest_place(p);
	p->stats.index_bytes += new.bytes;
	p->places[p->n_places] = new;
	return &p->places[p->n_places++];
}

static struct place *place_of(struct packages *p, int root, uint64_t id)
{
	struct place *at = NULL;

	for (size_t i = 0; i < p->n_places && !at; i++)
		if (p->places[i].id == id)
			at = &p->places[i];
	if (!at)
		at = add_place(p, root, id);
	at->used = ++p->clock;
	return at;
}

/* --- answers -------------------------------------------------------------- */

/*
 * What was run is the file behind the links: that one's package first, the
 * link's where the file is in none.
 */
static const struct pkgindex_package *
in_database(struct packages *p, int root, const struct pkgindex *ix, sv path)
{
	const struct pkgindex_package *found = NULL;
	struct rt_err err;

	p->real.n = 0;
	if (root_real_path(root, path, &p->real, &err))
		found = pkgindex_find(ix, buf_view(&p->real));
	return found ? found : pkgindex_find(ix, path);
}

/* Between the last slash and the version or the qualifiers. */
static sv name_of(sv purl)
{
	purl = sv_first(purl, sv_find(purl, '?'));
	purl = sv_first(purl, sv_find(purl, '@'));
	return sv_from(purl, sv_rfind(purl, '/') + 1);
}

/* Without the epoch: scanners have it as a qualifier. */
static sv version_of(sv purl)
{
	size_t colon;

	purl = sv_first(purl, sv_find(purl, '?'));
	purl = sv_from(purl, sv_rfind(purl, '@'));
	colon = sv_find(purl, ':');
	return colon == SIZE_MAX ? sv_from(purl, 1) : sv_from(purl, colon + 1);
}

/* Debian's note names the source package, so its name says nothing. */
static bool contradicts(sv a, sv b)
{
	sv type = sv_first(a, sv_find(a, '/') + 1);

	if (!sv_starts(b, type))
		return false;
	return !sv_eq(version_of(a), version_of(b)) ||
	       (!sv_eq(type, SV("pkg:deb/")) && !sv_eq(name_of(a), name_of(b)));
}

/* What one source says; empty where it says nothing. */
struct claim {
	sv purl;
	const char *source;
	double confidence;
	const struct parts *parts;
};

static void weigh(struct packages *p, sv path, const struct claim *claims,
		  size_t n, struct package *out)
{
	const struct claim *best = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct claim *c = &claims[i];

		if (!best && (c->purl.n || c->parts)) {
			best = c;
			*out = (struct package){arena_dup(&p->arena, c->purl),
						c->source, c->confidence,
						c->parts};
		} else if (best && c->purl.n && best->purl.n &&
			   contradicts(best->purl, c->purl)) {
			p->stats.contradictions++;
			out->confidence = best->confidence / 2;
			if (diag_allow("files with two packages"))
				diag_warn("'%.*s': %s says %.*s, %s says %.*s",
					  SV_ARG(path), best->source,
					  SV_ARG(best->purl), c->source,
					  SV_ARG(c->purl));
		}
	}
}

/* --- SBOMs ---------------------------------------------------------------- */

static sv contents(struct packages *p, int fd, sv image, bool *contradiction)
{
	char piece[16 * KIB], hex[2 * SHA256_LEN + 1];
	uint8_t sum[SHA256_LEN];
	struct sha256 h = {0};
	off_t at = 0;
	ssize_t n;
	bool good = sha256_init(&h);

	while (good && (n = pread(fd, piece, sizeof(piece), at)) > 0) {
		sha256_update(&h, (sv){piece, (size_t)n});
		at += n;
	}
	good = good && sha256_final(&h, sum);
	sha256_release(&h);
	if (!good)
		return SV_NULL;
	for (size_t i = 0; i < SHA256_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	return sbomindex_find_sha256(p->sbom, image, (sv){hex, 2 * SHA256_LEN},
				     contradiction);
}

/*
 * Distributions list files as they were before /usr was merged. The two are
 * one file in this root; without a root that is taken for granted.
 */
static bool unmerged(struct packages *p, int root, sv path, sv *old)
{
	static const sv dirs[] = {SV("/lib"), SV("/bin/"), SV("/sbin/")};
	struct buf real = {0};
	struct rt_err err;
	bool same = false;

	*old = sv_from(path, 4);
	if (!sv_starts(path, SV("/usr/")))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		same |= sv_starts(*old, dirs[i]);
	if (!same || root < 0)
		return same;
	p->real.n = 0;
	same = root_real_path(root, path, &p->real, &err) &&
	       root_real_path(root, *old, &real, &err) &&
	       sv_eq(buf_view(&p->real), buf_view(&real));
	buf_release(&real);
	return same;
}

/* By the path that was run, by that behind the links, by what is in it. */
static sv in_sbom(struct packages *p, int root, int fd, sv image, sv path)
{
	bool contradiction = false;
	struct rt_err err;
	sv purl, old;

	if (!p->sbom)
		return SV_NULL;
	purl = sbomindex_find_path(p->sbom, image, path, &contradiction);
	p->real.n = 0;
	if (!purl.n && !contradiction && root >= 0 &&
	    root_real_path(root, path, &p->real, &err))
		purl = sbomindex_find_path(p->sbom, image, buf_view(&p->real),
					   &contradiction);
	if (!purl.n && !contradiction && unmerged(p, root, path, &old))
		purl = sbomindex_find_path(p->sbom, image, old, &contradiction);
	if (!purl.n && !contradiction && fd >= 0 && p->hash_files)
		purl = contents(p, fd, image, &contradiction);
	if (contradiction) {
		p->stats.contradictions++;
		if (diag_allow("files that SBOMs give to several packages"))
			diag_warn("'%.*s': the SBOM has it in several packages",
				  SV_ARG(path));
	}
	return purl;
}

/* The same package in the SBOM's own words, so that the two can be joined. */
static void confirm(struct packages *p, sv image, struct package *out)
{
	sv known = p->sbom && out->purl.n
			   ? sbomindex_find_purl(p->sbom, image, out->purl)
			   : SV_NULL;

	if (known.n)
		out->purl = arena_dup(&p->arena, known);
}

static const struct pkgindex_package *in_root(struct packages *p, int root,
					      uint64_t place, sv path)
{
	const struct pkgindex *ix =
		root >= 0 ? place_of(p, root, place)->index : NULL;

	return ix ? in_database(p, root, ix, path) : NULL;
}

static void judge(struct packages *p, const struct packages_file *f,
		  struct package *out)
{
	const struct pkgindex_package *found;
	struct claim claims[4] = {{.source = "sbom", .confidence = 0.99}};
	struct rt_err err;
	int fd = f->root >= 0 ? root_open_file(f->root, f->path, &err) : -1;

	claims[0].purl = in_sbom(p, f->root, fd, f->image, f->path);
	found = in_root(p, f->root, f->place, f->path);
	if (found)
		claims[1] =
			(struct claim){found->purl, found->source, 0.95, NULL};
	if (fd >= 0) {
		elfpkg_read(&p->file, fd, &p->arena);
		close(fd);
		claims[2] = (struct claim){buf_view(&p->file.note), "note", 0.9,
					   NULL};
		claims[3] =
			(struct claim){buf_view(&p->file.build),
				       p->file.language, 0.9, p->file.parts};
	}
	weigh(p, f->path, claims, ARRAY_LEN(claims), out);
	confirm(p, f->image, out);
}

struct key {
	uint64_t place;
	sv path;
};

static bool is_answer(const void *entry, const void *key)
{
	const struct answer *a = entry;
	const struct key *k = key;

	return a->place == k->place && sv_eq(a->path, k->path);
}

static void forget_answers(struct packages *p)
{
	table_release(&p->answers);
	arena_release(&p->arena);
	p->serial++;
	p->stats.evicted++;
}

const struct package *packages_of(struct packages *p,
				  const struct packages_file *f)
{
	static const struct package none = {.source = ""};
	struct key key = {f->place, f->path};
	struct answer *a;
	uint64_t hash;

	if ((f->root < 0 && !p->sbom) || !f->path.n)
		return &none;
	if (p->sbom)
		key.place = hash64(f->image, f->place);
	hash = hash64(f->path, key.place);
	a = table_get(&p->answers, hash, is_answer, &key);
	if (a)
		return &a->pub;
	if (p->arena.total + p->answers.cap * sizeof(*p->answers.slots) >
	    PACKAGES_MAX_ANSWERS)
		forget_answers(p);
	a = arena_zalloc(&p->arena, sizeof(*a));
	a->pub.source = "";
	a->place = key.place;
	a->path = arena_dup(&p->arena, f->path);
	judge(p, f, &a->pub);
	table_add(&p->answers, hash, a);
	return &a->pub;
}

sv packages_function(const struct package *pkg, sv raw, sv name)
{
	return pkg->parts ? parts_find(pkg->parts, raw, name) : pkg->purl;
}

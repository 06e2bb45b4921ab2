/* SPDX-License-Identifier: Apache-2.0 */
#include "package/packages.h"

#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "package/elfpkg.h"
#include "package/langpath.h"
#include "pkgdb/pkgroot.h"
#include "pkgdb/pydist.h"
#include "sbom/sbomask.h"
#include "pipe/diag.h"
#include "root/root.h"

/* So many answers are given before their database is looked at again. */
enum { MAX_PYTHON = 16, CHECK_ONE_IN = 1024 };

/* What is known of a root. */
struct place {
	uint64_t id;
	struct pkgindex *index;
	uint64_t python[MAX_PYTHON]; /* hashes of folders that were read */
	size_t n_python;
	size_t bytes;
	uint64_t refused;
	uint64_t stamp; /* of its databases when they were read */
	uint64_t used;
};

struct answer {
	struct package pub;
	uint64_t place;
	sv path;
};

struct packages {
	const struct sbomindex *sbom; /* or NULL */
	struct place places[PACKAGES_MAX_ROOTS];
	size_t n_places;
	uint64_t clock;
	struct table answers;
	struct arena arena; /* of the answers */
	uint64_t serial;    /* of the arena's contents, from 1 */
	uint64_t warm;	    /* answers that were there */
	struct buf real;    /* the path asked for, its links followed */
	struct buf lang;
	struct elfpkg file;
	struct packages_stats stats;
};

struct packages *packages_new(const struct sbomindex *sbom)
{
	struct packages *p = mem_zalloc(sizeof(*p));

	p->serial = 1;
	p->sbom = sbom;
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
	buf_release(&p->lang);
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

static void forget_place(struct packages *p, struct place *old)
{
	p->stats.index_bytes -= old->bytes;
	pkgindex_free(old->index);
	*old = p->places[--p->n_places];
}

static void forget_oldest_place(struct packages *p)
{
	struct place *old = &p->places[0];

	for (size_t i = 1; i < p->n_places; i++)
		if (p->places[i].used < old->used)
			old = &p->places[i];
	forget_place(p, old);
	p->stats.evicted++;
}

/* Its index may have grown. */
static void count_bytes(struct packages *p, struct place *at)
{
	struct pkgindex_stats st;

	pkgindex_get_stats(at->index, &st);
	p->stats.index_bytes += st.bytes - at->bytes;
	p->stats.refused += st.refused - at->refused;
	at->bytes = st.bytes;
	at->refused = st.refused;
}

static struct place *add_place(struct packages *p, int root, uint64_t id)
{
	struct place *new;

	while (p->n_places && (p->n_places == PACKAGES_MAX_ROOTS ||
			       p->stats.index_bytes > PACKAGES_MAX_INDEX))
		forget_oldest_place(p);
	new = &p->places[p->n_places++];
	*new = (struct place){.id = id,
			      .index = pkgroot_read(root),
			      .stamp = pkgroot_stamp(root)};
	p->stats.indexed++;
	count_bytes(p, new);
	return new;
}

static struct place *find_place(struct packages *p, uint64_t id)
{
	for (size_t i = 0; i < p->n_places; i++)
		if (p->places[i].id == id)
			return &p->places[i];
	return NULL;
}

static struct place *place_of(struct packages *p, int root, uint64_t id)
{
	struct place *at = find_place(p, id);

	if (!at)
		at = add_place(p, root, id);
	at->used = ++p->clock;
	return at;
}

/* --- answers -------------------------------------------------------------- */

/* The list of a folder's files is read when the first of them comes. */
static void read_python(struct packages *p, struct place *at, int root, sv path)
{
	sv dir = pydist_dir(path);
	uint64_t hash = hash64(dir, 0);

	if (!dir.n)
		return;
	for (size_t i = 0; i < at->n_python; i++)
		if (at->python[i] == hash)
			return;
	if (at->n_python == MAX_PYTHON) {
		p->stats.refused++;
		return;
	}
	at->python[at->n_python++] = hash;
	pydist_read(at->index, root, dir);
	count_bytes(p, at);
}

/*
 * What was run is the file behind the links: that one's package first, the
 * link's where the file is in none.
 */
static const struct pkgindex_package *
in_database(struct packages *p, struct place *at, int root, sv path)
{
	const struct pkgindex_package *found = NULL;

	read_python(p, at, root, buf_view(&p->real));
	if (p->real.n)
		found = pkgindex_find(at->index, buf_view(&p->real));
	return found ? found : pkgindex_find(at->index, path);
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
			*out = (struct package){
				.purl = arena_dup(&p->arena, c->purl),
				.source = c->source,
				.confidence = c->confidence,
				.parts = c->parts};
		} else if (best && c->purl.n && best->purl.n &&
			   contradicts(best->purl, c->purl)) {
			p->stats.contradictions++;
			out->confidence = best->confidence / 2;
			out->contradicted = true;
			if (diag_allow("files with two packages"))
				diag_warn("'%.*s': %s says %.*s, %s says %.*s",
					  SV_ARG(path), best->source,
					  SV_ARG(best->purl), c->source,
					  SV_ARG(c->purl));
		}
	}
}

/* In the order of precedence. */
enum { SBOM, DATABASE, NOTE, BUILD, PLACE, CLAIMS };

/* False: the SBOMs contradict each other. */
static bool ask_sbom(struct packages *p, const struct packages_file *f, int fd,
		     struct claim *claims)
{
	struct sbomask_file file = {.image = f->image,
				    .path = f->path,
				    .real = buf_view(&p->real),
				    .root = f->root,
				    .fd = fd};
	bool contradiction;

	claims[SBOM] = (struct claim){
		.purl = sbomask_purl(p->sbom, &file, &contradiction),
		.source = "sbom",
		.confidence = 0.99};
	if (!contradiction)
		return true;
	p->stats.contradictions++;
	if (diag_allow("files that SBOMs give to several packages"))
		diag_warn("'%.*s': the SBOM has it in several packages",
			  SV_ARG(f->path));
	return false;
}

static void ask_database(struct packages *p, const struct packages_file *f,
			 struct claim *claims)
{
	const struct pkgindex_package *found = in_database(
		p, place_of(p, f->root, f->place), f->root, f->path);

	if (found && strcmp(found->source, "python") != 0)
		claims[DATABASE] =
			(struct claim){found->purl, found->source, 0.95, NULL};
	else if (found)
		claims[PLACE] =
			(struct claim){found->purl, found->source, 0.8, NULL};
}

static void ask_file(struct packages *p, int fd, struct claim *claims)
{
	elfpkg_read(&p->file, fd, &p->arena);
	claims[NOTE] =
		(struct claim){buf_view(&p->file.note), "note", 0.9, NULL};
	claims[BUILD] = (struct claim){buf_view(&p->file.build),
				       p->file.language, 0.9, p->file.parts};
}

static void ask_place(struct packages *p, int root, struct claim *claims)
{
	const char *source;

	p->lang.n = 0;
	if (claims[PLACE].purl.n || !p->real.n)
		return;
	source = langpath_purl(root, buf_view(&p->real), &p->lang);
	if (source)
		claims[PLACE] =
			(struct claim){buf_view(&p->lang), source, 0.8, NULL};
}

/* The same package in the SBOM's own words, so that the two can be joined. */
static void confirm(struct packages *p, sv image, struct package *out)
{
	sv known = out->purl.n ? sbomindex_find_purl(p->sbom, image, out->purl)
			       : SV_NULL;

	if (known.n)
		out->purl = arena_dup(&p->arena, known);
}

static void judge(struct packages *p, const struct packages_file *f,
		  struct package *out)
{
	struct claim claims[CLAIMS] = {{.source = ""}};
	bool agreed = true;
	struct rt_err err;
	int fd = f->root >= 0 ? root_open_file(f->root, f->path, &err) : -1;

	p->real.n = 0;
	if (f->root >= 0)
		root_real_path(f->root, f->path, &p->real, &err);
	if (p->sbom)
		agreed = ask_sbom(p, f, fd, claims);
	if (f->root >= 0)
		ask_database(p, f, claims);
	if (fd >= 0)
		ask_file(p, fd, claims);
	if (f->root >= 0)
		ask_place(p, f->root, claims);
	weigh(p, f->path, claims, CLAIMS, out);
	out->contradicted |= !agreed;
	if (p->sbom)
		confirm(p, f->image, out);
	if (fd >= 0)
		close(fd);
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

/* Packages come and go while a stream is read. */
static void check_place(struct packages *p, int root, uint64_t id)
{
	struct place *at = root >= 0 ? find_place(p, id) : NULL;

	if (!at || at->stamp == pkgroot_stamp(root))
		return;
	forget_place(p, at);
	forget_answers(p);
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
	if (a && ++p->warm % CHECK_ONE_IN)
		return &a->pub;
	check_place(p, f->root, f->place);
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

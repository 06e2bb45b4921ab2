/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/sbomindex.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "pkgdb/purl.h"
#include "sbom/sbomjoin.h"
#include "sbom/sbomset.h"

/* Seeds: a path is no digest, a directory no file. */
enum space { AT_FILE = 1, AT_DIRECTORY, AT_SHA256, AT_PURL, AT_ID };

struct package_row {
	sv purl;
	uint32_t document;
};

struct sbomindex {
	struct arena arena;
	struct package_row *rows;
	uint32_t n_rows, cap_rows;
	sv documents[SBOMINDEX_MAX_DOCUMENTS]; /* digests of their images */
	uint32_t n_documents;
	struct sbomset paths, digests, purls;
	bool any_directory, any_relative; /* else nobody looks for them */
	struct sbomjoin join;		  /* of the document being read */
	struct buf scratch;
	struct {
		uint32_t rows;
		size_t paths, digests;
		struct sbomindex_stats stats;
	} before; /* the document being read */
	struct sbomindex_stats stats;
};

struct sbomindex *sbomindex_new(void)
{
	struct sbomindex *ix = mem_zalloc(sizeof(*ix));

	ix->arena.block_size = 64 * KIB;
	return ix;
}

void sbomindex_free(struct sbomindex *ix)
{
	if (!ix)
		return;
	sbomjoin_release(&ix->join);
	sbomset_release(&ix->paths);
	sbomset_release(&ix->digests);
	sbomset_release(&ix->purls);
	mem_free(ix->rows);
	buf_release(&ix->scratch);
	arena_release(&ix->arena);
	mem_free(ix);
}

/* --- adding --------------------------------------------------------------- */

static void add_entry(struct sbomindex *ix, struct sbomset *to, uint64_t hash,
		      uint32_t package)
{
	if (package && !sbomset_add(to, hash, package))
		ix->stats.refused++;
}

bool sbomindex_begin(struct sbomindex *ix, sv image_digest)
{
	if (ix->n_documents == SBOMINDEX_MAX_DOCUMENTS)
		return false;
	ix->before.rows = ix->n_rows;
	ix->before.paths = ix->paths.n;
	ix->before.digests = ix->digests.n;
	ix->before.stats = ix->stats;
	ix->documents[ix->n_documents++] = arena_dup(&ix->arena, image_digest);
	return true;
}

uint32_t sbomindex_package(struct sbomindex *ix)
{
	if (ix->n_rows == SBOMINDEX_MAX_PACKAGES) {
		ix->stats.refused++;
		return 0;
	}
	if (ix->n_rows == ix->cap_rows) {
		ix->cap_rows = MAX(64, ix->cap_rows + ix->cap_rows / 2);
		ix->rows =
			mem_realloc(ix->rows, ix->cap_rows * sizeof(*ix->rows));
	}
	ix->rows[ix->n_rows] =
		(struct package_row){.document = ix->n_documents - 1};
	return ++ix->n_rows;
}

void sbomindex_purl(struct sbomindex *ix, uint32_t package, sv purl)
{
	struct rt_err err;

	if (!package || ix->rows[package - 1].purl.n)
		return;
	ix->scratch.n = 0;
	if (!purl_canonical(purl, &ix->scratch, &err)) {
		ix->stats.odd++;
		buf_sv(&ix->scratch, purl);
	}
	ix->rows[package - 1].purl =
		arena_dup(&ix->arena, buf_view(&ix->scratch));
}

static bool is_relative(sv path)
{
	return path.n && path.p[0] != '/' && !sv_starts(path, SV("./"));
}

/* Without what in front means nothing: "/", "./", and the "/" at the end. */
static sv trim(sv path)
{
	for (;;)
		if (sv_starts(path, SV("/")))
			path = sv_from(path, 1);
		else if (sv_starts(path, SV("./")))
			path = sv_from(path, 2);
		else
			break;
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	return path;
}

void sbomindex_path(struct sbomindex *ix, uint32_t package, sv path,
		    bool directory)
{
	sv name = trim(path);

	if (!name.n)
		return;
	directory |= path.p[path.n - 1] == '/';
	ix->any_directory |= directory;
	ix->any_relative |= directory && is_relative(path);
	add_entry(ix, &ix->paths,
		  hash64(name, directory ? AT_DIRECTORY : AT_FILE), package);
}

/* Digests come in capitals as well. */
static uint64_t sha256_hash(sv hex)
{
	char lower[64];

	for (size_t i = 0; i < sizeof(lower); i++)
		lower[i] = hex.p[i] >= 'A' && hex.p[i] <= 'F'
				   ? (char)(hex.p[i] | 0x20)
				   : hex.p[i];
	return hash64((sv){lower, sizeof(lower)}, AT_SHA256);
}

void sbomindex_sha256(struct sbomindex *ix, uint32_t package, sv hex)
{
	if (hex.n == 64)
		add_entry(ix, &ix->digests, sha256_hash(hex), package);
}

void sbomindex_id(struct sbomindex *ix, uint32_t package, sv id)
{
	if (package)
		sbomjoin_package(&ix->join, id, package);
}

void sbomindex_file(struct sbomindex *ix, sv id, sv path)
{
	sv name = trim(path);

	if (name.n)
		sbomjoin_file(&ix->join, id, hash64(name, AT_FILE), false);
}

void sbomindex_file_sha256(struct sbomindex *ix, sv id, sv hex)
{
	if (hex.n == 64)
		sbomjoin_file(&ix->join, id, sha256_hash(hex), true);
}

void sbomindex_contains(struct sbomindex *ix, sv package_id, sv file_id)
{
	sbomjoin_contains(&ix->join, package_id, file_id);
}

static void joined(void *ctx, uint32_t package, uint64_t hash, bool contents)
{
	struct sbomindex *ix = ctx;

	add_entry(ix, contents ? &ix->digests : &ix->paths, hash, package);
}

void sbomindex_end(struct sbomindex *ix)
{
	sbomjoin_run(&ix->join, joined, ix);
	ix->stats.refused += ix->join.refused;
	sbomjoin_release(&ix->join);
	ix->stats.documents++;
}

void sbomindex_cancel(struct sbomindex *ix)
{
	sbomjoin_release(&ix->join);
	ix->n_rows = ix->before.rows;
	ix->paths.n = ix->before.paths;
	ix->digests.n = ix->before.digests;
	ix->stats = ix->before.stats;
	ix->n_documents--;
}

/* --- sorting -------------------------------------------------------------- */

static sv purl_of(const struct sbomindex *ix, const struct sbomset_entry *e)
{
	return ix->rows[e->number - 1].purl;
}

static sv image_of(const struct sbomindex *ix, const struct sbomset_entry *e)
{
	return ix->documents[ix->rows[e->number - 1].document];
}

static void sort_set(struct sbomindex *ix, struct sbomset *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (purl_of(ix, &s->e[i]).n)
			s->e[n++] = s->e[i];
	s->n = n;
	sbomset_sort(s);
}

/* Things that one image has, and several packages claim; the first counts. */
static void count_contradictions(struct sbomindex *ix, const struct sbomset *s)
{
	for (size_t i = 0, j; i < s->n; i = j) {
		bool several = false;

		for (j = i + 1; j < s->n && s->e[j].hash == s->e[i].hash; j++)
			several |= !sv_eq(purl_of(ix, &s->e[j]),
					  purl_of(ix, &s->e[i])) &&
				   sv_eq(image_of(ix, &s->e[j]),
					 image_of(ix, &s->e[i]));
		ix->stats.contradictions += several;
	}
}

/* Up to its qualifiers. */
static sv bare(sv purl)
{
	sv q = sv_first(purl, sv_find(purl, '?'));

	return sv_first(q, sv_find(q, '#'));
}

void sbomindex_sort(struct sbomindex *ix)
{
	ix->purls.n = 0;
	ix->stats.unnamed = 0;
	for (uint32_t i = 1; i <= ix->n_rows; i++)
		if (ix->rows[i - 1].purl.n)
			add_entry(ix, &ix->purls,
				  hash64(bare(ix->rows[i - 1].purl), AT_PURL),
				  i);
		else
			ix->stats.unnamed++;
	sort_set(ix, &ix->paths);
	sort_set(ix, &ix->digests);
	sort_set(ix, &ix->purls);
	ix->stats.contradictions = 0;
	count_contradictions(ix, &ix->paths);
	count_contradictions(ix, &ix->digests);
	ix->stats.packages = ix->n_rows - ix->stats.unnamed;
	ix->stats.paths = ix->paths.n;
	ix->stats.digests = ix->digests.n;
	ix->stats.bytes = ix->arena.total + ix->cap_rows * sizeof(*ix->rows) +
			  sbomset_bytes(&ix->paths) +
			  sbomset_bytes(&ix->digests) +
			  sbomset_bytes(&ix->purls);
}

void sbomindex_get_stats(const struct sbomindex *ix,
			 struct sbomindex_stats *out)
{
	*out = ix->stats;
}

/* --- looking up ----------------------------------------------------------- */

/* What is bound to the image stands before what is bound to none. */
static sv find(const struct sbomindex *ix, const struct sbomset *s,
	       uint64_t hash, sv image, bool *contradiction)
{
	sv found = SV_NULL;
	bool bound = false;

	*contradiction = false;
	for (size_t i = sbomset_find(s, hash); i < s->n && s->e[i].hash == hash;
	     i++) {
		sv purl = purl_of(ix, &s->e[i]), of = image_of(ix, &s->e[i]);

		if (of.n && !sv_eq(of, image))
			continue;
		if (!found.n || (of.n && !bound)) {
			found = purl;
			bound = of.n != 0;
			*contradiction = false;
		} else if (bound == (of.n != 0) && !sv_eq(found, purl)) {
			*contradiction = true;
		}
	}
	return *contradiction ? SV_NULL : found;
}

static const sv modules = SV("node_modules/");

/* A directory of that name begins a tree of packages of its own. */
static bool has_modules(sv path)
{
	for (const char *p = path.p; path.n;) {
		p = memmem(p, (size_t)(sv_end(path) - p), modules.p, modules.n);
		if (!p || p == path.p || p[-1] == '/')
			return p != NULL;
		p++;
	}
	return false;
}

/* The nearest directory above the path that is a package's. */
static sv find_directory(const struct sbomindex *ix, sv image, sv path,
			 bool *contradiction)
{
	sv whole = path;

	for (size_t n = sv_rfind(path, '/'); n != SIZE_MAX;
	     n = sv_rfind(path, '/')) {
		sv purl;

		path.n = n;
		if (has_modules(sv_from(whole, n + 1)))
			break;
		purl = find(ix, &ix->paths, hash64(path, AT_DIRECTORY), image,
			    contradiction);
		if (purl.n || *contradiction)
			return purl;
	}
	return SV_NULL;
}

sv sbomindex_find_path(const struct sbomindex *ix, sv image_digest, sv path,
		       bool *contradiction)
{
	sv name = trim(path), purl;

	purl = find(ix, &ix->paths, hash64(name, AT_FILE), image_digest,
		    contradiction);
	if (purl.n || *contradiction || !ix->any_directory)
		return purl;
	purl = find_directory(ix, image_digest, name, contradiction);
	/* Relative to a directory above: the topmost that fits. */
	while (ix->any_relative && !purl.n && !*contradiction) {
		size_t slash = sv_find(name, '/');

		if (slash == SIZE_MAX || sv_starts(name, modules))
			break;
		name = sv_from(name, slash + 1);
		purl = find_directory(ix, image_digest, name, contradiction);
	}
	return purl;
}

sv sbomindex_find_sha256(const struct sbomindex *ix, sv image_digest, sv hex,
			 bool *contradiction)
{
	*contradiction = false;
	return hex.n == 64 ? find(ix, &ix->digests, sha256_hash(hex),
				  image_digest, contradiction)
			   : SV_NULL;
}

sv sbomindex_find_purl(const struct sbomindex *ix, sv image_digest, sv purl)
{
	bool several;

	return find(ix, &ix->purls, hash64(bare(purl), AT_PURL), image_digest,
		    &several);
}

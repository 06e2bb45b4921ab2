/* SPDX-License-Identifier: Apache-2.0 */
#include "canon/framepkg.h"

#include "base/hash.h"
#include "base/mem.h"
#include "codec/pbwire.h"
#include "pipe/metrics.h"

struct framepkg {
	struct resolver *resolver;
	struct packages *packages;
	bool by_image;	     /* a path's package depends on the image */
	struct buf image;    /* digest, of the scope */
	uint64_t image_hash; /* 0 unless by_image */
	struct ledger_map counts;
};

struct framepkg *framepkg_new(struct resolver *r, const struct sbomindex *sbom)
{
	struct framepkg *p = mem_zalloc(sizeof(*p));

	p->resolver = r;
	p->packages = packages_new(sbom);
	p->by_image = sbom != NULL;
	return p;
}

void framepkg_free(struct framepkg *p)
{
	if (!p)
		return;
	packages_free(p->packages);
	buf_release(&p->image);
	mem_free(p);
}

void framepkg_enter(struct framepkg *p, sv image)
{
	p->image.n = 0;
	buf_sv(&p->image, image);
	p->image_hash = p->by_image ? hash64(image, 0) : 0;
}

static const struct package *package_at(struct framepkg *p, sv path)
{
	struct packages_file f = {.image = buf_view(&p->image), .path = path};

	f.root = resolver_place(p->resolver, &f.place);
	return packages_of(p->packages, &f);
}

/* A module that is not the file of its path has not that file's package. */
const struct package *framepkg_module(struct framepkg *p,
				      const struct resolver_module *mod)
{
	const struct package *pkg;

	if (mod->kind != MODULE_FILE || mod->refused)
		return NULL;
	if (mod->tag->serial !=
	    (packages_serial(p->packages) ^ p->image_hash)) {
		mod->tag->p = package_at(p, mod->path);
		mod->tag->serial = packages_serial(p->packages) ^ p->image_hash;
	}
	pkg = mod->tag->p;
	return pkg->purl.n || pkg->parts ? pkg : NULL;
}

const struct package *framepkg_script(struct framepkg *p, sv file)
{
	const struct package *pkg;

	if (!sv_starts(file, SV("/")))
		return NULL;
	pkg = package_at(p, file);
	return pkg->purl.n ? pkg : NULL;
}

/* Where no file is looked for, there is nothing to count. */
sv framepkg_purl(struct framepkg *p, const struct package *pkg, sv raw, sv name)
{
	sv purl = pkg ? packages_function(pkg, raw, name) : SV_NULL;
	uint64_t place;

	if (!p->by_image && resolver_place(p->resolver, &place) < 0)
		return purl;
	ledger_count(&p->counts, purl.n ? pkg->source : "none", 1);
	if (purl.n && pkg->contradicted)
		ledger_count(&p->counts, "contradicted", 1);
	return purl;
}

void framepkg_file(struct framepkg *p, sv path, struct buf *out)
{
	const struct package *pkg;
	sv inside;

	if (module_classify(path, &inside) != MODULE_FILE ||
	    !sv_starts(inside, SV("/")))
		return;
	pkg = package_at(p, inside);
	if (!pkg->purl.n)
		return;
	pb_put_string(out, 1, pkg->purl);
	pb_put_string(out, 2, sv_str(pkg->source));
	pb_put_double(out, 3, pkg->confidence);
}

void framepkg_take_counts(struct framepkg *p, struct ledger_map *out)
{
	for (size_t i = 0; i < p->counts.used; i++)
		ledger_count(out, p->counts.name[i], p->counts.n[i]);
	p->counts.used = 0;
}

static struct metric contradictions = {
	.name = "tetrapipe_canon_package_contradictions_total",
	.help = "Files whose sources name different packages",
	.label = ""};

static struct metric indexed = {.name = "tetrapipe_canon_package_roots_total",
				.help = "Roots whose package database was read",
				.label = ""};
static struct metric evicted = {
	.name = "tetrapipe_canon_package_evictions_total",
	.help = "Package indexes and answers forgotten for newer ones",
	.label = ""};
static struct metric refused = {
	.name = "tetrapipe_canon_package_refused_total",
	.help = "Packages and files beyond the bounds of an index",
	.label = ""};
static struct metric bytes = {.name = "tetrapipe_canon_package_index_bytes",
			      .help = "Memory that package indexes take",
			      .label = "",
			      .gauge = true};

void framepkg_register(void)
{
	metrics_register(&contradictions);
	metrics_register(&indexed);
	metrics_register(&evicted);
	metrics_register(&refused);
	metrics_register(&bytes);
}

void framepkg_update(const struct framepkg *p)
{
	struct packages_stats st;

	packages_get_stats(p->packages, &st);
	metric_set(&contradictions, st.contradictions);
	metric_set(&indexed, st.indexed);
	metric_set(&evicted, st.evicted);
	metric_set(&refused, st.refused);
	metric_set(&bytes, st.index_bytes);
}

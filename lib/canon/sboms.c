/* SPDX-License-Identifier: Apache-2.0 */
#include "canon/sboms.h"

#include "base/mem.h"
#include "sbom/sbom.h"
#include "pipe/diag.h"
#include "pipe/metrics.h"

static struct metric packages = {.name = "tetrapipe_canon_sbom_packages",
				 .help = "Packages in the SBOMs",
				 .label = "",
				 .gauge = true};
static struct metric paths = {.name = "tetrapipe_canon_sbom_paths",
			      .help = "Files and directories in the SBOMs",
			      .label = "",
			      .gauge = true};
static struct metric contradictions = {
	.name = "tetrapipe_canon_sbom_contradictions",
	.help = "Files that the SBOMs give to several packages",
	.label = "",
	.gauge = true};
static struct metric odd = {.name = "tetrapipe_canon_sbom_odd_purls",
			    .help = "Package URLs in the SBOMs that are none",
			    .label = "",
			    .gauge = true};
static struct metric refused = {
	.name = "tetrapipe_canon_sbom_refused",
	.help = "Packages and files beyond the bounds of the index",
	.label = "",
	.gauge = true};

static void publish(const struct sbomindex *ix)
{
	struct sbomindex_stats st;

	sbomindex_get_stats(ix, &st);
	metrics_register(&packages);
	metrics_register(&paths);
	metrics_register(&contradictions);
	metrics_register(&odd);
	metrics_register(&refused);
	metric_set(&packages, st.packages);
	metric_set(&paths, st.paths);
	metric_set(&contradictions, st.contradictions);
	metric_set(&odd, st.odd);
	metric_set(&refused, st.refused);
	if (st.contradictions)
		diag_warn(
			"the SBOMs give %llu files to several packages: "
			"these are of none by them",
			(unsigned long long)st.contradictions);
	if (st.refused)
		diag_warn(
			"the SBOMs have %llu packages and files beyond the "
			"bounds of the index",
			(unsigned long long)st.refused);
	diag_info("SBOMs: %llu packages, %llu paths",
		  (unsigned long long)st.packages,
		  (unsigned long long)st.paths);
}

struct sbomindex *sboms_open(struct sboms_opts *o)
{
	struct sbomindex *ix = o->files.n ? sbomindex_new() : NULL;
	const char *name;
	struct rt_err err;

	for (size_t i = 0; i < o->files.n; i++) {
		if (sbom_add_file(ix, o->files.v[i], &name, &err))
			continue;
		if (err.sys_errno)
			opt_usage("cannot read --sbom '%s': %s", name,
				  strerror(err.sys_errno));
		opt_usage("--sbom '%s': byte %zu: %s", name, err.pos, err.msg);
	}
	mem_free(o->files.v);
	o->files = (struct opt_list){0};
	if (!ix)
		return NULL;
	sbomindex_sort(ix);
	publish(ix);
	return ix;
}

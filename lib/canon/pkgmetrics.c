/* SPDX-License-Identifier: Apache-2.0 */
#include "canon/pkgmetrics.h"

#include "pipe/metrics.h"

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

static struct metric contradictions = {
	.name = "tetrapipe_canon_package_contradictions_total",
	.help = "Files whose sources name different packages",
	.label = ""};

void pkgmetrics_register(void)
{
	metrics_register(&contradictions);
	metrics_register(&indexed);
	metrics_register(&evicted);
	metrics_register(&refused);
	metrics_register(&bytes);
}

void pkgmetrics_update(const struct packages *p)
{
	struct packages_stats st;

	packages_get_stats(p, &st);
	metric_set(&contradictions, st.contradictions);
	metric_set(&indexed, st.indexed);
	metric_set(&evicted, st.evicted);
	metric_set(&refused, st.refused);
	metric_set(&bytes, st.index_bytes);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "canon/framestats.h"

#include "canon/framepkg.h"
#include "pipe/metrics.h"

static struct metric parsed = {.name = "tetrapipe_canon_symbol_files_total",
			       .help = "Module files read, or tried to",
			       .label = ""};
static struct metric shared = {
	.name = "tetrapipe_canon_symbol_files_shared_total",
	.help = "Module files met again under another path or root",
	.label = ""};
static struct metric evicted = {
	.name = "tetrapipe_canon_symbol_evictions_total",
	.help = "Module paths forgotten for --symbol-cache",
	.label = ""};
static struct metric refused = {
	.name = "tetrapipe_canon_build_id_refused_total",
	.help = "Frames whose file has another build-id than the process had",
	.label = ""};
static struct metric facts_evicted = {
	.name = "tetrapipe_canon_loaded_evictions_total",
	.help = "Build-ids from loader events forgotten for newer ones",
	.label = ""};
static struct metric maps_read = {
	.name = "tetrapipe_canon_perf_maps_total",
	.help = "Perf maps of processes, by what became of them",
	.label = "result=\"read\""};
static struct metric maps_refused = {
	.name = "tetrapipe_canon_perf_maps_total",
	.help = "Perf maps of processes, by what became of them",
	.label = "result=\"refused\""};
static struct metric maps_cut = {
	.name = "tetrapipe_canon_perf_maps_total",
	.help = "Perf maps of processes, by what became of them",
	.label = "result=\"cut\""};
static struct metric maps_evicted = {
	.name = "tetrapipe_canon_perf_maps_total",
	.help = "Perf maps of processes, by what became of them",
	.label = "result=\"evicted\""};
static struct metric maps_bad = {
	.name = "tetrapipe_canon_perf_map_bad_lines_total",
	.help = "Lines of perf maps that are no entry",
	.label = ""};
static struct metric dwarf_opened = {
	.name = "tetrapipe_canon_dwarf_files_total",
	.help = "Files whose lines were looked for",
	.label = "result=\"opened\""};
static struct metric dwarf_none = {.name = "tetrapipe_canon_dwarf_files_total",
				   .help = "Files whose lines were looked for",
				   .label = "result=\"none\""};
static struct metric dwarf_closed = {
	.name = "tetrapipe_canon_dwarf_evictions_total",
	.help = "Files whose DWARF was closed for --dwarf-cache",
	.label = ""};
static struct metric dwarf_cached = {
	.name = "tetrapipe_canon_dwarf_cache_bytes",
	.help = "Memory that DWARF takes",
	.label = "",
	.gauge = true};
static struct metric cached = {.name = "tetrapipe_canon_symbol_cache_bytes",
			       .help = "Memory that symbols take",
			       .label = "",
			       .gauge = true};

void framestats_register(void)
{
	framepkg_register();
	metrics_register(&parsed);
	metrics_register(&shared);
	metrics_register(&evicted);
	metrics_register(&refused);
	metrics_register(&facts_evicted);
	metrics_register(&maps_read);
	metrics_register(&maps_refused);
	metrics_register(&maps_cut);
	metrics_register(&maps_evicted);
	metrics_register(&maps_bad);
	metrics_register(&cached);
	metrics_register(&dwarf_opened);
	metrics_register(&dwarf_none);
	metrics_register(&dwarf_closed);
	metrics_register(&dwarf_cached);
}

void framestats_update(const struct resolver *r)
{
	struct resolver_stats st;

	resolver_get_stats(r, &st);
	metric_set(&parsed, st.loads);
	metric_set(&shared, st.shared);
	metric_set(&evicted, st.evictions);
	metric_set(&refused, st.refused);
	metric_set(&facts_evicted, st.facts_evicted);
	metric_set(&maps_read, st.jit.read);
	metric_set(&maps_refused, st.jit.refused);
	metric_set(&maps_cut, st.jit.cut);
	metric_set(&maps_evicted, st.jit.evictions);
	metric_set(&maps_bad, st.jit.bad_lines);
	metric_set(&cached, st.bytes + st.jit.bytes);
	metric_set(&dwarf_opened, st.lines.opened);
	metric_set(&dwarf_none, st.lines.without);
	metric_set(&dwarf_closed, st.lines.closed);
	metric_set(&dwarf_cached, st.lines.bytes);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * where.h - the options that say where the files of modules are, and what
 * they open.
 */
#ifndef RT_WHERE_H
#define RT_WHERE_H

#include "base/base.h"
#include "pipe/opt.h"
#include "symbol/resolver.h"

struct where_opts {
	const char *sysroot, *proc, *kallsyms, *kernel_build_id;
	struct opt_list images, debug_dirs;
	struct debugdirs debug; /* opened */
	uint64_t symbol_cache, perf_map_cache, dwarf_cache;
	bool lines, inlines;
};

#define WHERE_OPTS_DEFAULT                                                     \
	{                                                                      \
		.symbol_cache = 16 * MIB, .perf_map_cache = 8 * MIB,           \
		.dwarf_cache = 256 * MIB                                       \
	}

#define WHERE_ROWS(w)                                                          \
	{.name = "sysroot",                                                    \
	 .kind = OPT_STRING,                                                   \
	 .arg = "DIR",                                                         \
	 .help = "root under which modules are found",                         \
	 .dst = &(w)->sysroot},                                                \
		{.name = "image",                                              \
		 .kind = OPT_LIST,                                             \
		 .arg = "DIGEST=DIR",                                          \
		 .help = "root of an image, or @FILE of such rows",            \
		 .dst = &(w)->images},                                         \
		{.name = "proc",                                               \
		 .kind = OPT_STRING,                                           \
		 .arg = "DIR",                                                 \
		 .help = "live: roots of processes, /proc",                    \
		 .dst = &(w)->proc},                                           \
		{.name = "debug-dir",                                          \
		 .kind = OPT_LIST,                                             \
		 .arg = "DIR",                                                 \
		 .help = "symbols of stripped files, by build-id",             \
		 .dst = &(w)->debug_dirs},                                     \
		{.name = "debuginfod",                                         \
		 .kind = OPT_FLAG,                                             \
		 .help = "ask $DEBUGINFOD_URLS for such symbols, too",         \
		 .dst = &(w)->debug.ask},                                      \
		{.name = "kallsyms",                                           \
		 .kind = OPT_STRING,                                           \
		 .arg = "FILE",                                                \
		 .help = "hold kernel frames against /proc/kallsyms",          \
		 .dst = &(w)->kallsyms},                                       \
		{.name = "kernel-build-id",                                    \
		 .kind = OPT_STRING,                                           \
		 .arg = "HEX",                                                 \
		 .help = "of that kernel, unless it is running",               \
		 .dst = &(w)->kernel_build_id},                                \
		{.name = "perf-map-cache",                                     \
		 .kind = OPT_SIZE,                                             \
		 .arg = "SIZE",                                                \
		 .help = "memory for perf maps, default 8MiB, 0: none",        \
		 .dst = &(w)->perf_map_cache},                                 \
		{.name = "symbol-cache",                                       \
		 .kind = OPT_SIZE,                                             \
		 .arg = "SIZE",                                                \
		 .help = "memory for symbols, default 16MiB",                  \
		 .dst = &(w)->symbol_cache},                                   \
		{.name = "lines",                                              \
		 .kind = OPT_FLAG,                                             \
		 .help = "source file and line, where DWARF has them",         \
		 .dst = &(w)->lines},                                          \
		{.name = "inlines",                                            \
		 .kind = OPT_FLAG,                                             \
		 .help = "--lines, and the inlined functions",                 \
		 .dst = &(w)->inlines},                                        \
	{                                                                      \
		.name = "dwarf-cache", .kind = OPT_SIZE, .arg = "SIZE",        \
		.help = "memory for DWARF, default 256MiB",                    \
		.dst = &(w)->dwarf_cache                                       \
	}

/*
 * Opens what the options name, for resolver_new; exits 2 where that cannot be.
 * The lists are used up.
 * The result and what it refers to live until where_close.
 */
struct resolver_opts where_open(struct where_opts *o);
void where_close(struct where_opts *o, struct resolver_opts *r);

/* Metrics of what was opened: once, and to bring the values up to date. */
void where_metrics_register(void);
void where_metrics_update(const struct resolver_opts *r);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window.h - one window of one node: the keys seen in it and their numbers.
 * All memory of a window is its arena's, so that closing it is one reset.
 */
#ifndef RT_WINDOW_H
#define RT_WINDOW_H

#include "base/arena.h"
#include "base/base.h"
#include "base/table.h"
#include "hotsym/callview.h"
#include "text/rfc3339.h"

/* The first event that showed a key, kept once for all its functions. */
struct window_sample {
	sv frames; /* field 16 of HotSymbol, ready to be copied */
	sv args;   /* field 17 */
};

/*
 * Strings are interned: a window has one copy of each, and equal strings are
 * equal pointers.
 */
struct window_symbol {
	const sv *image_digest, *purl, *function_name; /* the key */
	const sv *module, *build_id, *function_id;     /* when first seen */
	uint64_t count;
	uint64_t stamp; /* the event that counted it last */
	struct timestamp first, last;
	uint8_t verdict; /* the best one seen */
	bool callers_truncated;
	const sv **callers; /* function ids, unsorted */
	uint32_t n_callers, cap_callers;
	const struct window_sample *sample; /* or NULL */
	struct window_package *package;	    /* its file's; NULL: has no purl */
};

struct window_package {
	const sv *image_digest, *purl, *module, *build_id;
	uint64_t stamp;	   /* as a symbol's */
	uint32_t evidence; /* rt.v1.PackageSeen.Evidence */
	uint64_t count;
	struct timestamp first, last;
};

struct window {
	sv node, cluster;
	int64_t start;	  /* ns since 1970; WINDOW_UNTIMED: not known yet */
	int64_t close_at; /* watermark from which on it is written */
	uint64_t late;	  /* its events, where they came behind the watermark */
	struct arena arena;
	struct table symbol_table, package_table, strings;
	struct window_symbol **symbols;
	struct window_package **packages;
	size_t n_symbols, cap_symbols, n_packages, cap_packages;
};

#define WINDOW_UNTIMED INT64_MIN

struct window *window_new(sv node, sv cluster, int64_t start);
void window_free(struct window *w);

/* The window's copy of the string. */
const sv *window_intern(struct window *w, sv s);

/*
 * The symbol of the key, added where it is new (*is_new). image_digest is
 * interned.
 */
struct window_symbol *window_symbol(struct window *w, const sv *image_digest,
				    const struct callview_frame *f,
				    bool *is_new);

/* Counts a caller, distinct, up to max. */
void window_caller(struct window *w, struct window_symbol *s, sv function_id,
		   size_t max);

/* What was seen of a file. */
struct window_file {
	sv image_digest, purl, module, build_id;
	uint32_t evidence;
};

struct window_package *window_package(struct window *w,
				      const struct window_file *f);

/* Memory owned, but for the struct itself. */
size_t window_bytes(const struct window *w);

/* Puts symbols, callers and packages in the order of their keys. */
void window_sort(struct window *w);

#endif

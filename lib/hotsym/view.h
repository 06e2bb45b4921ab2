/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view.h - a whole stream of calls as one picture, for people and their tools:
 *
 *	table	the functions that most events went through
 *	folded	a line a stack, `program;outermost;...;innermost N`
 *	pprof	profile.proto (github.com/google/pprof), gzip
 *	svg	a flame graph that can be searched and zoomed in a browser
 *
 * What the stream says is missing from it is shown with it. Names come from
 * traced programs: control characters never reach a terminal, markup never a
 * browser.
 */
#ifndef RT_VIEW_H
#define RT_VIEW_H

#include "base/base.h"
#include "base/buf.h"
#include "hotsym/stacktree.h"
#include "text/rfc3339.h"

enum view_form { VIEW_NONE, VIEW_TABLE, VIEW_FOLDED, VIEW_PPROF, VIEW_SVG };

/* The form of that name, or VIEW_NONE. */
enum view_form view_form_of(const char *name);

/* What every view is drawn from. */
struct view_data {
	struct stacktree *tree;
	uint64_t events;   /* calls counted, weights included */
	uint64_t no_stack; /* calls without a frame: not in the tree */
	uint64_t lost;	   /* by the gaps of the stream */
	uint64_t gaps;
	bool lost_unknown; /* some gap did not know how many */
	bool incomplete;   /* the stream did not end as it should */
	struct timestamp first, last;
};

/* Appends the whole view; top: rows of a table, width: its columns. */
void view_write(enum view_form form, const struct view_data *d, size_t top,
		size_t width, struct buf *out);

/* "3 events and more lost in 2 gaps; ...", or nothing where all is there. */
void view_losses(const struct view_data *d, struct buf *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * viewer.h - rt-hotsym as a sink: all calls of a stream go into one view
 * (view.h) that is written to stdout at the end, and, as a table on a terminal,
 * each second while the stream goes on.
 */
#ifndef RT_VIEWER_H
#define RT_VIEWER_H

#include "hotsym/view.h"
#include "stream/stage.h"

struct viewer_opts {
	uint64_t top;	    /* rows of a table; 0: as many as fit, or 20 */
	uint64_t max_nodes; /* of the tree */
};

#define VIEWER_OPTS_DEFAULT                                                    \
	{                                                                      \
		.max_nodes = 200000                                            \
	}

#define VIEWER_ROWS(v)                                                         \
	{.name = "top",                                                        \
	 .kind = OPT_UINT,                                                     \
	 .arg = "N",                                                           \
	 .help = "rows of a table, default 20 or what fits",                   \
	 .dst = &(v)->top},                                                    \
	{                                                                      \
		.name = "max-nodes", .kind = OPT_UINT, .arg = "N", .min = 2,   \
		.help = "frames of a view's tree, default 200000",             \
		.dst = &(v)->max_nodes                                         \
	}

/* --output's choices: those of records, and the views behind them. */
extern const char *const viewer_forms[];

/* stdin to stdout; the exit code. */
int viewer_run(enum view_form form, const struct viewer_opts *v, bool kernel,
	       const struct stage_opts *o);

#endif

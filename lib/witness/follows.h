/* SPDX-License-Identifier: Apache-2.0 */
/*
 * follows.h - `rt-witness replay`: does a statement follow from a capture? The
 * stages that its ledgers name run again, the tools beside this one, over the
 * capture; what they make of it has to be the statement, byte for byte.
 */
#ifndef RT_WITNESS_FOLLOWS_H
#define RT_WITNESS_FOLLOWS_H

#include "base/base.h"
#include "pipe/opt.h"

struct follows_opts {
	const char *capture;
	const char *file; /* the bundle or envelope */
	/* `TOOL ARG...`, parted at blanks: a stage's arguments beside -o pb. */
	const struct opt_list *stages;
	const struct key *key; /* NULL: the signature is not looked at */
};

/* The exit code: 0 it follows, 1 it does not, 2 or 3 it could not be tried. */
int follows_run(const struct follows_opts *o);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sbomout.h - the options of the SBOM of what was observed, and its file:
 * written at the end of the stream, in one piece.
 */
#ifndef RT_SBOMOUT_H
#define RT_SBOMOUT_H

#include "hotsym/observed.h"
#include "pipe/opt.h"

struct sbomout_opts {
	const char *file;
	uint64_t max_rows;
};

#define SBOMOUT_OPTS_DEFAULT                                                   \
	{                                                                      \
		.max_rows = 100000                                             \
	}

#define SBOMOUT_ROWS(s)                                                        \
	{.name = "sbom-out",                                                   \
	 .kind = OPT_STRING,                                                   \
	 .arg = "FILE",                                                        \
	 .help = "a CycloneDX SBOM of what was observed",                      \
	 .dst = &(s)->file},                                                   \
	{                                                                      \
		.name = "sbom-max", .kind = OPT_UINT, .arg = "N", .min = 1,    \
		.help = "packages, files and functions in it, default 100000", \
		.dst = &(s)->max_rows                                          \
	}

/* NULL where no file is wanted. */
struct observed *sbomout_open(const struct sbomout_opts *o);
/* Writes and frees; false, and said, where writing failed. */
bool sbomout_close(const struct sbomout_opts *o, struct observed *seen);

#endif

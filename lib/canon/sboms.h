/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sboms.h - the option that names SBOMs, and the index of what they say.
 */
#ifndef RT_SBOMS_H
#define RT_SBOMS_H

#include "sbom/sbomindex.h"
#include "pipe/opt.h"

struct sboms_opts {
	struct opt_list files;
};

#define SBOMS_ROWS(s)                                                          \
	{                                                                      \
		.name = "sbom", .kind = OPT_LIST, .arg = "[DIGEST=]FILE",      \
		.help = "packages of files, of an image or of all",            \
		.dst = &(s)->files                                             \
	}

/*
 * Reads them all and registers the metrics; exits 2 where one cannot be read
 * or is none. NULL: none was named. The list is used up.
 */
struct sbomindex *sboms_open(struct sboms_opts *o);

#endif

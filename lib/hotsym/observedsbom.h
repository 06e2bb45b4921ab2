/* SPDX-License-Identifier: Apache-2.0 */
/*
 * observedsbom.h - observed packages as CycloneDX 1.6. A component a purl,
 * in bytewise order; in its evidence
 *
 *   occurrences  each file, with build-id and image, then each function that
 *		  ran in it, with its function id
 *   callstack	  a stack in which one of the functions was seen, innermost
 *		  frame first
 *
 * and as properties how it was seen, how often, from when to when.
 */
#ifndef RT_OBSERVEDSBOM_H
#define RT_OBSERVEDSBOM_H

#include "base/base.h"
#include "base/buf.h"
#include "text/rfc3339.h"

enum observed_how { OBSERVED_EXEC = 1, OBSERVED_LOADED, OBSERVED_FUNCTION };

struct observed_package {
	sv purl,
		stack; /* frames: field 16 of HotSymbol, one behind the other */
	struct timestamp first, last;
	enum observed_how how; /* the strongest */
	uint64_t calls;
};

struct observed_file {
	struct observed_package *package;
	sv module, build_id, image;
};

struct observed_function {
	struct observed_file *file;
	sv name, id;
	uint64_t calls;
};

struct observed_rows {
	struct observed_package **packages;
	struct observed_file **files;
	struct observed_function **functions;
	size_t n_packages, n_files, n_functions;
	uint64_t without_package, refused;
};

/* Sorts the rows. False: libcrypto has no SHA-256. */
bool observedsbom_write(struct observed_rows *r, struct buf *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * observed.h - what a stream showed of packages, over all its windows: which
 * files of which, which functions of these, one stack of each; as a CycloneDX
 * SBOM (rt-hotsym --sbom-out, rt-hotsym(1)). It grows with what is different,
 * not with the stream, up to its bounds; what does not fit is counted.
 */
#ifndef RT_OBSERVED_H
#define RT_OBSERVED_H

#include "base/base.h"
#include "base/buf.h"
#include "hotsym/window.h"

#define OBSERVED_MAX_STACKS (8 * MIB) /* bytes of stacks kept */
#define OBSERVED_STACK_FRAMES 32      /* of one stack, innermost first */

struct observed;

struct observed_stats {
	uint64_t packages, files, functions;
	uint64_t refused;	  /* times that one of these found no room */
	uint64_t without_package; /* calls of functions of no known package */
};

/* max_rows: packages, files and functions together. */
struct observed *observed_new(uint64_t max_rows);
void observed_free(struct observed *o);

/* A window that is complete, sorted. */
void observed_window(struct observed *o, const struct window *w);

/* Appends the document. False: libcrypto has no SHA-256. */
bool observed_write(struct observed *o, struct buf *out);

void observed_get_stats(const struct observed *o, struct observed_stats *out);

#endif

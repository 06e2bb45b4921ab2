/* SPDX-License-Identifier: Apache-2.0 */
/*
 * headline.h - the last frame of a job: what its rows are. Texts as the
 * statements of sql.h take them, each ended by NUL.
 */
#ifndef RT_HEADLINE_H
#define RT_HEADLINE_H

#include "base/base.h"
#include "base/buf.h"

enum { PART_HOT, PART_PACKAGES, PARTS };

extern const char *const part_kinds[PARTS]; /* as in signals.batches */

/* What names a batch on the server, and what is known about its rows. */
struct headline_batch {
	const char *cluster, *node, *session;
	const char *start, *end; /* end: "" where not known */
	const char *chunk;
	const char *partial; /* true, false */
	/* "", or "+1" and so on: a part of a batch that came behind a pause, as
	 * a batch of its own (loader_idle). */
	const char *split;
	struct {
		const char *rows; /* 0: the batch has none of this kind */
		const char *digest;
	} part[PARTS];
};

struct headline_segment {
	const char *cluster, *node, *session;
	const char *accounted; /* true: its chain of ledgers closes */
};

void headline_put_batch(const struct headline_batch *h, struct buf *out);
void headline_put_segment(const struct headline_segment *h, struct buf *out);

/* Views into body. False where that is no such headline. */
bool headline_parse_batch(sv body, struct headline_batch *h);
bool headline_parse_segment(sv body, struct headline_segment *h);

#endif

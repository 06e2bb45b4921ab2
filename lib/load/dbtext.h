/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dbtext.h - what PostgreSQL takes as text: valid UTF-8 without NUL, and
 * short enough for an index entry (a third of a page). Strings come from
 * programs under observation, which may be hostile.
 */
#ifndef RT_DBTEXT_H
#define RT_DBTEXT_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"

/*
 * Bytes. The widest unique key (image, purl, function, caller) of these stays
 * below the 2,704 bytes of a B-tree entry.
 */
enum {
	DBTEXT_DIGEST = 128,
	DBTEXT_PURL = 512,
	DBTEXT_NAME = 1024, /* function, module */
	DBTEXT_ID = 800,    /* function id, build id */
	DBTEXT_SOURCE = 256,
};

struct dbtext {
	struct arena arena; /* of repaired strings; the caller resets it */
	uint64_t repaired;
};

/*
 * s itself, or a repaired copy: NUL and what is no UTF-8 become U+FFFD, and
 * what is longer than max ends in '~' and the hash of the whole, so that
 * different names stay different.
 */
sv dbtext_fit(struct dbtext *t, sv s, size_t max);

/* In JSON text: the escape of NUL, which jsonb refuses, becomes U+FFFD's. */
void dbtext_json(struct dbtext *t, struct buf *json);

#endif

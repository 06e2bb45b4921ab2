/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jframe.h - where one JSON object ends, for objects that span lines or stand
 * in a row without any. The scan can be continued when more bytes arrive; it
 * checks the structure as it goes, so that a cut object is noticed where the
 * next one begins instead of swallowing it.
 */
#ifndef RT_JFRAME_H
#define RT_JFRAME_H

#include "base/base.h"

#define JFRAME_MAX_DEPTH 128

struct jframe {
	size_t pos; /* bytes scanned */
	unsigned int depth;
	uint64_t array[JFRAME_MAX_DEPTH / 64]; /* bit per level: '[' */
	uint8_t expect;			       /* private */
	bool in_string, escaped, is_key;
};

enum jframe_status {
	JFRAME_DONE, /* the object ends before f->pos */
	JFRAME_MORE, /* all of it is fine so far */
	JFRAME_BAD,  /* f->pos is where it goes wrong */
};

void jframe_init(struct jframe *f);

/* text starts at the object's '{' and may have grown since the last call. */
enum jframe_status jframe_scan(struct jframe *f, sv text);

#endif

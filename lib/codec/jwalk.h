/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jwalk.h - a document of JSON text, walked value by value: for documents of
 * any size (RFC 8259) of which little is wanted, and which a tree would make
 * ten times as big. Everything is checked, also what is skipped; a value of
 * another type than the caller asks for is skipped, and he is told.
 *
 *	if (jwalk_object(&w))
 *		while (jwalk_member(&w, &key))
 *			if (sv_eq(key, SV("name")))
 *				jwalk_string(&w, &name);
 *			else
 *				jwalk_skip(&w);
 *	if (!jwalk_end(&w))
 *		... w.err
 *
 * Behind each jwalk_member and each jwalk_element exactly one value has to be
 * asked for or skipped. After an error everything returns false, so that only
 * the end has to look.
 *
 * Strings are views into the text or, if they have escapes, into the arena.
 */
#ifndef RT_JWALK_H
#define RT_JWALK_H

#include "base/arena.h"
#include "base/base.h"

/* Bytes that must be readable behind the text. */
#define JWALK_PADDING 64
#define JWALK_MAX_DEPTH 128

struct jwalk {
	const char *p, *text, *end;
	struct arena *arena;
	unsigned depth;
	bool first;	   /* nothing of the innermost list was read yet */
	struct rt_err err; /* msg: NULL as long as all is well */
};

/* The text must outlive the walk. Text that is no UTF-8 is an error. */
void jwalk_open(struct jwalk *w, sv text, struct arena *arena);

/* Goes into the object or list that is next. */
bool jwalk_object(struct jwalk *w);
bool jwalk_array(struct jwalk *w);
/* The next member of the object, or the end of it. */
bool jwalk_member(struct jwalk *w, sv *key);
/* There is another element in the list; false: it ended. */
bool jwalk_element(struct jwalk *w);

bool jwalk_string(struct jwalk *w, sv *s);
void jwalk_skip(struct jwalk *w);

/* The document was one value, and right. */
bool jwalk_end(struct jwalk *w);

#endif

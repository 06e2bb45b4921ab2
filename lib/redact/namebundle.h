/* SPDX-License-Identifier: Apache-2.0 */
/*
 * namebundle.h - names and the ids that stand for them, for who may have the
 * names back.
 *
 * An id is "#" and 24 hex digits: the first 12 bytes of the name's SHA-256,
 * or of its HMAC-SHA-256 with a key. So a name has the same id on every
 * machine and in every run of one key; without a key, who has a list of names
 * can tell which of them an id stands for.
 *
 * The file is lines of JSON, in the order of the ids:
 *
 *	{"bundle":"tetrapipe-names","version":1,"key":"#5a20...","names":2}
 *	{"id":"#03fe...","name":"order_settle"}
 *	{"id":"#9d1c...","name_b64":"/w=="}	a name that is not UTF-8
 *
 * "key" is the id of "tetrapipe-names": another key, another id.
 */
#ifndef RT_NAMEBUNDLE_H
#define RT_NAMEBUNDLE_H

#include "base/buf.h"

#define NAMEBUNDLE_ID 25    /* bytes of an id */
#define NAMEBUNDLE_MEAN 256 /* bytes of a name, on average at most */

struct namebundle;

struct namebundle_err {
	size_t line; /* 0: the file as a whole */
	char msg[160];
};

/* key: empty for none; the caller's. max: names that are kept. */
struct namebundle *namebundle_new(sv key, size_t max);
void namebundle_free(struct namebundle *b);

/*
 * Adds what the file has. to_add: it is one to write again with more, whose
 * ids must be of the same key, and which need not be there yet.
 */
bool namebundle_read(struct namebundle *b, const char *file, bool to_add,
		     struct namebundle_err *err);
/* One line of it, without its newline; counted from 1. */
bool namebundle_line(struct namebundle *b, sv line, size_t number,
		     struct namebundle_err *err);
/* All names, mode 0600, by way of file.tmp; 0 or an errno. Nothing is
 * written where nothing is new. */
int namebundle_write(struct namebundle *b, const char *file);

/* The id of a name, which is kept as long as there is room; NULL: no SHA-256.
 */
const char *namebundle_id(struct namebundle *b, sv name);
/* The name of an id; false: it is not here. */
bool namebundle_name(const struct namebundle *b, sv id, sv *name);

/* Does the text have an id's form? */
bool namebundle_is_id(sv text);

size_t namebundle_count(const struct namebundle *b);
/* How often namebundle_id could not keep a name. */
uint64_t namebundle_unkept(const struct namebundle *b);

#endif

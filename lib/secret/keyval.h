/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyval.h - values that stand behind a secret-like key in a text:
 * `password=x`, `token: x`, `"apiKey":"x"`, `\"key\":\"x\"`, `pw => 'x'`,
 * query strings, connection strings; headers in a text by header.h.
 */
#ifndef RT_KEYVAL_H
#define RT_KEYVAL_H

#include "secret/hits.h"

enum keyval_where {
	KEYVAL_ARGV = 1,    /* `k= v` is an empty value and an argument */
	KEYVAL_SCRIPT = 2,  /* $var in lower case is a placeholder */
	KEYVAL_QUERY = 4,   /* of a URL: # ends a value; keyval.c's own */
	KEYVAL_COLONS = 8,  /* a=b:c=d: likewise */
	KEYVAL_COMMAS = 16, /* a=b,c=d,noatime: likewise */
};

/* Everywhere in the text, which is part of h->text. Linear. */
void keyval_find(sv text, unsigned where, struct hits *h);

/*
 * One pair whose bounds are known. True where the value was added; the key
 * may have dashes in front, the value quotes around it.
 */
bool keyval_pair(sv key, sv value, int rule, bool script, struct hits *h);

/* a of "a,k=v": up to where another pair begins. */
sv keyval_first(sv value);

#endif

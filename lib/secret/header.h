/* SPDX-License-Identifier: Apache-2.0 */
/*
 * header.h - headers as HTTP has them: "Name: value", and the two whose value
 * has a grammar of its own, Authorization and Cookie.
 */
#ifndef RT_HEADER_H
#define RT_HEADER_H

#include "secret/hits.h"

enum header { HEADER_NONE, HEADER_AUTHORIZATION, HEADER_COOKIE };

enum header header_kind(sv name);

/* A header line of known bounds. */
void header_find(sv header, bool script, struct hits *h);

/*
 * An Authorization value: "Basic xyz", "Digest a=b, c=d", or bare. `known`:
 * it ends where v ends, else somewhere in v. Returns the end of what was
 * judged.
 */
const char *header_authorization(sv v, bool known, bool script, struct hits *h);

/* What stands in a Cookie header: each value but those of mere preferences. */
void header_cookies(sv region, bool script, struct hits *h);

/* Where the line ends that a header at i of a text stands in. */
size_t header_line_end(sv text, size_t i);

#endif

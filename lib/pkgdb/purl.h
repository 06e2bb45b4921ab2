/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purl.h - package URLs (ECMA-427): read, brought into the canonical form of
 * their type, written.
 *
 *	pkg:type/namespace/name@version?key=value&key=value#sub/path
 *
 * A struct purl holds the components decoded: UTF-8 without percent signs; a
 * namespace and a subpath have their segments joined by '/'. Sources:
 *
 *   - how to parse, how to build, the rules of each component and the
 *     characters that stay unencoded: ECMA-427. Within a component ':' is
 *     written as it is and '/' as %2F, but between segments.
 *   - what a type asks for (purltype.c): the published type definitions.
 *
 * Errors give the byte of the text where the component at fault begins. What
 * is no valid UTF-8 once decoded, a NUL byte, a segment with an encoded slash,
 * a qualifier key given twice: all are errors, never repaired.
 */
#ifndef RT_PURL_H
#define RT_PURL_H

#include "base/base.h"
#include "base/buf.h"

#define PURL_MAX_QUALIFIERS 32 /* more is an error */

struct purl_qualifier {
	sv key, value;
};

struct purl {
	sv type, space, name, version, subpath; /* empty: not there */
	struct purl_qualifier qualifier[PURL_MAX_QUALIFIERS];
	size_t n_qualifiers;
};

/*
 * Reads text; components are canonical, qualifiers sorted by key. They are
 * views into room, which has text.n bytes and belongs to the caller. An
 * unknown type follows the general rules alone.
 */
bool purl_parse(struct purl *p, sv text, char *room, struct rt_err *err);

/*
 * Appends the canonical form of components that were found elsewhere: decoded,
 * not yet canonical, qualifiers in any order, those with an empty value left
 * out. On an error (pos is 0) out is as it was.
 */
bool purl_build(const struct purl *p, struct buf *out, struct rt_err *err);

/* Appends the canonical form of a text; on an error out is as it was. */
bool purl_canonical(sv text, struct buf *out, struct rt_err *err);

/* The value of a qualifier, empty if there is none. */
sv purl_qualifier(const struct purl *p, sv key);

#endif

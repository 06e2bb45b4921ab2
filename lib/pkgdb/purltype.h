/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purltype.h - what a package URL's type asks of the components: the type
 * definitions that ECMA-427's maintainers publish (alpm ... yocto), plus
 * gitlab, which the specification names as a candidate and every tool writes.
 */
#ifndef RT_PURLTYPE_H
#define RT_PURLTYPE_H

#include "pkgdb/purl.h"

/*
 * Brings components into the form of their type, in place: they are views
 * into memory that may be written, and only get shorter. NULL if that worked,
 * else what is wrong; *at is the component to blame.
 */
const char *purltype_apply(struct purl *p, const sv **at);

#endif

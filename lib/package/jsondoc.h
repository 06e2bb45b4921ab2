/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsondoc.h - a small JSON document as a tree, for what describes a package.
 * Views live until the document is closed.
 */
#ifndef RT_JSONDOC_H
#define RT_JSONDOC_H

#include "base/base.h"

struct jsondoc; /* a value */

/* NULL: not JSON, or no object. */
struct jsondoc *jsondoc_open(sv text);
void jsondoc_close(struct jsondoc *d);

/* A member of an object that is a string; empty where it is none. */
sv jsondoc_string(const struct jsondoc *d, const char *key);
/* A member that is `true`. */
bool jsondoc_true(const struct jsondoc *d, const char *key);
/* Of a member that is a list: its i-th value; NULL behind the last. */
const struct jsondoc *jsondoc_item(const struct jsondoc *d, const char *key,
				   size_t i);

#endif

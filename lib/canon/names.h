/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h - demangled forms of the names that the agent gave and no file can
 * confirm, remembered: they come again with every event.
 */
#ifndef RT_NAMES_H
#define RT_NAMES_H

#include "base/base.h"

struct names;

struct name {
	sv raw, symbol, function_name;
};

struct names *names_new(size_t max_bytes);
void names_free(struct names *n);

/* Never NULL; lives until the next call (a full cache starts anew). */
const struct name *names_get(struct names *n, sv raw);

#endif

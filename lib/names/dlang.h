/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dlang.h - D's mangled names. libiberty has no bounded form for them: its
 * only one allocates whatever a name expands to, and back references can make
 * a hundred bytes 2^40. So the size is estimated first.
 */
#ifndef RT_DLANG_H
#define RT_DLANG_H

#include "base/base.h"
#include "base/buf.h"

/*
 * Appends the names of `mangled` (NUL behind its n <= DEMANGLE_MAX_IN bytes)
 * with and without parameters; false, and nothing appended, if it is not D or
 * would grow too large.
 */
bool dlang_names(const char *mangled, size_t n, struct buf *symbol,
		 struct buf *function_name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replacefile.h - a file that others read at any time: written beside its
 * name (NAME.tmp.PID) and renamed when it is whole.
 */
#ifndef RT_REPLACEFILE_H
#define RT_REPLACEFILE_H

#include "base/base.h"

/* False: errno says why, and the file is as it was. */
bool replacefile_write(const char *file, sv text);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* textfile.h - a whole file, "-" for standard input. */
#ifndef RT_WITNESS_TEXTFILE_H
#define RT_WITNESS_TEXTFILE_H

#include "base/buf.h"

/* Appends at most a chunk more than max. False: errno. */
bool textfile_read(const char *file, size_t max, struct buf *text);

#endif

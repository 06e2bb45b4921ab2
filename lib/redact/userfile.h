/* SPDX-License-Identifier: Apache-2.0 */
/*
 * userfile.h - small files that a user names: read whole, or written so that
 * nobody ever sees half of one. Each returns 0 or an errno.
 */
#ifndef RT_USERFILE_H
#define RT_USERFILE_H

#include <sys/types.h>

#include "base/buf.h"

/* Appends what is in the file, max bytes at most; longer is EFBIG. */
int userfile_read(const char *file, size_t max, struct buf *out);
/* A key: the bytes of the file without the newlines at its end. */
int userfile_key(const char *file, struct buf *key);
/* To file.tmp, which is then renamed; mode less the umask. */
int userfile_write(const char *file, sv text, mode_t mode);

#endif

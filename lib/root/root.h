/* SPDX-License-Identifier: Apache-2.0 */
/*
 * root.h - files inside a root directory. A container's symbolic links mean
 * its own root: `/lib -> /usr/lib` in a sysroot must never lead to the host's
 * /usr/lib. Absolute links, chains of links and `..` all stay inside, as they
 * would for a process that called chroot(2).
 *
 * Only regular files are opened. A FIFO does not block and a device is not
 * touched. Descriptors are close-on-exec.
 */
#ifndef RT_ROOT_H
#define RT_ROOT_H

#include "base/base.h"
#include "base/buf.h"

/* A descriptor for the directory, or -1. The directory itself may be a link. */
int root_open(const char *dir, struct rt_err *err);

/*
 * Opens a regular file for reading; `path` counts from the root, with or
 * without a leading slash. A descriptor the caller closes, or -1 with
 * err->sys_errno: ENOENT, ELOOP, ENOTDIR, ENAMETOOLONG, EACCES, ...; EINVAL for
 * anything but a regular file. Uses openat2(2) where the kernel has it.
 */
int root_open_file(int root, sv path, struct rt_err *err);

/* The same by walking the path here: for kernels before 5.6. */
int root_walk_file(int root, sv path, struct rt_err *err);

/* The whole of such a file, appended to *out; false with err, EFBIG over max.
 */
bool root_read_file(int root, sv path, size_t max, struct buf *out,
		    struct rt_err *err);

/*
 * Opens a directory for reading its names; as for files, and ENOTDIR for
 * anything else. A name read from it is looked up by a path from the root
 * again: it may be a link.
 */
int root_open_dir(int root, sv path, struct rt_err *err);

/*
 * Appends the path from the root, with a leading slash, that is left when all
 * links are followed; "/" for the root itself. The file need not be regular.
 */
bool root_real_path(int root, sv path, struct buf *out, struct rt_err *err);

#endif

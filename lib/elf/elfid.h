/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elfid.h - the GNU build-id of an ELF file from its program headers alone,
 * in a few small reads: enough to tell that a file is one already parsed. ELF32
 * and ELF64, either byte order. Source of the layout: elf(5).
 *
 * It gives up rather than search: a file whose notes are many or large, or
 * only in sections, has its build-id found by elfmod.
 */
#ifndef RT_ELFID_H
#define RT_ELFID_H

#include "base/base.h"

#define ELFID_MAX 64 /* bytes of an id */

struct elfid {
	uint64_t file_size;
	size_t hex_len;
	char hex[2 * ELFID_MAX];
};

/* False: not found here, which does not mean that there is none. */
bool elfid_read(int fd, struct elfid *out);

#endif

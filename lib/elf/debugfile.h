/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debugfile.h - opens the DWARF of one file for srcline.c, which alone
 * includes it. What may be opened and how much of it: see srcline.h.
 */
#ifndef RT_DEBUGFILE_H
#define RT_DEBUGFILE_H

#include <elfutils/libdw.h>

#include "base/base.h"
#include "elf/debugdirs.h"

struct debugfile {
	Elf *elf, *alt_elf;
	Dwarf *dwarf, *alt; /* alt: set as dwarf's, or NULL */
	Elf_Data *info;	    /* .debug_info, unpacked */
	Elf_Data *alt_info; /* alt's, or NULL */
	Elf_Data *lines;    /* .debug_line, the same; or NULL */
	bool big_endian;
	size_t bytes; /* of the sections */
};

/*
 * Arguments as srcline_open's. False: there is no DWARF to use, and nothing to
 * close. No descriptor is kept.
 */
bool debugfile_open(struct debugfile *f, int fd, const struct debugdirs *debug,
		    sv build_id, size_t max_bytes);
/* Of one that is all zero: nothing. */
void debugfile_close(struct debugfile *f);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elfreader.h - what the files that read ELF through libelf share: elfread.c,
 * elfmore.c, elfplt.c and debugfile.c. Nobody else includes it.
 */
#ifndef RT_ELFREADER_H
#define RT_ELFREADER_H

#include <gelf.h>
#include <libelf.h>

#include "elf/elfread.h"

struct elfreader_section {
	uint64_t addr, end;
	bool alloc, exec;
};

struct elfreader {
	Elf *elf;
	GElf_Ehdr ehdr;
	struct elfreader_section *sections;
	size_t n_sections;
	size_t names;	  /* index of the section with the names of sections */
	size_t note_room; /* bytes of notes that may still be read */
	struct elfread *out;
	struct rt_err *err;
};

/* False, with the reason in err. */
bool elfread_fail(struct rt_err *err, const char *msg, int sys_errno);

/*
 * Looks at the raw header before libelf does: it allocates for as many
 * sections as a made-up header says.
 */
bool elfread_header_sane(int fd, struct rt_err *err);
/* Fills in ehdr; false: not ELF, or of no use. */
bool elfread_usable(struct elfreader *r);
/* Fills in the sections, and the ids unless the segments had them. */
bool elfread_sections(struct elfreader *r);
/* Adds the symbols of the first section of that type. */
bool elfread_symbols_of(struct elfreader *r, GElf_Word type);

/* The first section of a type that is linked to `link` (0: any). */
Elf_Scn *elfread_find(struct elfreader *r, GElf_Word type, size_t link,
		      GElf_Shdr *sh);
/* The section's bytes, if they are there and within the limit. */
Elf_Data *elfread_data(Elf_Scn *scn, const GElf_Shdr *sh, size_t limit);

#endif

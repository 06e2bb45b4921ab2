/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elfread.h - what elfmod needs of an ELF file, through libelf (whose headers
 * stay in the files around elfreader.h).
 *
 * Everything is read with read(2), never mapped: a file that somebody
 * truncates meanwhile must not kill the reader. Files come from containers, so
 * every size in them is checked and bounded.
 */
#ifndef RT_ELFREAD_H
#define RT_ELFREAD_H

#include "base/arena.h"
#include "base/base.h"
#include "base/keyhash.h"
#include "elf/debugdirs.h"
#include "elf/symtab.h"

#define ELFREAD_MAX_FILE ((uint64_t)16 << 30)
#define ELFREAD_MAX_SYMTAB (256 * MIB) /* bytes of one table */
#define ELFREAD_MAX_STRTAB (512 * MIB)
#define ELFREAD_MAX_NOTES (4 * MIB) /* bytes of one file */
#define ELFREAD_MAX_PCLNTAB (512 * MIB)
#define ELFREAD_MAX_UNPACKED (256 * MIB) /* of .gnu_debugdata */

struct elfread_segment { /* a PT_LOAD */
	uint64_t offset, filesz, vaddr;
	bool exec;
};

struct elfread {
	uint64_t size; /* of the file */
	struct elfread_segment *segments;
	size_t n_segments;
	/* Function-like: .symtab and .dynsym; where there is no .symtab also
	 * .gnu_debugdata, a debug file, or Go's own table. */
	struct symtab_builder symbols;
	size_t bad_symbols; /* outside their string table or section */
	/* Descriptors of the first notes of their kind, or empty. */
	sv gnu_id;		     /* bytes */
	sv go_id;		     /* text */
	bool go;		     /* made by the Go linker */
	uint8_t digest[KEYHASH_LEN]; /* elfdigest.h */
	bool has_digest;
	/* What all views point into. */
	void *elf, *debug_elf;
	int debug_fd; /* -1: none */
	sv unpacked;  /* of .gnu_debugdata */
	struct arena names;
};

/*
 * Reads the file; the descriptor stays the caller's. debug: where its symbols
 * are if it was stripped, or NULL; a file of another build-id is not used.
 * False with err: not ELF, a core file, malformed headers, over a limit. Views
 * live until the release, which is needed after a failure as well.
 */
bool elfread_file(int fd, const struct debugdirs *debug, struct elfread *out,
		  struct rt_err *err);
/* Only the digest. False: as above, or there is none. */
bool elfread_digest(int fd, uint8_t out[KEYHASH_LEN]);
void elfread_release(struct elfread *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elfmod.h - one ELF executable or shared object: who it is and which
 * function covers a file offset. ELF32 and ELF64, either byte order.
 *
 * Offsets are what Tetragon reports for a user frame: bytes into the file, not
 * virtual addresses. They become addresses through the PT_LOAD that maps them,
 * with page alignment as the kernel does it, executable segments first.
 *
 * All is read at open; the limits are elfread's and symtab's.
 */
#ifndef RT_ELFMOD_H
#define RT_ELFMOD_H

#include "base/base.h"
#include "base/keyhash.h"
#include "elf/alias.h"
#include "elf/debugdirs.h"

struct elfmod;

enum elfmod_id_kind {
	ELFMOD_ID_NONE, /* the file could not be read to its end */
	ELFMOD_ID_GNU,	/* NT_GNU_BUILD_ID, any length */
	ELFMOD_ID_GO,	/* go-: 20 bytes of SHA-256 of the Go build id's text */
	ELFMOD_ID_HTL,	/* htl-: 16 bytes of SHA-256(first 4096 bytes, last
			   4096 bytes, length as 64 bits big-endian), which is
			   OpenTelemetry's htlhash */
};

struct elfsym {
	sv name;	/* raw, without version; the module's, valid UTF-8 */
	uint64_t start; /* virtual address */
	uint64_t size;
	uint64_t offset; /* of the pc from start */
	uint32_t index;	 /* below elfmod_count, in address order */
	bool approx;	 /* the symbol has no size, its end is a guess */
};

/*
 * Reads the file; fd stays the caller's and may be closed at once. debug: where
 * its symbols are if it was stripped, or NULL. NULL if it is no usable ELF file
 * or over a limit. A file without symbols is fine.
 */
struct elfmod *elfmod_open(int fd, const struct debugdirs *debug,
			   struct rt_err *err);
/* The same with all names; the caller releases *all, if NULL is not returned.
 */
struct elfmod *elfmod_open_all(int fd, const struct debugdirs *debug,
			       struct aliases *all, struct rt_err *err);
void elfmod_free(struct elfmod *m);

/* As it stands in a function id: bare hex for GNU, else with its prefix. */
sv elfmod_build_id(const struct elfmod *m);
enum elfmod_id_kind elfmod_build_id_kind(const struct elfmod *m);
/* "gnu", "go", "htl", or "". */
const char *elfmod_id_kind_name(enum elfmod_id_kind kind);
/* Made by the Go linker: names hold dots of their own. */
bool elfmod_is_go(const struct elfmod *m);

/* File offset to virtual address. */
bool elfmod_vaddr(const struct elfmod *m, uint64_t file_offset,
		  uint64_t *vaddr);

/* And back, to the first segment that holds the address. */
bool elfmod_file_offset(const struct elfmod *m, uint64_t vaddr,
			uint64_t *file_offset);

/*
 * The function at file_offset. is_caller: the offset is a return address, one
 * behind the call, which may be the start of the next function already: the
 * look-up is at one less, out->offset is still that of the address given.
 */
bool elfmod_lookup(const struct elfmod *m, uint64_t file_offset, bool is_caller,
		   struct elfsym *out);

/* All functions in address order, one name each; offset is 0. */
size_t elfmod_count(const struct elfmod *m);
void elfmod_symbol(const struct elfmod *m, size_t i, struct elfsym *out);

/* The symbol of that name among them; looks at each, so remember it. */
bool elfmod_find(const struct elfmod *m, sv name, struct elfsym *out);

/*
 * Is it another of the file's names (without version) for the function that
 * starts at this virtual address?
 */
bool elfmod_is_alias(const struct elfmod *m, uint64_t start, sv name);

/* Symbols of the file that make no sense (outside their table or section). */
size_t elfmod_bad_symbols(const struct elfmod *m);
/*
 * Has it the same symbols and mappings as the file of that digest
 * (elfread_digest)? A build-id alone does not tell.
 */
bool elfmod_is(const struct elfmod *m, const uint8_t digest[KEYHASH_LEN]);
bool elfmod_same(const struct elfmod *a, const struct elfmod *b);
/* Memory owned. */
size_t elfmod_bytes(const struct elfmod *m);

#endif

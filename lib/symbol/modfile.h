/* SPDX-License-Identifier: Apache-2.0 */
/*
 * modfile.h - one parsed ELF file with what was demangled of it so far, and
 * the store that keeps a file once, whichever path or root it came by: two
 * files with one build-id, one length and one digest (elfdigest.h) are one.
 */
#ifndef RT_MODFILE_H
#define RT_MODFILE_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/table.h"
#include "elf/debugdirs.h"
#include "elf/elfmod.h"
#include "elf/lines.h"

/* A demangled symbol, in the file's arena. */
struct modfile_text {
	sv symbol, function_name;
};

/* Which file it was that was read. */
struct modfile_stamp {
	uint64_t device, inode, size;
	int64_t sec, nsec; /* of its last change */
};

struct modfile {
	struct elfmod *elf;
	struct modfile_stamp stamp;
	struct modfile_text **texts; /* by symbol index, as first asked for */
	struct table named;	     /* of what modfile_named remembers */
	struct lines_file lines;
	struct arena arena; /* texts, named and lines */
	size_t users;
	size_t counted;	      /* bytes, as the user of the store counts them */
	struct modfile *next; /* of the store's bucket */
};

#define MODFILE_BUCKETS 256

struct modfile_store {
	const struct debugdirs *debug; /* or NULL */
	struct lines_store lines;
	struct modfile *buckets[MODFILE_BUCKETS];
	struct buf symbol, function_name; /* scratch */
	uint64_t parsed;		  /* files read */
	uint64_t shared;		  /* opened again and recognised */
};

/* The file behind a descriptor, which stays the caller's. NULL with err. */
struct modfile *modfile_open(struct modfile_store *s, int fd,
			     struct rt_err *err);
/* Frees the file when this was its last user. */
void modfile_close(struct modfile_store *s, struct modfile *f);
/* All files must have been closed. */
void modfile_store_release(struct modfile_store *s);

/* The names of a symbol; demangled once. */
const struct modfile_text *modfile_text(struct modfile_store *s,
					struct modfile *f,
					const struct elfsym *sym);
/*
 * The source of a virtual address, as lines.h has it; open: the same file
 * again, if it is asked for. NULL: nothing is known.
 */
const struct lines *modfile_lines(struct modfile_store *s, struct modfile *f,
				  int (*open)(void *ctx), void *ctx,
				  uint64_t vaddr);
/* Is the file behind a descriptor the one that was read? */
bool modfile_is(const struct modfile *f, int fd);
/* As elfmod_find, remembered. */
bool modfile_named(struct modfile *f, sv raw, struct elfsym *sym);

/* Memory owned, and all of it that can be had again by asking. */
size_t modfile_bytes(const struct modfile *f);
void modfile_forget_texts(struct modfile *f);

#endif

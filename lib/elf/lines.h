/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.h - source lines and inlined functions of frames, remembered: what
 * was found at an address of a file is found again without DWARF, and a file
 * without any is looked at once.
 *
 * The answers stand in the file's arena (modfile.h) and count there. The DWARF
 * itself, which is large, is kept within a budget of its own: the files unused
 * for longest are closed first, and opened again when asked for something
 * new. A file whose DWARF alone is over the budget has no lines.
 */
#ifndef RT_LINES_H
#define RT_LINES_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/table.h"
#include "elf/debugdirs.h"

struct lines_inlined {
	sv function_name; /* as demangle.h has it */
	sv call_file;	  /* where it was called; empty: not known */
	uint32_t call_line;
};

/* All texts are UTF-8. */
struct lines {
	sv file;       /* as the compiler says it; empty: not known */
	uint32_t line; /* 0: not known, or of none */
	uint32_t n;
	struct lines_inlined inlined[]; /* innermost first */
};

/* What there is of one file. Zero-initialise. */
struct lines_file {
	struct srcline *dwarf; /* NULL: not open */
	bool without;	       /* there is none, or none to use */
	struct table answers, texts;
	struct lines_file *newer, *older; /* of those that are open */
};

struct lines_stats {
	uint64_t opened;  /* files whose DWARF was read */
	uint64_t closed;  /* of them for the budget */
	uint64_t without; /* files without DWARF, or with too much of it */
	size_t bytes;	  /* of what is open */
};

struct lines_store {
	const struct debugdirs *debug; /* or NULL */
	size_t max_bytes;
	bool inlines; /* the chain as well */
	struct lines_file *newest, *oldest;
	struct buf symbol, function_name; /* scratch */
	struct lines_stats stats;
};

/* All files must have been closed. */
void lines_store_release(struct lines_store *s);

/* Of the file at hand, for when its DWARF is to be opened. */
struct lines_source {
	int (*open)(void *ctx); /* a descriptor, closed by lines_find; or -1 */
	void *ctx;
	sv build_id; /* GNU's, hex; else empty */
	bool go;     /* see demangle.h */
};

/*
 * What is known of a virtual address (of a call: inside of it). NULL: nothing.
 * The answer is the arena's.
 */
const struct lines *lines_find(struct lines_store *s, struct lines_file *f,
			       struct arena *arena,
			       const struct lines_source *source,
			       uint64_t vaddr);

/* Memory of the tables, the DWARF's aside. */
size_t lines_bytes(const struct lines_file *f);
/* Before the arena goes: the answers go with it. */
void lines_forget(struct lines_file *f);
/* And all else. */
void lines_close(struct lines_store *s, struct lines_file *f);

#endif

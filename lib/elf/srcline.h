/* SPDX-License-Identifier: Apache-2.0 */
/*
 * srcline.h - source line and inlined functions of an address, by the DWARF
 * of one file (libdw, whose headers stay in srcline.c; its names begin with
 * dwarf_, ours do not).
 *
 * The DWARF stands in the file itself or, by build-id, in a debug file. All
 * is read with read(2), never mapped, at open: memory is that of the
 * .debug_* sections, unpacked, and of the tables that look-ups build from
 * them. Other files are opened by build-id only, through debugdirs: libdw's
 * own ways to them (.gnu_debugaltlink by name, split DWARF) are closed, since
 * they lead to the host's files. A file that needs another one which is not
 * there counts as one without DWARF.
 *
 * Units are found by the ranges that they state themselves; .debug_aranges,
 * which clang and Rust do not write, is not needed. Type units, .zdebug_*
 * sections and split units are not read.
 *
 * The file may be hostile: whatever is read is bounded by the limits below,
 * and a file on whose tables more than SRCLINE_SECONDS of processor time were
 * spent at once is given up.
 */
#ifndef RT_SRCLINE_H
#define RT_SRCLINE_H

#include "base/base.h"
#include "elf/debugdirs.h"

#define SRCLINE_MAX_INLINED 64		 /* deeper ones are left out */
#define SRCLINE_MAX_RANGES (1024 * 1024) /* of the units or functions */
#define SRCLINE_MAX_LINES (4 * MIB)	 /* bytes of a unit's line table */
#define SRCLINE_MAX_ENTRIES (256 * 1024) /* looked at in one function */
#define SRCLINE_MAX_TEXT (4 * KIB)	 /* a longer name or path is none */
#define SRCLINE_SECONDS 10

struct srcline;

struct srcline_inlined {
	sv name;
	bool mangled; /* the linker's name, else the source's */
	sv call_file; /* where it was called from; empty: not known */
	uint32_t call_line;
};

struct srcline_hit {
	sv directory;  /* that paths which are not absolute count from */
	sv file;       /* empty: not known */
	uint32_t line; /* 0: not known, or of no line */
	size_t n;
	struct srcline_inlined
		inlined[SRCLINE_MAX_INLINED]; /* innermost first */
};

/*
 * The DWARF of the file behind a descriptor, which stays the caller's; else
 * that of the debug file of the build-id (hex; may be empty). debug: or NULL.
 * NULL: there is none, or its sections have more than max_bytes.
 */
struct srcline *srcline_open(int fd, const struct debugdirs *debug, sv build_id,
			     size_t max_bytes);
void srcline_free(struct srcline *s);

/*
 * What stands behind a virtual address; of a call that is one inside of the
 * call instruction, not the one behind it. False: nothing is known. Texts are
 * bytes as found, and live as long as s.
 */
bool srcline_find(struct srcline *s, uint64_t vaddr, bool inlines,
		  struct srcline_hit *out);

/* Memory owned, about; it grows with look-ups in further units. */
size_t srcline_bytes(const struct srcline *s);

#endif

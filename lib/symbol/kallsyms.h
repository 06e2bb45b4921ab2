/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kallsyms.h - the kernel's symbol table as /proc/kallsyms prints it:
 *
 *	ffffffff816b4fc0 T __x64_sys_openat
 *	ffffffffc0a51000 t nf_conntrack_in	[nf_conntrack]
 *
 * Agents report a kernel frame as a name and an offset in it; the table says
 * whether that name has such an offset, which module it is in, and what else
 * the function is called. Addresses change with every boot and stay here. A
 * table read without the right to see addresses has zeros for all of them
 * (kptr_restrict): it tells modules, and nothing can be verified.
 */
#ifndef RT_KALLSYMS_H
#define RT_KALLSYMS_H

#include "base/base.h"

#define KALLSYMS_MAX_FILE (128 * MIB)
#define KALLSYMS_MAX_SYMBOLS ((size_t)2 << 20) /* a desktop has 0.2 M */

struct kallsyms;

struct kallsyms_hit {
	sv name;	/* of the names at that address, by symtab.h's order */
	sv module;	/* "nf_conntrack"; empty for the kernel itself */
	bool verified;	/* the function is so long */
	bool ambiguous; /* it may be in several modules: none is named */
};

/* NULL with err: cannot be read, over a limit, or no line is a symbol. */
struct kallsyms *kallsyms_open(const char *path, struct rt_err *err);
/* The same from memory, which may be freed. */
struct kallsyms *kallsyms_parse(sv text, struct rt_err *err);
void kallsyms_free(struct kallsyms *k);

/*
 * The function of that name; false: none. is_caller: offset is that of a
 * return address, which may be the end. Of functions with one name those that
 * are long enough count, or all where none is.
 */
bool kallsyms_find(const struct kallsyms *k, sv name, uint64_t offset,
		   bool is_caller, struct kallsyms_hit *hit);

/* Hex digits; false: not that, or none. */
bool kallsyms_set_build_id(struct kallsyms *k, sv hex);
/* From ELF notes as /sys/kernel/notes has them; false: there is none. */
bool kallsyms_read_notes(struct kallsyms *k, const char *path);
/* Empty: not known. */
sv kallsyms_build_id(const struct kallsyms *k);

/* Functions, and lines that are no symbol. */
size_t kallsyms_count(const struct kallsyms *k);
size_t kallsyms_bad_lines(const struct kallsyms *k);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/debugfile.h"

#include <elfutils/libdwelf.h>
#include <stdio.h>
#include <unistd.h>

#include "elf/elfid.h"
#include "elf/elfreader.h"

/* Sections that are looked at here as well as by libdw. */
enum { INFO, LINE, STR, LINE_STR, LOOKED_AT };

static const char *const looked_at[] = {".debug_info", ".debug_line",
					".debug_str", ".debug_line_str"};

/* False: it is the second of that name, and libdw may choose the other. */
static bool note_section(const char *name, bool seen[LOOKED_AT])
{
	for (size_t i = 0; i < LOOKED_AT; i++) {
		if (strcmp(name, looked_at[i]) != 0)
			continue;
		if (seen[i])
			return false;
		seen[i] = true;
	}
	return true;
}

/*
 * Adds what the sections take in memory; false: no .debug_info, more than max,
 * or something that no compiler makes.
 */
static bool measure(Elf *elf, size_t max, size_t *bytes)
{
	bool seen[LOOKED_AT] = {false};
	Elf_Scn *scn = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) != 0)
		return false;
	while ((scn = elf_nextscn(elf, scn))) {
		const char *name;
		GElf_Shdr sh;
		GElf_Chdr ch;
		uint64_t size;

		if (!gelf_getshdr(scn, &sh) ||
		    !(name = elf_strptr(elf, names, sh.sh_name)) ||
		    !strncmp(name, ".zdebug_", 8))
			return false;
		if (strncmp(name, ".debug_", 7) || sh.sh_type == SHT_NOBITS)
			continue;
		if ((sh.sh_flags & SHF_GROUP) || !note_section(name, seen))
			return false;
		size = sh.sh_size;
		if (sh.sh_flags & SHF_COMPRESSED) {
			if (!gelf_getchdr(scn, &ch))
				return false;
			size += ch.ch_size;
		}
		if (sh.sh_size > max || size > max || *bytes > max - size)
			return false;
		*bytes += size;
	}
	return seen[INFO];
}

/* Its bytes, unpacked by libdw when it began. */
static Elf_Data *section(Elf *elf, const char *wanted)
{
	Elf_Scn *scn = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) != 0)
		return NULL;
	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr sh;
		const char *name;

		if (!gelf_getshdr(scn, &sh))
			return NULL;
		name = elf_strptr(elf, names, sh.sh_name);
		if (name && !strcmp(name, wanted) && sh.sh_type != SHT_NOBITS)
			return elf_getdata(scn, NULL);
	}
	return NULL;
}

/* libdw takes for granted that the last text of a section ends there. */
static bool texts_end(Elf *elf)
{
	for (size_t i = STR; i <= LINE_STR; i++) {
		const Elf_Data *d = section(elf, looked_at[i]);
		const char *p = d ? d->d_buf : NULL;

		if (p && d->d_size && p[d->d_size - 1] != '\0')
			return false;
	}
	return true;
}

/* The DWARF of an open file; NULL: none, or over the limit. */
static Dwarf *begin(int fd, size_t max, size_t *bytes, Elf **elf)
{
	struct rt_err ignored;
	Dwarf *d = NULL;
	GElf_Ehdr eh;

	*elf = NULL;
	if (!elfread_header_sane(fd, &ignored) ||
	    elf_version(EV_CURRENT) == EV_NONE)
		return NULL;
	*elf = elf_begin(fd, ELF_C_READ, NULL);
	if (*elf && gelf_getehdr(*elf, &eh) &&
	    (eh.e_type == ET_EXEC || eh.e_type == ET_DYN) &&
	    measure(*elf, max, bytes))
		d = dwarf_begin_elf(*elf, DWARF_C_READ, NULL);
	if (d && !texts_end(*elf)) {
		dwarf_end(d);
		d = NULL;
	}
	if (!d) {
		elf_end(*elf);
		*elf = NULL;
	}
	return d;
}

static bool has_id(Elf *elf, const char *hex, size_t n)
{
	const void *id;
	ssize_t len = dwelf_elf_gnu_build_id(elf, &id);
	char digits[3];

	if (len <= 0 || (size_t)len * 2 != n)
		return false;
	for (size_t i = 0; i < (size_t)len; i++) {
		snprintf(digits, sizeof(digits), "%02x",
			 ((const unsigned char *)id)[i]);
		if (memcmp(digits, hex + 2 * i, 2) != 0)
			return false;
	}
	return true;
}

/* The debug file of a build-id. */
static Dwarf *begin_debug(const struct debugdirs *debug, sv id, size_t max,
			  size_t *bytes, Elf **elf)
{
	int fd = debug && id.n ? debugdirs_open(debug, id) : -1;
	Dwarf *d;

	if (fd < 0)
		return NULL;
	d = begin(fd, max, bytes, elf);
	if (d && !has_id(*elf, id.p, id.n)) {
		dwarf_end(d);
		elf_end(*elf);
		d = NULL;
		*elf = NULL;
	}
	if (d)
		elf_cntl(*elf, ELF_C_FDDONE);
	close(fd);
	return d;
}

/*
 * What several debug files of a package share stands in one more. libdw would
 * open it by the path in the file; it must find it set before it asks.
 */
static bool open_alt(struct debugfile *f, const struct debugdirs *debug,
		     size_t max)
{
	char hex[2 * ELFID_MAX + 1];
	const char *name;
	const void *id;
	ssize_t n;

	if (!section(f->elf, ".gnu_debugaltlink"))
		return true;
	n = dwelf_dwarf_gnu_debugaltlink(f->dwarf, &name, &id);
	if (n <= 0 || n > ELFID_MAX)
		return false;
	for (ssize_t i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", ((const uint8_t *)id)[i]);
	f->alt = begin_debug(debug, (sv){hex, 2 * (size_t)n}, max, &f->bytes,
			     &f->alt_elf);
	if (!f->alt || section(f->alt_elf, ".gnu_debugaltlink"))
		return false;
	f->alt_info = section(f->alt_elf, looked_at[INFO]);
	dwarf_setalt(f->dwarf, f->alt);
	return true;
}

bool debugfile_open(struct debugfile *f, int fd, const struct debugdirs *debug,
		    sv build_id, size_t max_bytes)
{
	GElf_Ehdr eh;

	*f = (struct debugfile){0};
	f->dwarf = begin(fd, max_bytes, &f->bytes, &f->elf);
	if (!f->dwarf) {
		f->bytes = 0;
		f->dwarf = begin_debug(debug, build_id, max_bytes, &f->bytes,
				       &f->elf);
	}
	if (f->dwarf && gelf_getehdr(f->elf, &eh) &&
	    open_alt(f, debug, max_bytes)) {
		f->big_endian = eh.e_ident[EI_DATA] == ELFDATA2MSB;
		f->info = section(f->elf, looked_at[INFO]);
		f->lines = section(f->elf, looked_at[LINE]);
		elf_cntl(f->elf, ELF_C_FDDONE);
		return true;
	}
	debugfile_close(f);
	return false;
}

void debugfile_close(struct debugfile *f)
{
	dwarf_end(f->dwarf);
	dwarf_end(f->alt);
	elf_end(f->elf);
	elf_end(f->alt_elf);
	*f = (struct debugfile){0};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/elfmore.h"

#include "base/mem.h"
#include "elf/elfid.h"
#include "elf/pclntab.h"
#include "elf/xzdata.h"

/* The section's bytes as they are in the file; empty: not there. */
static sv named_section(struct elfreader *r, const char *name, size_t limit)
{
	for (size_t i = 1; i < r->n_sections; i++) {
		Elf_Scn *scn = elf_getscn(r->elf, i);
		const char *found;
		Elf_Data *data;
		GElf_Shdr sh;

		if (!scn || !gelf_getshdr(scn, &sh))
			continue;
		found = elf_strptr(r->elf, r->names, sh.sh_name);
		if (!found || strcmp(found, name) != 0)
			continue;
		data = elfread_data(scn, &sh, limit);
		return data && data->d_buf ? (sv){data->d_buf, data->d_size}
					   : SV_NULL;
	}
	return SV_NULL;
}

/*
 * Another ELF file with symbols of this one: it has its sections' headers, but
 * not their contents.
 */
static bool read_other(struct elfreader *r, Elf *elf, bool same_id)
{
	struct elfread ids = {0};
	struct elfreader other = {.elf = elf,
				  .note_room = ELFREAD_MAX_NOTES,
				  .out = &ids,
				  .err = r->err};
	struct rt_err ignored;
	bool ok;

	other.err = &ignored;
	ok = elfread_usable(&other) &&
	     other.ehdr.e_machine == r->ehdr.e_machine &&
	     elfread_sections(&other) &&
	     (!same_id || (ids.gnu_id.n && sv_eq(ids.gnu_id, r->out->gnu_id)));
	other.out = r->out;
	ok = ok && elfread_symbols_of(&other, SHT_SYMTAB);
	mem_free(other.sections);
	return ok;
}

static void read_debugdata(struct elfreader *r)
{
	sv packed = named_section(r, ".gnu_debugdata", ELFREAD_MAX_SYMTAB);

	if (!packed.n)
		return;
	r->out->unpacked = xzdata_unpack(packed, ELFREAD_MAX_UNPACKED);
	if (!r->out->unpacked.n)
		return;
	r->out->debug_elf =
		elf_memory((char *)r->out->unpacked.p, r->out->unpacked.n);
	if (r->out->debug_elf)
		read_other(r, r->out->debug_elf, false);
}

static bool read_debug_file(struct elfreader *r, const struct debugdirs *debug)
{
	char hex[2 * ELFID_MAX];
	struct rt_err ignored;
	sv id = r->out->gnu_id;

	if (!debug || !id.n || id.n > ELFID_MAX)
		return false;
	for (size_t i = 0; i < id.n; i++) {
		hex[2 * i] = "0123456789abcdef"[(uint8_t)id.p[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[(uint8_t)id.p[i] & 15];
	}
	r->out->debug_fd = debugdirs_open(debug, (sv){hex, 2 * id.n});
	if (r->out->debug_fd < 0 ||
	    !elfread_header_sane(r->out->debug_fd, &ignored))
		return false;
	r->out->debug_elf = elf_begin(r->out->debug_fd, ELF_C_READ, NULL);
	if (r->out->debug_elf && read_other(r, r->out->debug_elf, true))
		return true;
	elf_end(r->out->debug_elf);
	r->out->debug_elf = NULL;
	return false;
}

/* Where the code at this address ends: of its section, else its segment. */
static uint64_t code_end(const struct elfreader *r, uint64_t addr)
{
	for (size_t i = 1; i < r->n_sections; i++)
		if (r->sections[i].exec && addr >= r->sections[i].addr &&
		    addr < r->sections[i].end)
			return r->sections[i].end;
	for (size_t i = 0; i < r->out->n_segments; i++) {
		const struct elfread_segment *s = &r->out->segments[i];

		if (s->exec && addr >= s->vaddr && addr - s->vaddr < s->filesz)
			return s->vaddr + s->filesz;
	}
	return 0;
}

/* Where the linker left the text's address to a relocation. */
static uint64_t text_start(struct elfreader *r)
{
	for (size_t i = 1; i < r->n_sections; i++) {
		Elf_Scn *scn = elf_getscn(r->elf, i);
		const char *name;
		GElf_Shdr sh;

		if (!scn || !gelf_getshdr(scn, &sh) ||
		    !(sh.sh_flags & SHF_EXECINSTR))
			continue;
		name = elf_strptr(r->elf, r->names, sh.sh_name);
		if (name && !strcmp(name, ".text"))
			return sh.sh_addr;
	}
	return 0;
}

static bool add_go_functions(struct elfreader *r, struct pclntab *t)
{
	if (t->relative && !code_end(r, t->text))
		t->text = text_start(r);
	for (size_t i = 0; i < t->n; i++) {
		struct pclntab_func f;
		struct symtab_sym s;

		if (!pclntab_func(t, i, &f)) {
			r->out->bad_symbols++;
			continue;
		}
		s = (struct symtab_sym){.name = f.name,
					.start = f.start,
					.size = f.end - f.start,
					.limit = code_end(r, f.start),
					.type = SYMTAB_FUNC,
					.bind = SYMTAB_GLOBAL};
		r->out->bad_symbols += !s.limit;
		if (s.limit && !symtab_add(&r->out->symbols, &s))
			return elfread_fail(r->err, "too many symbols", 0);
	}
	r->out->go = true;
	return true;
}

/* Without section headers: in what is mapped and no code. */
static bool search_pclntab(struct elfreader *r, struct pclntab *t)
{
	bool big = r->ehdr.e_ident[EI_DATA] == ELFDATA2MSB;

	for (size_t i = 0; i < r->out->n_segments; i++) {
		const struct elfread_segment *s = &r->out->segments[i];
		Elf_Data *data;

		if (s->exec || s->filesz > ELFREAD_MAX_PCLNTAB)
			continue;
		data = elf_getdata_rawchunk(r->elf, (int64_t)s->offset,
					    s->filesz, ELF_T_BYTE);
		if (data && data->d_buf &&
		    pclntab_search((sv){data->d_buf, data->d_size}, big, t) !=
			    SIZE_MAX)
			return true;
	}
	return false;
}

static bool read_pclntab(struct elfreader *r)
{
	static const char *const names[] = {".gopclntab",
					    ".data.rel.ro.gopclntab"};
	bool big = r->ehdr.e_ident[EI_DATA] == ELFDATA2MSB;
	struct pclntab t;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		sv data = named_section(r, names[i], ELFREAD_MAX_PCLNTAB);

		if (data.n)
			return !pclntab_open(data, big, &t) ||
			       add_go_functions(r, &t);
	}
	if (r->n_sections > 1 || !r->out->go || !search_pclntab(r, &t))
		return true;
	return add_go_functions(r, &t);
}

/* What stripping took away may be kept elsewhere. */
bool elfmore_read(struct elfreader *r, const struct debugdirs *debug)
{
	GElf_Shdr sh;

	if (elfread_find(r, SHT_SYMTAB, 0, &sh))
		return true;
	if (!read_debug_file(r, debug))
		read_debugdata(r);
	return read_pclntab(r);
}

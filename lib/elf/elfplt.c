/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/elfplt.h"

#include <stdlib.h>

#include "base/mem.h"
#include "elf/plt.h"

#define MAX_SECTION (16 * MIB) /* of stubs; relocations: ELFREAD_MAX_SYMTAB */

/* A word of the GOT and the name that a relocation gives it. */
struct slot {
	uint64_t at;
	const char *name;
};

struct slots {
	struct slot *v;
	size_t n, cap;
};

static enum plt_machine machine_of(const struct elfreader *r)
{
	switch (r->ehdr.e_machine) {
	case EM_X86_64:
		return PLT_X86_64;
	case EM_AARCH64:
		return PLT_AARCH64;
	default:
		return PLT_NONE;
	}
}

/* JUMP_SLOT or GLOB_DAT of the two machines. */
static bool fills_slot(const struct elfreader *r, const GElf_Rela *rel)
{
	uint64_t type = GELF_R_TYPE(rel->r_info);

	if (r->ehdr.e_machine == EM_X86_64)
		return type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT;
	return type == R_AARCH64_JUMP_SLOT || type == R_AARCH64_GLOB_DAT;
}

static const char *name_of(struct elfreader *r, Elf_Data *symbols,
			   size_t strings, const GElf_Rela *rel)
{
	GElf_Sym sym;

	if (!gelf_getsym(symbols, (int)GELF_R_SYM(rel->r_info), &sym))
		return NULL;
	return elf_strptr(r->elf, strings, sym.st_name);
}

static void take_slots(struct elfreader *r, struct slots *s, Elf_Scn *scn,
		       const GElf_Shdr *sh)
{
	Elf_Data *relocations = elfread_data(scn, sh, ELFREAD_MAX_SYMTAB);
	Elf_Scn *dynsym = elf_getscn(r->elf, sh->sh_link);
	Elf_Data *symbols;
	GElf_Shdr symtab;
	GElf_Rela rel;

	if (!relocations || !dynsym || !gelf_getshdr(dynsym, &symtab) ||
	    symtab.sh_type != SHT_DYNSYM)
		return;
	symbols = elfread_data(dynsym, &symtab, ELFREAD_MAX_SYMTAB);
	for (int i = 0; symbols && gelf_getrela(relocations, i, &rel); i++) {
		const char *name;

		if (!fills_slot(r, &rel))
			continue;
		name = name_of(r, symbols, symtab.sh_link, &rel);
		if (!name || !*name || s->n == SYMTAB_MAX_SYMBOLS)
			continue;
		if (s->n == s->cap) {
			s->cap = s->cap ? s->cap * 2 : 256;
			s->v = mem_realloc(s->v, s->cap * sizeof(*s->v));
		}
		s->v[s->n++] = (struct slot){rel.r_offset, name};
	}
}

static int by_place(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static const char *find_slot(const struct slots *s, uint64_t at)
{
	struct slot key = {at, NULL}, *found = NULL;

	if (s->n)
		found = bsearch(&key, s->v, s->n, sizeof(key), by_place);
	return found ? found->name : NULL;
}

static bool add_stub(struct elfreader *r, const char *name, uint64_t start,
		     uint64_t size, uint64_t limit)
{
	size_t n = strnlen(name, SYMTAB_MAX_NAME - 5);
	char *full = arena_alloc(&r->out->names, n + 5);
	struct symtab_sym s = {.name = {full, n + 4},
			       .start = start,
			       .size = size,
			       .limit = limit,
			       .type = SYMTAB_FUNC,
			       .bind = SYMTAB_LOCAL};

	memcpy(full, name, n);
	memcpy(full + n, "@plt", 5);
	return symtab_add(&r->out->symbols, &s) ||
	       elfread_fail(r->err, "too many symbols", 0);
}

/* Stubs are aligned to 8 bytes and end where the next one begins. */
static bool add_stubs(struct elfreader *r, const struct slots *slots, sv code,
		      const struct elfreader_section *in)
{
	enum plt_machine m = machine_of(r);
	const char *last = NULL, *name;
	uint64_t last_at = 0;

	for (size_t at = 0; at < code.n; at += 8) {
		uint64_t addr = in->addr + at;
		uint64_t word = plt_got_word(m, sv_from(code, at), addr);

		name = word ? find_slot(slots, word) : NULL;
		if (!name)
			continue;
		if (last && !add_stub(r, last, last_at,
				      MIN(addr - last_at, PLT_STUB), in->end))
			return false;
		last = name;
		last_at = addr;
	}
	return !last || add_stub(r, last, last_at,
				 MIN(in->end - last_at, PLT_STUB), in->end);
}

static bool is_plt(struct elfreader *r, const GElf_Shdr *sh)
{
	const char *name = elf_strptr(r->elf, r->names, sh->sh_name);

	return name && strncmp(name, ".plt", 4) == 0 &&
	       (sh->sh_flags & SHF_EXECINSTR);
}

bool elfplt_read(struct elfreader *r)
{
	struct slots slots = {0};
	bool ok = true;
	GElf_Shdr sh;

	if (machine_of(r) == PLT_NONE)
		return true;
	for (size_t i = 1; i < r->n_sections; i++) {
		Elf_Scn *scn = elf_getscn(r->elf, i);

		if (scn && gelf_getshdr(scn, &sh) && sh.sh_type == SHT_RELA)
			take_slots(r, &slots, scn, &sh);
	}
	if (slots.n)
		qsort(slots.v, slots.n, sizeof(*slots.v), by_place);
	for (size_t i = 1; ok && slots.n && i < r->n_sections; i++) {
		Elf_Scn *scn = elf_getscn(r->elf, i);
		Elf_Data *d;

		if (!scn || !gelf_getshdr(scn, &sh) || !is_plt(r, &sh))
			continue;
		d = elfread_data(scn, &sh, MAX_SECTION);
		if (d && d->d_buf)
			ok = add_stubs(r, &slots, (sv){d->d_buf, d->d_size},
				       &r->sections[i]);
	}
	mem_free(slots.v);
	return ok;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/elfdigest.h"

#include "base/keyhash.h"

static bool is_named(const char *name, GElf_Xword flags)
{
	return ((flags & SHF_EXECINSTR) && !strncmp(name, ".plt", 4)) ||
	       !strcmp(name, ".gnu_debugdata") || !strcmp(name, ".gopclntab") ||
	       !strcmp(name, ".data.rel.ro.gopclntab");
}

/* Does elfread look into the section? */
static bool is_read(struct elfreader *r, const GElf_Shdr *sh)
{
	const char *name;

	switch (sh->sh_type) {
	case SHT_SYMTAB:
	case SHT_DYNSYM:
	case SHT_STRTAB:
	case SHT_GNU_versym:
	case SHT_SYMTAB_SHNDX:
	case SHT_RELA:
		return true;
	case SHT_PROGBITS:
		name = elf_strptr(r->elf, r->names, sh->sh_name);
		return name && is_named(name, sh->sh_flags);
	default:
		return false;
	}
}

static sv view_of(const Elf_Data *d)
{
	return d && d->d_buf ? (sv){d->d_buf, d->d_size} : SV_NULL;
}

static bool add_section(struct elfreader *r, struct keyhash *h, size_t i)
{
	Elf_Scn *scn = elf_getscn(r->elf, i);
	uint64_t head[8] = {i};
	GElf_Shdr sh;

	if (!scn || !gelf_getshdr(scn, &sh))
		return false;
	head[1] = sh.sh_type;
	head[2] = sh.sh_flags;
	head[3] = sh.sh_addr;
	head[4] = sh.sh_size;
	head[5] = sh.sh_link;
	head[6] = sh.sh_name;
	head[7] = sh.sh_entsize;
	return keyhash_update(h, (sv){(char *)head, sizeof(head)}) &&
	       (!is_read(r, &sh) ||
		keyhash_update(h, view_of(elfread_data(scn, &sh,
						       ELFREAD_MAX_STRTAB))));
}

/* Without sections Go's table is searched for in what is mapped. */
static bool add_segment(struct elfreader *r, struct keyhash *h,
			const struct elfread_segment *s)
{
	Elf_Data *d;

	if (s->exec || s->filesz > ELFREAD_MAX_PCLNTAB)
		return true;
	d = elf_getdata_rawchunk(r->elf, (int64_t)s->offset, s->filesz,
				 ELF_T_BYTE);
	return keyhash_update(h, view_of(d));
}

static bool add_segments(struct elfreader *r, struct keyhash *h)
{
	const struct elfread *e = r->out;

	for (size_t i = 0; i < e->n_segments; i++) {
		const struct elfread_segment *s = &e->segments[i];
		uint64_t head[4] = {s->offset, s->filesz, s->vaddr, s->exec};

		if (!keyhash_update(h, (sv){(char *)head, sizeof(head)}) ||
		    (r->n_sections <= 1 && !add_segment(r, h, s)))
			return false;
	}
	return keyhash_update(h, e->gnu_id) && keyhash_update(h, e->go_id);
}

void elfdigest_make(struct elfreader *r)
{
	uint64_t head[] = {r->ehdr.e_machine, r->ehdr.e_type,
			   r->ehdr.e_ident[EI_DATA], r->out->n_segments,
			   r->n_sections};
	struct keyhash h;
	bool ok = keyhash_init(&h) &&
		  keyhash_update(&h, (sv){(char *)head, sizeof(head)}) &&
		  add_segments(r, &h);

	for (size_t i = 1; ok && i < r->n_sections; i++)
		ok = add_section(r, &h, i);
	r->out->has_digest = keyhash_final(&h, r->out->digest) && ok;
}

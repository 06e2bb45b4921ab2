/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/elfread.h"

#include <endian.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "elf/elfdigest.h"
#include "elf/elfmore.h"
#include "elf/elfplt.h"

enum {
	MAX_PHDRS = 4096,
	MAX_ID = 256, /* bytes; GNU's is 20, Go's text 83 */
	NT_GO_BUILD_ID = 4,
	HIDDEN_VERSION = 0x8000,
};

bool elfread_fail(struct rt_err *err, const char *msg, int sys_errno)
{
	*err = (struct rt_err){.sys_errno = sys_errno, .msg = msg};
	return false;
}

static uint32_t word(const struct elfreader *r, const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return r->ehdr.e_ident[EI_DATA] == ELFDATA2MSB ? be32toh(v)
						       : le32toh(v);
}

static void take_note(struct elfread *out, uint32_t type, sv owner, sv desc)
{
	if (!desc.n || desc.n > MAX_ID)
		return;
	if (!out->gnu_id.n && type == NT_GNU_BUILD_ID &&
	    sv_eq(owner, SV("GNU\0")))
		out->gnu_id = desc;
	if (!out->go_id.n && type == NT_GO_BUILD_ID &&
	    sv_eq(owner, SV("Go\0\0")))
		out->go_id = desc;
}

/*
 * Not gelf_getnote: it refuses a last note whose padding is missing, which is
 * what `ld --build-id=0xabcd` writes.
 */
static void read_notes(struct elfreader *r, const Elf_Data *data,
		       uint64_t align)
{
	sv s = {data->d_buf, data->d_buf ? data->d_size : 0};
	size_t mask = align == 8 ? 7 : 3;

	while (s.n >= 12) {
		uint32_t name = word(r, s.p), desc = word(r, s.p + 4);
		size_t at = (12 + (size_t)name + mask) & ~mask;

		if (at > s.n || desc > s.n - at)
			return;
		take_note(r->out, word(r, s.p + 8), (sv){s.p + 12, name},
			  (sv){s.p + at, desc});
		s = sv_from(s, (at + desc + mask) & ~mask);
	}
}

/* The kernel reads notes through segments; a debug file has only sections. */
static void read_note_segment(struct elfreader *r, const GElf_Phdr *p)
{
	Elf_Data *data;

	if (p->p_filesz > r->note_room)
		return;
	r->note_room -= p->p_filesz;
	data = elf_getdata_rawchunk(r->elf, (int64_t)p->p_offset, p->p_filesz,
				    ELF_T_BYTE);
	if (data)
		read_notes(r, data, p->p_align);
}

static bool read_segments(struct elfreader *r)
{
	struct elfread *out = r->out;
	size_t n;

	if (elf_getphdrnum(r->elf, &n) != 0 || n > MAX_PHDRS)
		return elfread_fail(r->err, "bad program headers", 0);
	out->segments = mem_alloc(n * sizeof(*out->segments));
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(r->elf, (int)i, &p))
			return elfread_fail(r->err, "bad program headers", 0);
		if (p.p_type == PT_LOAD)
			out->segments[out->n_segments++] =
				(struct elfread_segment){p.p_offset, p.p_filesz,
							 p.p_vaddr,
							 p.p_flags & PF_X};
		if (p.p_type == PT_NOTE)
			read_note_segment(r, &p);
	}
	return true;
}

/* The section's bytes, if they are there and within the limit. */
Elf_Data *elfread_data(Elf_Scn *scn, const GElf_Shdr *sh, size_t limit)
{
	if (sh->sh_size > limit || sh->sh_type == SHT_NOBITS ||
	    (sh->sh_flags & SHF_COMPRESSED))
		return NULL;
	return elf_getdata(scn, NULL);
}

static void read_note_section(struct elfreader *r, Elf_Scn *scn,
			      const GElf_Shdr *sh)
{
	Elf_Data *data;

	if (sh->sh_size > r->note_room || (sh->sh_flags & SHF_COMPRESSED))
		return;
	r->note_room -= sh->sh_size;
	data = elf_rawdata(scn, NULL);
	if (data)
		read_notes(r, data, sh->sh_addralign);
}

bool elfread_sections(struct elfreader *r)
{
	bool has_id = r->out->gnu_id.n > 0;
	size_t n;

	if (elf_getshdrnum(r->elf, &n) != 0)
		return elfread_fail(r->err, "bad section headers", 0);
	if (elf_getshdrstrndx(r->elf, &r->names) != 0)
		r->names = 0;
	r->sections = mem_zalloc(n * sizeof(*r->sections));
	r->n_sections = n;
	for (size_t i = 0; i < n; i++) {
		Elf_Scn *scn = elf_getscn(r->elf, i);
		GElf_Shdr sh;

		if (!scn || !gelf_getshdr(scn, &sh))
			return elfread_fail(r->err, "bad section headers", 0);
		r->sections[i] = (struct elfreader_section){
			sh.sh_addr, sh.sh_addr + sh.sh_size,
			sh.sh_flags & SHF_ALLOC, sh.sh_flags & SHF_EXECINSTR};
		if (sh.sh_type == SHT_NOTE && !has_id)
			read_note_section(r, scn, &sh);
	}
	return true;
}

/* Mapping symbols of the ARM and RISC-V ABIs: `$x`, `$d.3`. */
static bool is_mapping_symbol(sv name)
{
	return name.n >= 2 && name.p[0] == '$' &&
	       strchr("adtx", name.p[1]) != NULL &&
	       (name.n == 2 || name.p[2] == '.' || name.p[1] == 'x');
}

static bool set_type(struct symtab_sym *s, const GElf_Sym *sym,
		     const struct elfreader_section *in)
{
	switch (GELF_ST_TYPE(sym->st_info)) {
	case STT_FUNC:
		s->type = SYMTAB_FUNC;
		return in->alloc;
	case STT_GNU_IFUNC:
		s->type = SYMTAB_IFUNC;
		return in->alloc;
	case STT_NOTYPE:
		s->type = SYMTAB_NOTYPE;
		return in->exec && !is_mapping_symbol(s->name);
	default:
		return false;
	}
}

static enum symtab_bind bind_of(const GElf_Sym *sym)
{
	switch (GELF_ST_BIND(sym->st_info)) {
	case STB_LOCAL:
		return SYMTAB_LOCAL;
	case STB_WEAK:
		return SYMTAB_WEAK;
	default: /* STB_GNU_UNIQUE and whatever else is seen from outside */
		return SYMTAB_GLOBAL;
	}
}

/* False: covers no code, or (counted) makes no sense. */
static bool make_sym(struct elfreader *r, const GElf_Sym *sym, size_t shndx,
		     const Elf_Data *strings, struct symtab_sym *s)
{
	const struct elfreader_section *in;
	const char *p = strings->d_buf;
	size_t room;

	if (shndx == SHN_UNDEF || sym->st_name == 0)
		return false;
	if (shndx >= r->n_sections || sym->st_name >= strings->d_size) {
		r->out->bad_symbols++;
		return false;
	}
	in = &r->sections[shndx];
	room = strings->d_size - sym->st_name;
	p += sym->st_name;
	*s = (struct symtab_sym){
		.name = {p, strnlen(p, MIN(room, SYMTAB_MAX_NAME))},
		.start = sym->st_value,
		.size = sym->st_size,
		.limit = in->end,
		.bind = bind_of(sym),
	};
	if (r->ehdr.e_machine == EM_ARM)
		s->start &= ~(uint64_t)1; /* Thumb */
	if (!s->name.n || !set_type(s, sym, in))
		return false;
	if (s->start >= in->addr && s->start < in->end)
		return true;
	/* A label may stand at a section's end: __stop_x, _etext. */
	r->out->bad_symbols += s->type != SYMTAB_NOTYPE;
	return false;
}

/* One symbol table with what belongs to it. */
struct table_data {
	Elf_Data *symbols, *strings;
	Elf_Data *versions; /* or NULL; .gnu.version, of .dynsym */
	Elf_Data *indices;  /* or NULL; SHT_SYMTAB_SHNDX, of .symtab */
};

static bool read_table(struct elfreader *r, const struct table_data *t)
{
	size_t one = gelf_fsize(r->elf, ELF_T_SYM, 1, EV_CURRENT);
	size_t n = one ? t->symbols->d_size / one : 0;

	for (size_t i = 1; i < n; i++) {
		struct symtab_sym s;
		GElf_Sym sym;
		GElf_Versym version;
		Elf32_Word xindex = 0;
		size_t shndx;

		if (!gelf_getsymshndx(t->symbols, t->indices, (int)i, &sym,
				      &xindex))
			break;
		shndx = sym.st_shndx == SHN_XINDEX ? xindex : sym.st_shndx;
		if (sym.st_shndx >= SHN_LORESERVE && !xindex)
			continue; /* absolute, common */
		if (!make_sym(r, &sym, shndx, t->strings, &s))
			continue;
		if (t->versions &&
		    gelf_getversym(t->versions, (int)i, &version))
			s.hidden_version = version & HIDDEN_VERSION;
		if (!symtab_add(&r->out->symbols, &s))
			return elfread_fail(r->err, "too many symbols", 0);
	}
	return true;
}

/* The first section of a type that is linked to `link` (0: any). */
Elf_Scn *elfread_find(struct elfreader *r, GElf_Word type, size_t link,
		      GElf_Shdr *sh)
{
	for (size_t i = 1; i < r->n_sections; i++) {
		Elf_Scn *scn = elf_getscn(r->elf, i);

		if (scn && gelf_getshdr(scn, sh) && sh->sh_type == type &&
		    (!link || sh->sh_link == link))
			return scn;
	}
	return NULL;
}

static Elf_Data *find_data(struct elfreader *r, GElf_Word type, size_t link)
{
	GElf_Shdr sh;
	Elf_Scn *scn = elfread_find(r, type, link, &sh);

	return scn ? elfread_data(scn, &sh, ELFREAD_MAX_SYMTAB) : NULL;
}

bool elfread_symbols_of(struct elfreader *r, GElf_Word type)
{
	struct table_data t = {0};
	GElf_Shdr sh, strings;
	Elf_Scn *scn = elfread_find(r, type, 0, &sh), *str;

	if (!scn)
		return true;
	if (sh.sh_size > ELFREAD_MAX_SYMTAB)
		return elfread_fail(r->err, "too many symbols", 0);
	str = elf_getscn(r->elf, sh.sh_link);
	if (!str || !gelf_getshdr(str, &strings) ||
	    strings.sh_type != SHT_STRTAB)
		return true;
	t.symbols = elfread_data(scn, &sh, ELFREAD_MAX_SYMTAB);
	t.strings = elfread_data(str, &strings, ELFREAD_MAX_STRTAB);
	if (!t.symbols || !t.strings || !t.strings->d_buf)
		return true;
	if (type == SHT_DYNSYM)
		t.versions = find_data(r, SHT_GNU_versym, elf_ndxscn(scn));
	else
		t.indices = find_data(r, SHT_SYMTAB_SHNDX, elf_ndxscn(scn));
	return read_table(r, &t);
}

/*
 * Looks at the raw header before libelf does: with e_shnum 0 the number of
 * sections is a 64-bit field of the first, and libelf allocates for as many.
 * Only object files need it.
 */
bool elfread_header_sane(int fd, struct rt_err *err)
{
	unsigned char h[64] = {0};
	static const unsigned char zero[8];
	ssize_t got = pread(fd, h, sizeof(h), 0);
	bool is64 = h[EI_CLASS] == ELFCLASS64;

	if (got < 52 || memcmp(h, ELFMAG, SELFMAG) != 0 ||
	    (is64 && got < (ssize_t)sizeof(h)))
		return elfread_fail(err, "not an ELF file", 0);
	if (is64 ? memcmp(h + 40, zero, 8) && !memcmp(h + 60, zero, 2)
		 : memcmp(h + 32, zero, 4) && !memcmp(h + 48, zero, 2))
		return elfread_fail(err, "too many sections", 0);
	return true;
}

bool elfread_usable(struct elfreader *r)
{
	if (!r->elf || elf_kind(r->elf) != ELF_K_ELF ||
	    !gelf_getehdr(r->elf, &r->ehdr))
		return elfread_fail(r->err, "not an ELF file", 0);
	if (r->ehdr.e_type == ET_CORE)
		return elfread_fail(r->err, "a core file has no functions", 0);
	return true;
}

static bool open_elf(struct elfreader *r, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return elfread_fail(r->err, "cannot read file", errno);
	r->out->size = (uint64_t)st.st_size;
	if (r->out->size > ELFREAD_MAX_FILE)
		return elfread_fail(r->err, "file is too large", EFBIG);
	if (!elfread_header_sane(fd, r->err))
		return false;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return elfread_fail(r->err, "libelf is too old", 0);
	r->elf = r->out->elf = elf_begin(fd, ELF_C_READ, NULL);
	return elfread_usable(r);
}

static bool open_headers(struct elfreader *r, int fd)
{
	return open_elf(r, fd) && read_segments(r) && elfread_sections(r);
}

bool elfread_digest(int fd, uint8_t out[KEYHASH_LEN])
{
	struct elfread e = {.debug_fd = -1};
	struct rt_err ignored;
	struct elfreader r = {
		.note_room = ELFREAD_MAX_NOTES, .out = &e, .err = &ignored};
	bool ok;

	if (open_headers(&r, fd))
		elfdigest_make(&r);
	mem_free(r.sections);
	ok = e.has_digest;
	memcpy(out, e.digest, KEYHASH_LEN);
	elfread_release(&e);
	return ok;
}

bool elfread_file(int fd, const struct debugdirs *debug, struct elfread *out,
		  struct rt_err *err)
{
	struct elfreader r = {
		.note_room = ELFREAD_MAX_NOTES, .out = out, .err = err};
	bool ok;

	*out = (struct elfread){.debug_fd = -1};
	ok = open_headers(&r, fd);
	out->go = out->go_id.n > 0;
	/* An object file's values count from sections, not segments. */
	if (ok && r.ehdr.e_type != ET_REL)
		ok = elfread_symbols_of(&r, SHT_SYMTAB) &&
		     elfread_symbols_of(&r, SHT_DYNSYM) &&
		     elfmore_read(&r, debug) && elfplt_read(&r);
	if (ok)
		elfdigest_make(&r);
	mem_free(r.sections);
	return ok;
}

void elfread_release(struct elfread *e)
{
	elf_end(e->elf);
	elf_end(e->debug_elf);
	if (e->debug_fd >= 0)
		close(e->debug_fd);
	mem_free((char *)e->unpacked.p);
	mem_free(e->segments);
	symtab_drop(&e->symbols);
	arena_release(&e->names);
	*e = (struct elfread){.debug_fd = -1};
}

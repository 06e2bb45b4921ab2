/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/elfread.h"

#include <endian.h>
#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "symbol/pclntab.h"
#include "symbol/xzdata.h"

enum {
	MAX_PHDRS = 4096,
	MAX_ID = 256, /* bytes; GNU's is 20, Go's text 83 */
	NT_GO_BUILD_ID = 4,
	HIDDEN_VERSION = 0x8000,
};

struct section {
	uint64_t addr, end;
	bool alloc, exec;
};

struct reader {
	Elf *elf;
	GElf_Ehdr ehdr;
	struct section *sections;
	size_t n_sections;
	size_t names; /* index of the section with the names of sections */
	size_t note_room; /* bytes of notes that may still be read */
	struct elfread *out;
	struct rt_err *err;
};

static bool fail(struct rt_err *err, const char *msg, int sys_errno)
{
	*err = (struct rt_err){.sys_errno = sys_errno, .msg = msg};
	return false;
}

static uint32_t word(const struct reader *r, const char *p)
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
static void read_notes(struct reader *r, const Elf_Data *data, uint64_t align)
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
static void read_note_segment(struct reader *r, const GElf_Phdr *p)
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

static bool read_segments(struct reader *r)
{
	struct elfread *out = r->out;
	size_t n;

	if (elf_getphdrnum(r->elf, &n) != 0 || n > MAX_PHDRS)
		return fail(r->err, "bad program headers", 0);
	out->segments = mem_alloc(n * sizeof(*out->segments));
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(r->elf, (int)i, &p))
			return fail(r->err, "bad program headers", 0);
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
static Elf_Data *section_data(Elf_Scn *scn, const GElf_Shdr *sh, size_t limit)
{
	if (sh->sh_size > limit || sh->sh_type == SHT_NOBITS ||
	    (sh->sh_flags & SHF_COMPRESSED))
		return NULL;
	return elf_getdata(scn, NULL);
}

static void read_note_section(struct reader *r, Elf_Scn *scn,
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

static bool read_sections(struct reader *r)
{
	bool has_id = r->out->gnu_id.n > 0;
	size_t n;

	if (elf_getshdrnum(r->elf, &n) != 0)
		return fail(r->err, "bad section headers", 0);
	if (elf_getshdrstrndx(r->elf, &r->names) != 0)
		r->names = 0;
	r->sections = mem_zalloc(n * sizeof(*r->sections));
	r->n_sections = n;
	for (size_t i = 0; i < n; i++) {
		Elf_Scn *scn = elf_getscn(r->elf, i);
		GElf_Shdr sh;

		if (!scn || !gelf_getshdr(scn, &sh))
			return fail(r->err, "bad section headers", 0);
		r->sections[i] = (struct section){
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
		     const struct section *in)
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
static bool make_sym(struct reader *r, const GElf_Sym *sym, size_t shndx,
		     const Elf_Data *strings, struct symtab_sym *s)
{
	const struct section *in;
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

static bool read_table(struct reader *r, const struct table_data *t)
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
			return fail(r->err, "too many symbols", 0);
	}
	return true;
}

/* The first section of a type that is linked to `link` (0: any). */
static Elf_Scn *find_section(struct reader *r, GElf_Word type, size_t link,
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

static Elf_Data *find_data(struct reader *r, GElf_Word type, size_t link)
{
	GElf_Shdr sh;
	Elf_Scn *scn = find_section(r, type, link, &sh);

	return scn ? section_data(scn, &sh, ELFREAD_MAX_SYMTAB) : NULL;
}

static bool read_symbols_of(struct reader *r, GElf_Word type)
{
	struct table_data t = {0};
	GElf_Shdr sh, strings;
	Elf_Scn *scn = find_section(r, type, 0, &sh), *str;

	if (!scn)
		return true;
	if (sh.sh_size > ELFREAD_MAX_SYMTAB)
		return fail(r->err, "too many symbols", 0);
	str = elf_getscn(r->elf, sh.sh_link);
	if (!str || !gelf_getshdr(str, &strings) ||
	    strings.sh_type != SHT_STRTAB)
		return true;
	t.symbols = section_data(scn, &sh, ELFREAD_MAX_SYMTAB);
	t.strings = section_data(str, &strings, ELFREAD_MAX_STRTAB);
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
static bool header_sane(int fd, struct rt_err *err)
{
	unsigned char h[64] = {0};
	static const unsigned char zero[8];
	ssize_t got = pread(fd, h, sizeof(h), 0);
	bool is64 = h[EI_CLASS] == ELFCLASS64;

	if (got < 52 || memcmp(h, ELFMAG, SELFMAG) != 0 ||
	    (is64 && got < (ssize_t)sizeof(h)))
		return fail(err, "not an ELF file", 0);
	if (is64 ? memcmp(h + 40, zero, 8) && !memcmp(h + 60, zero, 2)
		 : memcmp(h + 32, zero, 4) && !memcmp(h + 48, zero, 2))
		return fail(err, "too many sections", 0);
	return true;
}

static bool is_usable(struct reader *r)
{
	if (!r->elf || elf_kind(r->elf) != ELF_K_ELF ||
	    !gelf_getehdr(r->elf, &r->ehdr))
		return fail(r->err, "not an ELF file", 0);
	if (r->ehdr.e_type == ET_CORE)
		return fail(r->err, "a core file has no functions", 0);
	return true;
}

static bool open_elf(struct reader *r, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail(r->err, "cannot read file", errno);
	r->out->size = (uint64_t)st.st_size;
	if (r->out->size > ELFREAD_MAX_FILE)
		return fail(r->err, "file is too large", EFBIG);
	if (!header_sane(fd, r->err))
		return false;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return fail(r->err, "libelf is too old", 0);
	r->elf = r->out->elf = elf_begin(fd, ELF_C_READ, NULL);
	return is_usable(r);
}

/* --- symbols from elsewhere ---------------------------------------------- */

/* The section's bytes as they are in the file; empty: not there. */
static sv named_section(struct reader *r, const char *name, size_t limit)
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
		data = section_data(scn, &sh, limit);
		return data && data->d_buf ? (sv){data->d_buf, data->d_size}
					   : SV_NULL;
	}
	return SV_NULL;
}

/*
 * Another ELF file with symbols of this one: it has its sections' headers, but
 * not their contents.
 */
static bool read_other(struct reader *r, Elf *elf, bool same_id)
{
	struct elfread ids = {0};
	struct reader other = {.elf = elf,
			       .note_room = ELFREAD_MAX_NOTES,
			       .out = &ids,
			       .err = r->err};
	struct rt_err ignored;
	bool ok;

	other.err = &ignored;
	ok = is_usable(&other) && other.ehdr.e_machine == r->ehdr.e_machine &&
	     read_sections(&other) &&
	     (!same_id || (ids.gnu_id.n && sv_eq(ids.gnu_id, r->out->gnu_id)));
	other.out = r->out;
	ok = ok && read_symbols_of(&other, SHT_SYMTAB);
	mem_free(other.sections);
	return ok;
}

static void read_debugdata(struct reader *r)
{
	sv packed = named_section(r, ".gnu_debugdata", ELFREAD_MAX_SYMTAB);

	if (!packed.n)
		return;
	r->out->unpacked = xzdata_unpack(packed, ELFREAD_MAX_UNPACKED);
	if (!r->out->unpacked.n)
		return;
	r->out->debug_elf = elf_memory((char *)r->out->unpacked.p,
				       r->out->unpacked.n);
	if (r->out->debug_elf)
		read_other(r, r->out->debug_elf, false);
}

static bool read_debug_file(struct reader *r, int fd)
{
	struct rt_err ignored;

	if (fd < 0 || !header_sane(fd, &ignored))
		return false;
	r->out->debug_elf = elf_begin(fd, ELF_C_READ, NULL);
	if (r->out->debug_elf && read_other(r, r->out->debug_elf, true))
		return true;
	elf_end(r->out->debug_elf);
	r->out->debug_elf = NULL;
	return false;
}

/* Where the code at this address ends: of its section, else its segment. */
static uint64_t code_end(const struct reader *r, uint64_t addr)
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
static uint64_t text_start(struct reader *r)
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

static bool add_go_functions(struct reader *r, struct pclntab *t)
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
			return fail(r->err, "too many symbols", 0);
	}
	r->out->go = true;
	return true;
}

/* Without section headers: in what is mapped and no code. */
static bool search_pclntab(struct reader *r, struct pclntab *t)
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

static bool read_pclntab(struct reader *r)
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
static bool read_more(struct reader *r, int debug_fd)
{
	GElf_Shdr sh;

	if (find_section(r, SHT_SYMTAB, 0, &sh))
		return true;
	if (!read_debug_file(r, debug_fd))
		read_debugdata(r);
	return read_pclntab(r);
}

bool elfread_file(int fd, int debug_fd, struct elfread *out, struct rt_err *err)
{
	struct reader r = {
		.note_room = ELFREAD_MAX_NOTES, .out = out, .err = err};
	bool ok;

	*out = (struct elfread){0};
	ok = open_elf(&r, fd) && read_segments(&r) && read_sections(&r);
	out->go = out->go_id.n > 0;
	/* An object file's values count from sections, not segments. */
	if (ok && r.ehdr.e_type != ET_REL)
		ok = read_symbols_of(&r, SHT_SYMTAB) &&
		     read_symbols_of(&r, SHT_DYNSYM) &&
		     read_more(&r, debug_fd);
	mem_free(r.sections);
	return ok;
}

void elfread_release(struct elfread *e)
{
	elf_end(e->elf);
	elf_end(e->debug_elf);
	mem_free((char *)e->unpacked.p);
	mem_free(e->segments);
	symtab_drop(&e->symbols);
	*e = (struct elfread){0};
}

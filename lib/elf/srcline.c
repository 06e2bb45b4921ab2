/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/srcline.h"

#include <dwarf.h>
#include <time.h>

#include "base/mem.h"
#include "elf/addrmap.h"
#include "elf/debugfile.h"

enum {
	ORIGINS = 16,  /* of a name: abstract instance, declaration, ... */
	LINE_ROW = 64, /* bytes that libdw keeps for a row, about */
	UNIT = 256,    /* bytes that libdw keeps for a unit, about */
	CLOCK_STEPS = 256,
	LIST_STEPS = 16, /* a call may read a long list of nothing */
};

/* What was inlined into a function, in the order of the entries. */
struct function {
	Dwarf_Off die;
	bool walked;
	struct addrmap scopes;
};

struct unit {
	Dwarf_Off die, end; /* of the first entry, behind the last */
	bool lines_known, lines_usable;
	bool indexed;
	struct function *functions;
	size_t n_functions, cap_functions;
	struct addrmap code; /* of functions */
};

struct srcline {
	struct debugfile file;
	struct unit *units;
	size_t n_units, cap_units;
	struct addrmap code; /* of units */
	size_t bytes;	     /* beside the file's */
	size_t n_ranges;
	bool given_up;
	struct timespec since; /* the work at hand began */
	unsigned int steps;
};

/* --- limits ------------------------------------------------------------- */

static void begin_work(struct srcline *s)
{
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &s->since);
}

static void check_time(struct srcline *s)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	if (now.tv_sec - s->since.tv_sec > SRCLINE_SECONDS)
		s->given_up = true;
}

static void step(struct srcline *s, unsigned int weight)
{
	s->steps += weight;
	if (s->steps < CLOCK_STEPS)
		return;
	s->steps = 0;
	check_time(s);
}

static size_t room_in(const Elf_Data *d, const char *p)
{
	const char *start = d ? d->d_buf : NULL;

	return start && p >= start && p < start + d->d_size
		       ? d->d_size - (size_t)(p - start)
		       : SIZE_MAX;
}

/* libdw does not look whether a text between the entries ends there. */
static sv text(const struct srcline *s, const char *p)
{
	size_t room = SRCLINE_MAX_TEXT + 1, n;

	if (!p)
		return SV_NULL;
	room = MIN(room, room_in(s->file.info, p));
	room = MIN(room, room_in(s->file.alt_info, p));
	n = strnlen(p, room);
	return n < room ? (sv){p, n} : SV_NULL;
}

/* --- ranges ------------------------------------------------------------- */

/*
 * Adds the ranges of an entry, room permitting. Linkers leave 0 or 1 as the
 * start of what they threw away.
 */
static void add_ranges(struct srcline *s, struct addrmap *m, Dwarf_Die *die,
		       uint64_t what, int depth)
{
	Dwarf_Addr base = 0, low, high;
	size_t before = addrmap_bytes(m);
	ptrdiff_t at = 0;

	while (s->n_ranges < SRCLINE_MAX_RANGES && !s->given_up &&
	       (at = dwarf_ranges(die, at, &base, &low, &high)) > 0) {
		if (at > 1)
			step(s, LIST_STEPS);
		if (low <= 1 || low >= high)
			continue;
		addrmap_add(m, (struct addrmap_range){low, high, what, depth});
		s->n_ranges++;
	}
	s->bytes += addrmap_bytes(m) - before;
}

/* --- a walk over the entries of a unit ---------------------------------- */

/*
 * In the order of the file, one by one. DW_AT_sibling is not followed over
 * children: it may lead back, and libdw would go round for ever.
 */
struct walk {
	Dwarf_Die die;
	int depth; /* below the first */
	const char *end;
};

static struct walk walk_at(const Dwarf_Die *first, const struct unit *u,
			   Dwarf_Off off)
{
	return (struct walk){.die = *first,
			     .end = (const char *)first->addr + (u->end - off)};
}

/* To the entry at p, where lists may end before. */
static bool walk_to(struct walk *w, const char *p, Dwarf_Die *next)
{
	while (p < w->end && *p == '\0') {
		p++;
		w->depth--;
	}
	if (p >= w->end || p <= (const char *)w->die.addr)
		return false;
	*next = (Dwarf_Die){.cu = w->die.cu, .addr = (void *)(uintptr_t)p};
	w->die = *next;
	return w->depth > 0;
}

static bool walk_next(struct walk *w)
{
	Dwarf_Die next = {0};
	int r = dwarf_child(&w->die, &next);

	if (r == 0)
		w->depth++;
	else if (r < 0 || dwarf_siblingof(&w->die, &next) < 0)
		return false;
	return next.addr && walk_to(w, next.addr, &next);
}

/* --- opening ------------------------------------------------------------ */

static void add_unit(struct srcline *s, Dwarf_Off die_off, Dwarf_Off end)
{
	Dwarf_Die die;
	int tag;

	if (!dwarf_offdie(s->file.dwarf, die_off, &die))
		return;
	tag = dwarf_tag(&die);
	if (tag != DW_TAG_compile_unit && tag != DW_TAG_skeleton_unit)
		return;
	if (s->n_units == s->cap_units) {
		s->cap_units = s->cap_units ? 2 * s->cap_units : 16;
		s->units =
			mem_realloc(s->units, s->cap_units * sizeof(*s->units));
	}
	add_ranges(s, &s->code, &die, s->n_units, 0);
	s->units[s->n_units++] = (struct unit){.die = die_off, .end = end};
}

static void index_units(struct srcline *s)
{
	Dwarf_Off off = 0, next;
	size_t header;

	/* The last unit's length may be any. */
	while (!s->given_up && s->file.info && off < s->file.info->d_size &&
	       s->n_ranges < SRCLINE_MAX_RANGES &&
	       dwarf_next_unit(s->file.dwarf, off, &next, &header, NULL, NULL,
			       NULL, NULL, NULL, NULL) == 0 &&
	       next > off && next - off > header) {
		step(s, 1);
		add_unit(s, off + header, MIN(next, s->file.info->d_size));
		off = next;
	}
	addrmap_sort(&s->code);
	s->bytes += s->cap_units * sizeof(*s->units) + s->n_units * UNIT;
}

struct srcline *srcline_open(int fd, const struct debugdirs *debug, sv build_id,
			     size_t max_bytes)
{
	struct srcline *s = mem_zalloc(sizeof(*s));

	s->bytes = sizeof(*s);
	begin_work(s);
	if (debugfile_open(&s->file, fd, debug, build_id, max_bytes)) {
		index_units(s);
		if (s->code.n && !s->given_up)
			return s;
	}
	srcline_free(s);
	return NULL;
}

static void free_unit(struct unit *u)
{
	for (size_t i = 0; i < u->n_functions; i++)
		addrmap_release(&u->functions[i].scopes);
	mem_free(u->functions);
	addrmap_release(&u->code);
}

void srcline_free(struct srcline *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_units; i++)
		free_unit(&s->units[i]);
	mem_free(s->units);
	addrmap_release(&s->code);
	debugfile_close(&s->file);
	mem_free(s);
}

size_t srcline_bytes(const struct srcline *s)
{
	return s->bytes + s->file.bytes;
}

/* --- lines -------------------------------------------------------------- */

static uint64_t number(const struct srcline *s, const unsigned char *p,
		       size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[s->file.big_endian ? i : n - 1 - i];
	return v;
}

/* libdw takes memory for each row of a table, before anyone can count them. */
static bool table_fits(struct srcline *s, Dwarf_Die *cu)
{
	const Elf_Data *d = s->file.lines;
	const unsigned char *p;
	Dwarf_Attribute attr;
	uint64_t size;
	Dwarf_Word at;

	if (!d || !d->d_buf ||
	    dwarf_formudata(dwarf_attr(cu, DW_AT_stmt_list, &attr), &at) != 0 ||
	    d->d_size < 12 || at > d->d_size - 12)
		return false;
	p = (const unsigned char *)d->d_buf + at;
	size = number(s, p, 4);
	if (size == UINT32_MAX)
		size = number(s, p + 4, 8);
	return size <= SRCLINE_MAX_LINES;
}

static bool has_lines(struct srcline *s, struct unit *u, Dwarf_Die *cu)
{
	Dwarf_Lines *lines;
	size_t n;

	if (!u->lines_known) {
		u->lines_known = true;
		u->lines_usable = table_fits(s, cu) &&
				  dwarf_getsrclines(cu, &lines, &n) == 0;
		if (u->lines_usable)
			s->bytes += n * LINE_ROW;
	}
	return u->lines_usable;
}

static void find_line(struct srcline *s, Dwarf_Die *cu, uint64_t vaddr,
		      struct srcline_hit *out)
{
	Dwarf_Line *line = dwarf_getsrc_die(cu, vaddr);
	int n;

	if (!line)
		return;
	out->file = text(s, dwarf_linesrc(line, NULL, NULL));
	if (dwarf_lineno(line, &n) == 0 && n > 0)
		out->line = (uint32_t)n;
}

/* --- functions ---------------------------------------------------------- */

static void add_function(struct srcline *s, struct unit *u, Dwarf_Die *die)
{
	size_t before = u->code.n;

	add_ranges(s, &u->code, die, u->n_functions, 0);
	if (u->code.n == before)
		return;
	if (u->n_functions == u->cap_functions) {
		u->cap_functions = u->cap_functions ? 2 * u->cap_functions : 8;
		u->functions = mem_realloc(
			u->functions, u->cap_functions * sizeof(*u->functions));
	}
	u->functions[u->n_functions++] =
		(struct function){.die = dwarf_dieoffset(die)};
	s->bytes += sizeof(*u->functions);
}

/* Those of a unit that have code, nested ones and methods as well. */
static void index_functions(struct srcline *s, struct unit *u, Dwarf_Die *cu)
{
	struct walk w = walk_at(cu, u, u->die);

	u->indexed = true;
	begin_work(s);
	while (!s->given_up && walk_next(&w)) {
		step(s, 1);
		if (dwarf_tag(&w.die) == DW_TAG_subprogram)
			add_function(s, u, &w.die);
	}
	addrmap_sort(&u->code);
}

/* Once, so that the next place in the function is found in an array. */
static void index_scopes(struct srcline *s, struct unit *u, struct function *f,
			 const Dwarf_Die *die)
{
	struct walk w = walk_at(die, u, f->die);

	f->walked = true;
	begin_work(s);
	for (size_t i = 0; i < SRCLINE_MAX_ENTRIES && !s->given_up; i++) {
		if (!walk_next(&w))
			break;
		step(s, 1);
		if (dwarf_tag(&w.die) == DW_TAG_inlined_subroutine)
			add_ranges(s, &f->scopes, &w.die,
				   dwarf_dieoffset(&w.die), w.depth);
	}
}

struct chain {
	const struct addrmap_range *v[SRCLINE_MAX_INLINED];
	size_t n;
};

/* Outermost first. */
static void find_chain(const struct addrmap *scopes, uint64_t vaddr,
		       struct chain *c)
{
	c->n = 0;
	for (size_t i = 0; i < scopes->n; i++) {
		const struct addrmap_range *r = &scopes->v[i];

		if (vaddr < r->low || vaddr >= r->high)
			continue;
		while (c->n && c->v[c->n - 1]->depth >= r->depth)
			c->n--;
		if (c->n < ARRAY_LEN(c->v))
			c->v[c->n++] = r;
	}
}

/* The entry's, or that of what it is an instance of. */
static sv name_of(const struct srcline *s, const Dwarf_Die *entry,
		  bool *mangled)
{
	static const unsigned int names[] = {
		DW_AT_linkage_name, DW_AT_MIPS_linkage_name, DW_AT_name};
	Dwarf_Die die = *entry;
	Dwarf_Attribute a;
	sv plain = SV_NULL;

	for (int i = 0; i < ORIGINS; i++) {
		for (size_t k = 0; k < ARRAY_LEN(names); k++) {
			sv name = text(s, dwarf_formstring(dwarf_attr(
						  &die, names[k], &a)));

			*mangled = names[k] != DW_AT_name;
			if (name.n && *mangled)
				return name;
			if (name.n && !plain.n)
				plain = name;
		}
		if (!dwarf_attr(&die, DW_AT_abstract_origin, &a) &&
		    !dwarf_attr(&die, DW_AT_specification, &a))
			break;
		if (!dwarf_formref_die(&a, &die))
			break;
	}
	*mangled = false;
	return plain;
}

static void put_inlined(const struct srcline *s, Dwarf_Die *die,
			Dwarf_Files *files, size_t n_files,
			struct srcline_inlined *out)
{
	Dwarf_Attribute a;
	Dwarf_Word v;

	*out = (struct srcline_inlined){0};
	out->name = name_of(s, die, &out->mangled);
	if (dwarf_formudata(dwarf_attr(die, DW_AT_call_line, &a), &v) == 0 &&
	    v <= INT32_MAX)
		out->call_line = (uint32_t)v;
	if (dwarf_formudata(dwarf_attr(die, DW_AT_call_file, &a), &v) == 0 &&
	    v < n_files)
		out->call_file = text(s, dwarf_filesrc(files, v, NULL, NULL));
}

static void find_inlined(struct srcline *s, struct unit *u, Dwarf_Die *cu,
			 uint64_t vaddr, struct srcline_hit *out)
{
	const struct addrmap_range *r;
	Dwarf_Files *files = NULL;
	size_t n_files = 0;
	struct function *f;
	struct chain c;
	Dwarf_Die die;

	if (!u->indexed)
		index_functions(s, u, cu);
	r = s->given_up ? NULL : addrmap_find(&u->code, vaddr);
	if (!r)
		return;
	f = &u->functions[r->what];
	if (!f->walked && dwarf_offdie(s->file.dwarf, f->die, &die))
		index_scopes(s, u, f, &die);
	find_chain(&f->scopes, vaddr, &c);
	if (c.n && u->lines_usable &&
	    dwarf_getsrcfiles(cu, &files, &n_files) != 0)
		n_files = 0;
	while (c.n)
		if (dwarf_offdie(s->file.dwarf, c.v[--c.n]->what, &die))
			put_inlined(s, &die, files, n_files,
				    &out->inlined[out->n++]);
}

bool srcline_find(struct srcline *s, uint64_t vaddr, bool inlines,
		  struct srcline_hit *out)
{
	const struct addrmap_range *r;
	Dwarf_Attribute a;
	const char *dir;
	struct unit *u;
	Dwarf_Die cu;

	out->directory = out->file = SV_NULL;
	out->line = 0;
	out->n = 0;
	r = s->given_up ? NULL : addrmap_find(&s->code, vaddr);
	if (!r)
		return false;
	u = &s->units[r->what];
	if (!dwarf_offdie(s->file.dwarf, u->die, &cu))
		return false;
	/* libdw would read on behind one that does not end. */
	dir = dwarf_formstring(dwarf_attr(&cu, DW_AT_comp_dir, &a));
	out->directory = text(s, dir);
	if ((!dir || out->directory.p) && has_lines(s, u, &cu))
		find_line(s, &cu, vaddr, out);
	if (inlines)
		find_inlined(s, u, &cu, vaddr, out);
	return out->file.n || out->n;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/srcline.h"

#include <dwarf.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "symbol/debugfile.h"

enum {
	ORIGINS = 16,  /* of a name: abstract instance, declaration, ... */
	OVERLAPS = 64, /* ranges that may hide one below */
	LINE_ROW = 64, /* bytes that libdw keeps for a row, about */
	UNIT = 256,    /* bytes that libdw keeps for a unit, about */
	CLOCK_STEPS = 256,
};

struct range {
	uint64_t low, high;
	uint64_t what; /* index of a unit, or offset of a function's entry */
};

struct ranges {
	struct range *v;
	size_t n, cap;
};

struct unit {
	Dwarf_Off die, end; /* of the first entry, behind the last */
	bool lines_known, lines_usable;
	bool indexed;
	struct ranges functions;
};

struct srcline {
	struct debugfile file;
	struct unit *units;
	size_t n_units, cap_units;
	struct ranges ranges; /* of units */
	size_t bytes;	      /* beside the file's */
	size_t n_functions;
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

static void step(struct srcline *s)
{
	if (++s->steps % CLOCK_STEPS == 0)
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

static void push(struct ranges *r, struct range one)
{
	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 8;
		r->v = mem_realloc(r->v, r->cap * sizeof(*r->v));
	}
	r->v[r->n++] = one;
}

/*
 * Adds the ranges of an entry, room permitting. Linkers leave 0 or 1 as the
 * start of what they threw away.
 */
static void add_ranges(struct srcline *s, struct ranges *r, Dwarf_Die *die,
		       uint64_t what, size_t room)
{
	Dwarf_Addr base = 0, low, high;
	ptrdiff_t at = 0;

	while (room && !s->given_up &&
	       (at = dwarf_ranges(die, at, &base, &low, &high)) > 0) {
		if (at > 1)
			check_time(s);
		if (low <= 1 || low >= high)
			continue;
		push(r, (struct range){low, high, what});
		room--;
	}
}

static int by_low(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	/* The narrower one last: it is found first. */
	if (x->high != y->high)
		return x->high > y->high ? -1 : 1;
	return (x->what > y->what) - (x->what < y->what);
}

static void sort(struct ranges *r)
{
	if (r->n)
		qsort(r->v, r->n, sizeof(*r->v), by_low);
}

/* The range that starts last of those that hold the address. */
static const struct range *find(const struct ranges *r, uint64_t addr)
{
	size_t lo = 0, hi = r->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->v[mid].low <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (size_t i = 0; i < OVERLAPS && i < lo; i++)
		if (addr < r->v[lo - 1 - i].high)
			return &r->v[lo - 1 - i];
	return NULL;
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
	add_ranges(s, &s->ranges, &die, s->n_units,
		   SRCLINE_MAX_RANGES - s->ranges.n);
	s->units[s->n_units++] = (struct unit){.die = die_off, .end = end};
}

static void index_units(struct srcline *s)
{
	Dwarf_Off off = 0, next;
	size_t header;

	/* The last unit's length may be any. */
	while (!s->given_up && s->file.info && off < s->file.info->d_size &&
	       s->ranges.n < SRCLINE_MAX_RANGES &&
	       dwarf_next_unit(s->file.dwarf, off, &next, &header, NULL, NULL,
			       NULL, NULL, NULL, NULL) == 0 &&
	       next > off && next - off > header) {
		step(s);
		add_unit(s, off + header, MIN(next, s->file.info->d_size));
		off = next;
	}
	sort(&s->ranges);
	s->bytes += s->cap_units * sizeof(*s->units) + s->n_units * UNIT +
		    s->ranges.cap * sizeof(*s->ranges.v);
}

struct srcline *srcline_open(int fd, const struct debugdirs *debug, sv build_id,
			     size_t max_bytes)
{
	struct srcline *s = mem_zalloc(sizeof(*s));

	s->bytes = sizeof(*s);
	begin_work(s);
	if (debugfile_open(&s->file, fd, debug, build_id, max_bytes)) {
		index_units(s);
		if (s->ranges.n && !s->given_up)
			return s;
	}
	srcline_free(s);
	return NULL;
}

void srcline_free(struct srcline *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_units; i++)
		mem_free(s->units[i].functions.v);
	mem_free(s->units);
	mem_free(s->ranges.v);
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

/* Those of a unit that have code, nested ones and methods as well. */
static void index_functions(struct srcline *s, struct unit *u, Dwarf_Die *cu)
{
	struct walk w = walk_at(cu, u, u->die);

	u->indexed = true;
	begin_work(s);
	while (!s->given_up && walk_next(&w)) {
		step(s);
		if (dwarf_tag(&w.die) == DW_TAG_subprogram)
			add_ranges(s, &u->functions, &w.die,
				   dwarf_dieoffset(&w.die),
				   SRCLINE_MAX_RANGES - s->n_functions);
	}
	sort(&u->functions);
	s->n_functions += u->functions.n;
	s->bytes += u->functions.cap * sizeof(*u->functions.v);
}

struct scope {
	Dwarf_Die die;
	int depth;
};

struct chain {
	struct scope v[SRCLINE_MAX_INLINED];
	size_t n;
};

static bool has_code(int tag)
{
	return tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram ||
	       tag == DW_TAG_lexical_block;
}

/* Outermost first. */
static void find_chain(struct srcline *s, struct walk *w, uint64_t vaddr,
		       struct chain *c)
{
	int outside = 0; /* depth of an entry that does not hold it; 0: none */

	c->n = 0;
	for (size_t i = 0; i < SRCLINE_MAX_ENTRIES && walk_next(w); i++) {
		int tag = dwarf_tag(&w->die);

		if (outside && w->depth > outside)
			continue;
		outside = 0;
		if (!has_code(tag))
			continue;
		if (dwarf_haspc(&w->die, vaddr) <= 0 &&
		    dwarf_hasattr(&w->die, DW_AT_low_pc) +
				    dwarf_hasattr(&w->die, DW_AT_ranges) >
			    0) {
			outside = w->depth;
			continue;
		}
		if (tag != DW_TAG_inlined_subroutine)
			continue;
		while (c->n && c->v[c->n - 1].depth >= w->depth)
			c->n--;
		if (c->n < ARRAY_LEN(c->v))
			c->v[c->n++] = (struct scope){w->die, w->depth};
	}
	step(s);
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
	Dwarf_Files *files = NULL;
	const struct range *f;
	size_t n_files = 0;
	struct chain c;
	struct walk w;
	Dwarf_Die die;

	if (!u->indexed)
		index_functions(s, u, cu);
	f = s->given_up ? NULL : find(&u->functions, vaddr);
	if (!f || !dwarf_offdie(s->file.dwarf, f->what, &die))
		return;
	if (u->lines_usable && dwarf_getsrcfiles(cu, &files, &n_files) != 0)
		n_files = 0;
	w = walk_at(&die, u, f->what);
	find_chain(s, &w, vaddr, &c);
	while (c.n)
		put_inlined(s, &c.v[--c.n].die, files, n_files,
			    &out->inlined[out->n++]);
}

bool srcline_find(struct srcline *s, uint64_t vaddr, bool inlines,
		  struct srcline_hit *out)
{
	const struct range *r;
	Dwarf_Attribute a;
	const char *dir;
	struct unit *u;
	Dwarf_Die cu;

	out->directory = out->file = SV_NULL;
	out->line = 0;
	out->n = 0;
	r = s->given_up ? NULL : find(&s->ranges, vaddr);
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "event/perfscript.h"

#include "base/arena.h"
#include "base/mem.h"

/* No file has offsets like that, and no program is mapped below. */
static const uint64_t RUN_TIME = (uint64_t)1 << 40;

struct mapping {
	uint32_t pid;
	uint64_t start, len, file_offset;
};

struct slot {
	struct sample sample;
	struct arena arena;
	struct adapter_frame frames[SAMPLE_MAX_FRAMES];
};

struct perfscript {
	struct slot slots[2]; /* one is being filled, one was handed out */
	unsigned int now;
	bool open;
	struct mapping *mappings;
	size_t n_mappings;
	uint64_t cut;
};

struct perfscript *perfscript_new(void)
{
	return mem_zalloc(sizeof(struct perfscript));
}

void perfscript_free(struct perfscript *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < ARRAY_LEN(p->slots); i++)
		arena_release(&p->slots[i].arena);
	mem_free(p->mappings);
	mem_free(p);
}

uint64_t perfscript_cut(const struct perfscript *p)
{
	return p->cut;
}

/* --- pieces of a line ---------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static sv trim(sv s)
{
	while (s.n && is_blank(s.p[0]))
		s = sv_from(s, 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static sv next_word(sv *rest)
{
	sv s = trim(*rest), word = s;

	word.n = 0;
	while (word.n < s.n && !is_blank(s.p[word.n]))
		word.n++;
	*rest = sv_from(s, word.n);
	return word;
}

/* All of s in the base; false: empty, other characters, or too large. */
static bool number(sv s, unsigned int base, uint64_t *v)
{
	static const char digits[] = "0123456789abcdef";

	*v = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *d = memchr(digits, s.p[i], base);

		if (!d || *v > (UINT64_MAX - 15) / base)
			return false;
		*v = *v * base + (uint64_t)(d - digits);
	}
	return s.n > 0;
}

/* "name+0x1f" -> "name" and 0x1f. */
static bool cut_offset(sv *s, uint64_t *offset)
{
	size_t plus = sv_rfind(*s, '+');
	sv tail = sv_from(*s, plus == SIZE_MAX ? s->n : plus);

	if (!sv_starts(tail, SV("+0x")) ||
	    !number(sv_from(tail, 3), 16, offset))
		return false;
	*s = sv_first(*s, plus);
	return true;
}

/* "28765.504004:" */
static bool parse_time(sv word, struct timestamp *t)
{
	size_t dot = sv_find(word, '.');
	uint64_t sec, frac;
	sv digits;

	if (dot == SIZE_MAX || !sv_ends(word, SV(":")))
		return false;
	digits = sv_first(sv_from(word, dot + 1), word.n - dot - 2);
	if (digits.n < 6 || digits.n > 9 || !number(digits, 10, &frac) ||
	    !number(sv_first(word, dot), 10, &sec) || sec > UINT32_MAX)
		return false;
	for (size_t i = digits.n; i < 9; i++)
		frac *= 10;
	*t = (struct timestamp){(int64_t)sec, (int32_t)frac};
	return timestamp_valid(*t);
}

/* --- mappings ------------------------------------------------------------ */

/* "6336/6336: [0x55a2477c8000(0x1000) @ 0x1000 fe:00 111 41]: r-xp /p" */
static void add_mapping(struct perfscript *p, sv s)
{
	size_t slash = sv_find(s, '/'), open = sv_find(s, '['),
	       paren = sv_find(s, '('), at = sv_find(s, '@');
	struct mapping m;
	uint64_t pid;
	sv len, from;

	if (slash == SIZE_MAX || open == SIZE_MAX || paren == SIZE_MAX ||
	    at == SIZE_MAX || paren < open + 3 || at < paren + 5)
		return;
	len = sv_first(sv_from(s, paren + 3), at - paren - 5);
	from = sv_from(s, at + 1);
	from = next_word(&from);
	from = sv_first(from, sv_find(from, ']'));
	if (!number(sv_first(s, slash), 10, &pid) || pid > UINT32_MAX ||
	    !number(sv_first(sv_from(s, open + 3), paren - open - 3), 16,
		    &m.start) ||
	    !number(len, 16, &m.len) ||
	    !number(sv_from(from, from.n > 2 ? 2 : 0), 16, &m.file_offset))
		return;
	if (p->n_mappings == PERFSCRIPT_MAX_MAPPINGS) {
		p->cut++;
		return;
	}
	if (!p->mappings)
		p->mappings = mem_alloc(PERFSCRIPT_MAX_MAPPINGS *
					sizeof(*p->mappings));
	m.pid = (uint32_t)pid;
	p->mappings[p->n_mappings++] = m;
}

/* The last mapping there wins. */
static bool to_file_offset(const struct perfscript *p, uint32_t pid,
			   uint64_t addr, uint64_t *offset)
{
	for (size_t i = p->n_mappings; i-- > 0;) {
		const struct mapping *m = &p->mappings[i];

		if (m->pid != pid || addr < m->start ||
		    addr - m->start >= m->len)
			continue;
		*offset = addr - m->start + m->file_offset;
		return true;
	}
	return false;
}

/* --- frames -------------------------------------------------------------- */

/* What perf writes for code without a file; the rest in brackets is kernel. */
static bool is_user_pseudo(sv dso)
{
	static const sv names[] = {
		SV("[vdso]"), SV("[vsyscall]"), SV("[heap]"),	SV("[stack]"),
		SV("[anon]"), SV("[uprobes]"),	SV("[unknown]")};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (sv_eq(dso, names[i]))
			return true;
	return false;
}

/* The name in the last parentheses, cut off rest. */
static sv cut_dso(sv *rest)
{
	sv s = *rest, gone = SV(" (deleted)");
	size_t open;

	if (!sv_ends(s, SV(")")))
		return SV_NULL;
	s.n--;
	open = sv_rfind(sv_ends(s, gone) ? sv_first(s, s.n - gone.n) : s, '(');
	if (open == SIZE_MAX || (open && !is_blank(s.p[open - 1])))
		return SV_NULL;
	*rest = trim(sv_first(s, open));
	return sv_from(s, open + 1);
}

/* Code that a compiler made at run time: the map's name has the pid in it. */
static sv canonical_dso(sv dso)
{
	if (sv_eq(dso, SV("[unknown]")))
		return SV_NULL;
	if (sv_eq(dso, SV("//anon")) ||
	    (sv_starts(dso, SV("/tmp/perf-")) && sv_ends(dso, SV(".map"))))
		return SV("[anon]");
	return dso;
}

static void locate(const struct perfscript *p, uint64_t addr, bool run_time,
		   uint64_t in_symbol, struct adapter_frame *f)
{
	f->has_offset = true;
	f->offset = addr;
	if (!run_time && addr < RUN_TIME)
		return;
	if (to_file_offset(p, p->slots[p->now].sample.pid, addr, &f->offset))
		return;
	/* By name, as a probe is; without one, nowhere in the file. */
	f->probe = f->symbol.n != 0;
	f->has_offset = f->probe;
	f->offset = f->probe ? in_symbol : UINT64_MAX;
}

/* "  1230 main+0xe (/opt/shop/bin/shopd)"; false: no frame. */
static bool add_frame(struct perfscript *p, sv line, bool run_time)
{
	struct slot *s = &p->slots[p->now];
	struct adapter_frame *f = &s->frames[s->sample.n_frames];
	uint64_t addr, in_symbol = 0, in_file;
	sv rest = line, dso, word = next_word(&rest);

	if (!number(word, 16, &addr))
		return false;
	rest = trim(rest);
	dso = cut_dso(&rest);
	if (sv_eq(dso, SV("inlined")))
		return true;
	if (s->sample.n_frames == SAMPLE_MAX_FRAMES) {
		p->cut++;
		return true;
	}
	*f = (struct adapter_frame){0};
	f->kernel =
		addr >> 63 || (sv_starts(dso, SV("[")) && !is_user_pseudo(dso));
	cut_offset(&rest, &in_symbol);
	if (!sv_eq(rest, SV("[unknown]")))
		f->symbol = arena_dup(&s->arena, rest);
	if (f->kernel) {
		f->offset = in_symbol;
		f->has_offset = true;
	} else if (cut_offset(&dso, &in_file)) {
		f->offset = in_file;
		f->has_offset = true;
	} else {
		locate(p, addr, run_time, in_symbol, f);
	}
	f->module =
		f->kernel ? SV_NULL : arena_dup(&s->arena, canonical_dso(dso));
	f->caller = s->sample.n_frames && f[-1].kernel == f->kernel;
	s->sample.n_frames++;
	return true;
}

/* --- headers ------------------------------------------------------------- */

/* "shopd 6336/6340 [001]" */
static void set_task(struct slot *s, sv before)
{
	size_t blank = sv_rfind(before = trim(before), ' ');
	uint64_t pid, tid;
	sv word = sv_from(before, blank == SIZE_MAX ? 0 : blank + 1);

	if (sv_starts(word, SV("[")) && blank != SIZE_MAX) {
		before = trim(sv_first(before, blank));
		blank = sv_rfind(before, ' ');
		word = sv_from(before, blank == SIZE_MAX ? 0 : blank + 1);
	}
	if (blank != SIZE_MAX) {
		size_t slash = MIN(sv_find(word, '/'), word.n);

		if (number(sv_first(word, slash), 10, &pid) &&
		    pid <= UINT32_MAX) {
			s->sample.pid = s->sample.tid = (uint32_t)pid;
			if (number(sv_from(word, slash + 1), 10, &tid) &&
			    tid <= UINT32_MAX)
				s->sample.tid = (uint32_t)tid;
			before = trim(sv_first(before, blank));
		}
	}
	s->sample.comm = arena_dup(&s->arena, before);
}

/* "cycles:ppp" -> "cycles"; "sched:sched_switch" stays. */
static sv cut_modifiers(sv event)
{
	size_t colon = sv_rfind(event, ':');

	if (colon == SIZE_MAX || !colon || event.n - colon > 5)
		return event;
	for (size_t i = colon + 1; i < event.n; i++)
		if (!strchr("ukhGHPpSDWeIb", event.p[i]))
			return event;
	return sv_first(event, colon);
}

/* Splits at the time; false: there is none, so this is no header. */
static bool split_header(sv line, sv *before, struct timestamp *t, sv *after)
{
	sv rest = line;

	while (rest.n) {
		sv word = next_word(&rest);

		if (!word.n || !parse_time(word, t))
			continue;
		*before = sv_first(line, (size_t)(word.p - line.p));
		*after = rest;
		return true;
	}
	return false;
}

static void begin(struct perfscript *p)
{
	struct slot *s = &p->slots[p->now];

	arena_reset(&s->arena);
	s->sample =
		(struct sample){.provider = SV("perf"), .frames = s->frames};
	p->open = true;
}

static bool close_sample(struct perfscript *p, struct sample *x)
{
	if (!p->open)
		return false;
	*x = p->slots[p->now].sample;
	p->now ^= 1;
	p->open = false;
	return true;
}

static enum perfscript_status header(struct perfscript *p, sv before,
				     struct timestamp t, sv after,
				     struct sample *x)
{
	bool ended;
	uint64_t period;
	sv rest = after, event = next_word(&rest);
	struct slot *s;

	if (number(event, 10, &period))
		event = next_word(&rest);
	if (sv_starts(event, SV("PERF_RECORD_"))) {
		if (sv_starts(event, SV("PERF_RECORD_MMAP")))
			add_mapping(p, trim(rest));
		return PERFSCRIPT_MORE;
	}
	if (!sv_ends(event, SV(":")) || event.n < 2)
		return PERFSCRIPT_BAD;
	ended = close_sample(p, x);
	begin(p);
	s = &p->slots[p->now];
	set_task(s, before);
	s->sample.time = t;
	s->sample.event = arena_dup(
		&s->arena, cut_modifiers(sv_first(event, event.n - 1)));
	add_frame(p, rest, true);
	return ended ? PERFSCRIPT_SAMPLE : PERFSCRIPT_MORE;
}

enum perfscript_status perfscript_line(struct perfscript *p, sv line,
				       struct sample *x)
{
	struct timestamp t;
	sv before, after;

	if (!trim(line).n)
		return close_sample(p, x) ? PERFSCRIPT_SAMPLE : PERFSCRIPT_MORE;
	if (line.p[0] == '#')
		return PERFSCRIPT_MORE; /* perf script --header */
	if (split_header(line, &before, &t, &after))
		return header(p, before, t, after, x);
	if (p->open && is_blank(line.p[0]) && add_frame(p, line, false))
		return PERFSCRIPT_MORE;
	return PERFSCRIPT_BAD;
}

bool perfscript_end(struct perfscript *p, struct sample *x)
{
	return close_sample(p, x);
}

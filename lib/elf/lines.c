/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/lines.h"

#include <unistd.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "names/demangle.h"
#include "names/hygiene.h"
#include "elf/srcline.h"

/* An address that was asked for, whatever came of it. */
struct answer {
	uint64_t vaddr;
	const struct lines *lines; /* NULL: nothing is known */
};

void lines_store_release(struct lines_store *s)
{
	buf_release(&s->symbol);
	buf_release(&s->function_name);
}

/* --- what is open ------------------------------------------------------- */

static void unlink_use(struct lines_store *s, struct lines_file *f)
{
	*(f->newer ? &f->newer->older : &s->newest) = f->older;
	*(f->older ? &f->older->newer : &s->oldest) = f->newer;
	f->newer = f->older = NULL;
}

static void make_newest(struct lines_store *s, struct lines_file *f)
{
	f->older = s->newest;
	*(s->newest ? &s->newest->newer : &s->oldest) = f;
	s->newest = f;
}

static void close_dwarf(struct lines_store *s, struct lines_file *f)
{
	if (!f->dwarf)
		return;
	unlink_use(s, f);
	s->stats.bytes -= srcline_bytes(f->dwarf);
	srcline_free(f->dwarf);
	f->dwarf = NULL;
}

static void keep_budget(struct lines_store *s)
{
	while (s->stats.bytes > s->max_bytes && s->oldest) {
		close_dwarf(s, s->oldest);
		s->stats.closed++;
	}
}

static bool open_dwarf(struct lines_store *s, struct lines_file *f,
		       const struct lines_source *source)
{
	int fd;

	if (f->dwarf) {
		if (f != s->newest) {
			unlink_use(s, f);
			make_newest(s, f);
		}
		return true;
	}
	fd = source->open(source->ctx);
	if (fd >= 0) {
		f->dwarf = srcline_open(fd, s->debug, source->build_id,
					s->max_bytes);
		close(fd);
	}
	if (!f->dwarf) {
		f->without = true;
		s->stats.without++;
		return false;
	}
	s->stats.opened++;
	s->stats.bytes += srcline_bytes(f->dwarf);
	make_newest(s, f);
	return true;
}

/* --- answers ------------------------------------------------------------ */

static bool same_address(const void *entry, const void *key)
{
	return ((const struct answer *)entry)->vaddr == *(const uint64_t *)key;
}

static bool same_text(const void *entry, const void *key)
{
	return sv_eq(*(const sv *)entry, *(const sv *)key);
}

/* A file's paths and names come again and again: each is kept once. */
static sv keep(struct lines_file *f, struct arena *arena, sv text)
{
	uint64_t hash = hash64(text, 0);
	sv *kept = table_get(&f->texts, hash, same_text, &text);

	if (!text.n)
		return SV_NULL;
	if (!kept) {
		kept = arena_alloc(arena, sizeof(*kept));
		*kept = arena_dup(arena, text);
		table_add(&f->texts, hash, kept);
	}
	return *kept;
}

static sv clean(struct lines_store *s, sv text)
{
	if (utf8_valid_prefix(text) == text.n)
		return text;
	s->symbol.n = 0;
	hygiene_utf8(&s->symbol, text);
	return buf_view(&s->symbol);
}

/* Absolute, if anybody said from where. */
static sv path(struct lines_store *s, const struct srcline_hit *hit, sv file)
{
	struct buf *b = &s->function_name;

	if (!file.n || file.p[0] == '/' || !hit->directory.n)
		return clean(s, file);
	b->n = 0;
	buf_sv(b, hit->directory);
	if (!sv_ends(hit->directory, SV("/")))
		buf_ch(b, '/');
	buf_sv(b, file);
	return clean(s, buf_view(b));
}

static sv function_name(struct lines_store *s, bool go,
			const struct srcline_inlined *i)
{
	if (!i->mangled)
		return clean(s, i->name);
	s->symbol.n = s->function_name.n = 0;
	demangle_symbol(i->name, go, &s->symbol, &s->function_name);
	return buf_view(&s->function_name);
}

static const struct lines *make(struct lines_store *s, struct lines_file *f,
				struct arena *arena, bool go,
				const struct srcline_hit *hit)
{
	struct lines *l =
		arena_alloc(arena, sizeof(*l) + hit->n * sizeof(*l->inlined));

	l->file = keep(f, arena, path(s, hit, hit->file));
	l->line = hit->line;
	l->n = (uint32_t)hit->n;
	for (size_t i = 0; i < hit->n; i++) {
		const struct srcline_inlined *from = &hit->inlined[i];

		l->inlined[i] = (struct lines_inlined){
			.function_name =
				keep(f, arena, function_name(s, go, from)),
			.call_file =
				keep(f, arena, path(s, hit, from->call_file)),
			.call_line = from->call_line};
	}
	return l;
}

static const struct lines *look_up(struct lines_store *s, struct lines_file *f,
				   struct arena *arena,
				   const struct lines_source *source,
				   uint64_t vaddr)
{
	const struct lines *l = NULL;
	struct srcline_hit hit;
	size_t before;

	if (!open_dwarf(s, f, source))
		return NULL;
	before = srcline_bytes(f->dwarf);
	if (srcline_find(f->dwarf, vaddr, s->inlines, &hit))
		l = make(s, f, arena, source->go, &hit);
	s->stats.bytes += srcline_bytes(f->dwarf) - before;
	keep_budget(s);
	return l;
}

const struct lines *lines_find(struct lines_store *s, struct lines_file *f,
			       struct arena *arena,
			       const struct lines_source *source,
			       uint64_t vaddr)
{
	uint64_t hash = hash64((sv){(char *)&vaddr, sizeof(vaddr)}, 0);
	struct answer *a;

	a = table_get(&f->answers, hash, same_address, &vaddr);
	if (!a && f->without)
		return NULL;
	if (!a) {
		const struct lines *l = look_up(s, f, arena, source, vaddr);

		if (f->without)
			return NULL;
		a = arena_alloc(arena, sizeof(*a));
		*a = (struct answer){vaddr, l};
		table_add(&f->answers, hash, a);
	}
	return a->lines;
}

size_t lines_bytes(const struct lines_file *f)
{
	return (f->answers.cap + f->texts.cap) * sizeof(*f->texts.slots);
}

void lines_forget(struct lines_file *f)
{
	table_release(&f->answers);
	table_release(&f->texts);
}

void lines_close(struct lines_store *s, struct lines_file *f)
{
	close_dwarf(s, f);
	lines_forget(f);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/modfile.h"

#include <sys/stat.h>

#include "base/hash.h"
#include "base/mem.h"
#include "symbol/demangle.h"
#include "symbol/elfid.h"

/* A name that was asked for, whether there is such a symbol or not. */
struct named {
	sv name;
	bool found;
	struct elfsym sym;
};

static struct modfile **bucket(struct modfile_store *s, sv build_id)
{
	return &s->buckets[hash64(build_id, 0) % MODFILE_BUCKETS];
}

static struct modfile *find(struct modfile_store *s, sv build_id, uint64_t size)
{
	struct modfile *f = build_id.n ? *bucket(s, build_id) : NULL;

	while (f &&
	       (f->size != size || !sv_eq(elfmod_build_id(f->elf), build_id)))
		f = f->next;
	return f;
}

static struct modfile *share(struct modfile_store *s, struct modfile *f)
{
	s->shared++;
	f->users++;
	return f;
}

static struct modfile *add(struct modfile_store *s, struct elfmod *elf,
			   uint64_t size)
{
	struct modfile *f = mem_zalloc(sizeof(*f));
	struct modfile **b = bucket(s, elfmod_build_id(elf));

	f->elf = elf;
	f->size = size;
	f->texts = mem_zalloc(elfmod_count(elf) * sizeof(*f->texts));
	f->arena.block_size = 4 * KIB;
	f->users = 1;
	f->next = *b;
	*b = f;
	return f;
}

struct modfile *modfile_open(struct modfile_store *s, int fd,
			     struct rt_err *err)
{
	struct elfid id;
	struct modfile *f;
	struct elfmod *elf;
	struct stat st;

	if (elfid_read(fd, &id)) {
		f = find(s, (sv){id.hex, id.hex_len}, id.file_size);
		if (f)
			return share(s, f);
	}
	s->parsed++;
	elf = elfmod_open(fd, s->debug, err);
	if (!elf)
		return NULL;
	if (fstat(fd, &st) != 0)
		st.st_size = 0;
	/* Ids other than GNU's are known only now. */
	f = find(s, elfmod_build_id(elf), (uint64_t)st.st_size);
	if (!f)
		return add(s, elf, (uint64_t)st.st_size);
	elfmod_free(elf);
	return share(s, f);
}

void modfile_close(struct modfile_store *s, struct modfile *f)
{
	struct modfile **p;

	if (!f || --f->users)
		return;
	p = bucket(s, elfmod_build_id(f->elf));
	while (*p != f)
		p = &(*p)->next;
	*p = f->next;
	elfmod_free(f->elf);
	mem_free(f->texts);
	table_release(&f->named);
	arena_release(&f->arena);
	mem_free(f);
}

void modfile_store_release(struct modfile_store *s)
{
	buf_release(&s->symbol);
	buf_release(&s->function_name);
}

const struct modfile_text *modfile_text(struct modfile_store *s,
					struct modfile *f,
					const struct elfsym *sym)
{
	struct modfile_text **slot = &f->texts[sym->index], *t = *slot;

	if (t)
		return t;
	s->symbol.n = s->function_name.n = 0;
	demangle_symbol(sym->name, elfmod_is_go(f->elf), &s->symbol,
			&s->function_name);
	t = arena_alloc(&f->arena, sizeof(*t));
	/* Most C names need no copy at all. */
	t->symbol = sv_eq(buf_view(&s->symbol), sym->name)
			    ? sym->name
			    : arena_dup(&f->arena, buf_view(&s->symbol));
	t->function_name =
		sv_eq(buf_view(&s->function_name), t->symbol)
			? t->symbol
			: arena_dup(&f->arena, buf_view(&s->function_name));
	return *slot = t;
}

static bool same_name(const void *entry, const void *key)
{
	return sv_eq(((const struct named *)entry)->name, *(const sv *)key);
}

bool modfile_named(struct modfile *f, sv raw, struct elfsym *sym)
{
	uint64_t hash = hash64(raw, 0);
	struct named *n = table_get(&f->named, hash, same_name, &raw);

	if (!n) {
		n = arena_alloc(&f->arena, sizeof(*n));
		n->name = arena_dup(&f->arena, raw);
		n->found = elfmod_find(f->elf, raw, &n->sym);
		table_add(&f->named, hash, n);
	}
	if (n->found)
		*sym = n->sym;
	return n->found;
}

size_t modfile_bytes(const struct modfile *f)
{
	return sizeof(*f) + elfmod_bytes(f->elf) +
	       elfmod_count(f->elf) * sizeof(*f->texts) + f->arena.total +
	       f->named.cap * sizeof(*f->named.slots);
}

void modfile_forget_texts(struct modfile *f)
{
	memset(f->texts, 0, elfmod_count(f->elf) * sizeof(*f->texts));
	table_release(&f->named);
	arena_release(&f->arena);
}

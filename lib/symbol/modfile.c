/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/modfile.h"

#include <sys/stat.h>

#include "base/hash.h"
#include "base/mem.h"
#include "names/demangle.h"
#include "elf/elfid.h"
#include "elf/elfread.h"

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

/* The next one of that length and id, from f on. */
static struct modfile *candidate(struct modfile *f, sv build_id, uint64_t size)
{
	while (f && (f->stamp.size != size ||
		     !sv_eq(elfmod_build_id(f->elf), build_id)))
		f = f->next;
	return f;
}

/*
 * The file itself, if it was met already. Its symbols are asked for only where
 * some file has its build-id, which is written in it and may be a lie.
 */
static struct modfile *find_unread(struct modfile_store *s, int fd)
{
	uint8_t digest[KEYHASH_LEN];
	struct modfile *f;
	struct elfid id;
	sv hex;

	if (!elfid_read(fd, &id) || !id.hex_len)
		return NULL;
	hex = (sv){id.hex, id.hex_len};
	f = candidate(*bucket(s, hex), hex, id.file_size);
	if (!f || !elfread_digest(fd, digest))
		return NULL;
	while (f && !elfmod_is(f->elf, digest))
		f = candidate(f->next, hex, id.file_size);
	return f;
}

/* The same where it has been read: ids other than GNU's are known only then. */
static struct modfile *find_read(struct modfile_store *s,
				 const struct elfmod *elf, uint64_t size)
{
	sv id = elfmod_build_id(elf);
	struct modfile *f = id.n ? candidate(*bucket(s, id), id, size) : NULL;

	while (f && !elfmod_same(f->elf, elf))
		f = candidate(f->next, id, size);
	return f;
}

static struct modfile *share(struct modfile_store *s, struct modfile *f)
{
	s->shared++;
	f->users++;
	return f;
}

static struct modfile_stamp stamp_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return (struct modfile_stamp){0};
	return (struct modfile_stamp){st.st_dev, st.st_ino,
				      (uint64_t)st.st_size, st.st_ctim.tv_sec,
				      st.st_ctim.tv_nsec};
}

static struct modfile *add(struct modfile_store *s, struct elfmod *elf,
			   const struct modfile_stamp *stamp)
{
	struct modfile *f = mem_zalloc(sizeof(*f));
	struct modfile **b = bucket(s, elfmod_build_id(elf));

	f->elf = elf;
	f->stamp = *stamp;
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
	struct modfile *f = find_unread(s, fd);
	struct elfmod *elf;
	struct modfile_stamp st;

	if (f)
		return share(s, f);
	s->parsed++;
	elf = elfmod_open(fd, s->debug, err);
	if (!elf)
		return NULL;
	st = stamp_of(fd);
	f = find_read(s, elf, st.size);
	if (!f)
		return add(s, elf, &st);
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
	lines_close(&s->lines, &f->lines);
	arena_release(&f->arena);
	mem_free(f);
}

void modfile_store_release(struct modfile_store *s)
{
	buf_release(&s->symbol);
	buf_release(&s->function_name);
	lines_store_release(&s->lines);
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

bool modfile_is(const struct modfile *f, int fd)
{
	struct modfile_stamp st = stamp_of(fd);
	uint8_t digest[KEYHASH_LEN];

	if (st.device == f->stamp.device && st.inode == f->stamp.inode &&
	    st.size == f->stamp.size && st.sec == f->stamp.sec &&
	    st.nsec == f->stamp.nsec)
		return true;
	return st.size == f->stamp.size && elfread_digest(fd, digest) &&
	       elfmod_is(f->elf, digest);
}

const struct lines *modfile_lines(struct modfile_store *s, struct modfile *f,
				  int (*open)(void *ctx), void *ctx,
				  uint64_t vaddr)
{
	struct lines_source source = {
		.open = open, .ctx = ctx, .go = elfmod_is_go(f->elf)};

	if (elfmod_build_id_kind(f->elf) == ELFMOD_ID_GNU)
		source.build_id = elfmod_build_id(f->elf);
	return lines_find(&s->lines, &f->lines, &f->arena, &source, vaddr);
}

size_t modfile_bytes(const struct modfile *f)
{
	return sizeof(*f) + elfmod_bytes(f->elf) +
	       elfmod_count(f->elf) * sizeof(*f->texts) + f->arena.total +
	       f->named.cap * sizeof(*f->named.slots) + lines_bytes(&f->lines);
}

void modfile_forget_texts(struct modfile *f)
{
	memset(f->texts, 0, elfmod_count(f->elf) * sizeof(*f->texts));
	table_release(&f->named);
	lines_forget(&f->lines);
	arena_release(&f->arena);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/resolver.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "symbol/demangle.h"
#include "symbol/elfmod.h"
#include "symbol/root.h"

enum { BUCKETS = 1024 };

static const size_t DEFAULT_BYTES = 16 * MIB;

/* A demangled symbol, in the module's arena. */
struct text {
	sv symbol, function_name;
};

/* A name that was asked for, whether there is such a symbol or not. */
struct named {
	sv name;
	bool found;
	struct elfsym sym;
};

struct entry {
	struct resolver_module pub; /* first: callers hold a pointer to it */
	sv key;			    /* the path as it was asked for */
	uint64_t hash;
	struct elfmod *elf;
	struct text **texts; /* by symbol index, made when first asked for */
	struct table named;  /* of struct named */
	struct arena arena;  /* texts and named */
	size_t bytes;		     /* as counted in resolver.bytes */
	struct entry *chain;	     /* of the bucket */
	struct entry *newer, *older; /* in order of use */
};

struct resolver {
	int root; /* -1: no sysroot */
	size_t max_bytes;
	struct entry *buckets[BUCKETS];
	struct entry *newest, *oldest;
	struct resolver_stats stats;
	struct buf symbol, function_name; /* scratch */
};

struct resolver *resolver_new(const struct resolver_opts *opts,
			      struct rt_err *err)
{
	struct resolver *r;
	int root = -1;

	if (opts->sysroot) {
		root = root_open(opts->sysroot, err);
		if (root < 0)
			return NULL;
	}
	r = mem_zalloc(sizeof(*r));
	r->root = root;
	r->max_bytes = opts->max_bytes ? opts->max_bytes : DEFAULT_BYTES;
	return r;
}

static void unlink_use(struct resolver *r, struct entry *e)
{
	*(e->newer ? &e->newer->older : &r->newest) = e->older;
	*(e->older ? &e->older->newer : &r->oldest) = e->newer;
	e->newer = e->older = NULL;
}

static void make_newest(struct resolver *r, struct entry *e)
{
	e->older = r->newest;
	*(r->newest ? &r->newest->newer : &r->oldest) = e;
	r->newest = e;
}

static void entry_free(struct entry *e)
{
	elfmod_free(e->elf);
	mem_free(e->texts);
	table_release(&e->named);
	arena_release(&e->arena);
	mem_free((char *)e->key.p);
	mem_free(e);
}

static void evict(struct resolver *r, struct entry *e)
{
	struct entry **p = &r->buckets[e->hash % BUCKETS];

	while (*p != e)
		p = &(*p)->chain;
	*p = e->chain;
	unlink_use(r, e);
	r->stats.bytes -= e->bytes;
	r->stats.modules--;
	entry_free(e);
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	while (r->oldest)
		evict(r, r->oldest);
	if (r->root >= 0)
		close(r->root);
	buf_release(&r->symbol);
	buf_release(&r->function_name);
	mem_free(r);
}

static void count_bytes(struct resolver *r, struct entry *e)
{
	size_t now = sizeof(*e) + e->key.n + e->arena.total +
		     e->named.cap * sizeof(*e->named.slots);

	if (e->elf)
		now += elfmod_bytes(e->elf) +
		       elfmod_count(e->elf) * sizeof(*e->texts);
	r->stats.bytes += now - e->bytes;
	e->bytes = now;
}

static void forget_texts(struct resolver *r, struct entry *e)
{
	memset(e->texts, 0, elfmod_count(e->elf) * sizeof(*e->texts));
	table_release(&e->named);
	arena_release(&e->arena);
	count_bytes(r, e);
}

/* Older modules go first; then what the newest one has demangled so far. */
static void keep_budget(struct resolver *r)
{
	struct entry *e = r->newest;

	while (r->stats.bytes > r->max_bytes && r->oldest != e) {
		evict(r, r->oldest);
		r->stats.evictions++;
	}
	if (r->stats.bytes > r->max_bytes && e->arena.total > r->max_bytes / 2)
		forget_texts(r, e);
}

static void load(struct resolver *r, struct entry *e)
{
	struct rt_err err = {0};
	int fd;

	r->stats.loads++;
	fd = root_open_file(r->root, e->pub.path, &err);
	if (fd >= 0) {
		e->elf = elfmod_open(fd, &err);
		close(fd);
	}
	if (!e->elf) {
		e->pub.problem = err.msg;
		e->pub.problem_errno = err.sys_errno;
		return;
	}
	e->texts = mem_zalloc(elfmod_count(e->elf) * sizeof(*e->texts));
	e->arena.block_size = 4 * KIB;
	e->pub.opened = true;
	e->pub.build_id = elfmod_build_id(e->elf);
	e->pub.build_id_kind =
		elfmod_id_kind_name(elfmod_build_id_kind(e->elf));
}

static struct entry *add(struct resolver *r, sv path, uint64_t hash)
{
	struct entry *e = mem_zalloc(sizeof(*e));

	e->key = (sv){mem_sv(path), path.n};
	e->hash = hash;
	e->pub.build_id_kind = "";
	e->pub.kind = module_classify(e->key, &e->pub.path);
	if (e->pub.kind == MODULE_FILE && r->root >= 0)
		load(r, e);
	e->chain = r->buckets[hash % BUCKETS];
	r->buckets[hash % BUCKETS] = e;
	r->stats.modules++;
	return e;
}

static struct entry *find(struct resolver *r, sv path, uint64_t hash)
{
	struct entry *e = r->buckets[hash % BUCKETS];

	while (e && (e->hash != hash || !sv_eq(e->key, path)))
		e = e->chain;
	return e;
}

const struct resolver_module *resolver_module(struct resolver *r, sv path)
{
	struct entry *e = r->newest;
	uint64_t hash;

	if (e)
		count_bytes(r, e); /* only the last one can have grown */
	if (!e || !sv_eq(e->key, path)) {
		hash = hash64(path, 0);
		e = find(r, path, hash);
		if (e)
			unlink_use(r, e);
		else
			e = add(r, path, hash);
		make_newest(r, e);
		count_bytes(r, e);
	}
	if (r->stats.bytes > r->max_bytes)
		keep_budget(r);
	return &e->pub;
}

static const struct text *demangled(struct resolver *r, struct entry *e,
				    const struct elfsym *sym)
{
	struct text **slot = &e->texts[sym->index], *t = *slot;

	if (t)
		return t;
	r->symbol.n = r->function_name.n = 0;
	demangle_symbol(sym->name, elfmod_is_go(e->elf), &r->symbol,
			&r->function_name);
	t = arena_alloc(&e->arena, sizeof(*t));
	/* Most C names need no copy at all. */
	t->symbol = sv_eq(buf_view(&r->symbol), sym->name)
			    ? sym->name
			    : arena_dup(&e->arena, buf_view(&r->symbol));
	t->function_name =
		sv_eq(buf_view(&r->function_name), t->symbol)
			? t->symbol
			: arena_dup(&e->arena, buf_view(&r->function_name));
	return *slot = t;
}

static void not_found(const struct resolver_module *m,
		      struct resolver_frame *out)
{
	*out = (struct resolver_frame){
		.build_id = m->build_id,
		.build_id_kind = m->build_id_kind,
	};
}

static void set_found(struct resolver *r, struct entry *e,
		      const struct elfsym *sym, struct resolver_frame *out)
{
	const struct text *t = demangled(r, e, sym);

	out->found = true;
	out->approx = sym->approx;
	out->symbol = t->symbol;
	out->function_name = t->function_name;
	out->raw_symbol = sym->name;
	out->offset = sym->offset;
}

void resolver_frame(struct resolver *r, const struct resolver_module *m,
		    uint64_t file_offset, bool is_caller,
		    struct resolver_frame *out)
{
	struct entry *e = (struct entry *)m;
	struct elfsym sym;

	not_found(m, out);
	if (e->elf && elfmod_lookup(e->elf, file_offset, is_caller, &sym))
		set_found(r, e, &sym, out);
}

static bool same_name(const void *entry, const void *key)
{
	return sv_eq(((const struct named *)entry)->name, *(const sv *)key);
}

void resolver_named(struct resolver *r, const struct resolver_module *m,
		    sv raw, struct resolver_frame *out)
{
	struct entry *e = (struct entry *)m;
	uint64_t hash = hash64(raw, 0);
	struct named *n;

	not_found(m, out);
	if (!e->elf)
		return;
	n = table_get(&e->named, hash, same_name, &raw);
	if (!n) {
		n = arena_alloc(&e->arena, sizeof(*n));
		n->name = arena_dup(&e->arena, raw);
		n->found = elfmod_find(e->elf, raw, &n->sym);
		table_add(&e->named, hash, n);
	}
	if (n->found)
		set_found(r, e, &n->sym, out);
}

bool resolver_function_id(struct buf *out, const struct resolver_frame *f,
			  uint64_t offset)
{
	char digits[16];
	size_t i = sizeof(digits);

	if (!f->build_id.n || !f->function_name.n)
		return false;
	do {
		digits[--i] = "0123456789abcdef"[offset & 15];
		offset >>= 4;
	} while (offset);
	buf_sv(out, f->build_id);
	buf_ch(out, ':');
	buf_sv(out, f->function_name);
	buf_add(out, "+0x", 3);
	buf_add(out, digits + i, sizeof(digits) - i);
	return true;
}

void resolver_get_stats(const struct resolver *r, struct resolver_stats *out)
{
	*out = r->stats;
}

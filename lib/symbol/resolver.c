/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/resolver.h"

#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "names/hygiene.h"
#include "symbol/loaded.h"
#include "symbol/modfile.h"
#include "root/root.h"

enum { BUCKETS = 1024 };

static const size_t DEFAULT_BYTES = 16 * MIB;
static const size_t DEFAULT_DWARF = 256 * MIB;

/* A directory under which paths mean files. */
struct place {
	int root;    /* -1: nowhere */
	bool live;   /* the process's own */
	uint64_t id; /* the same id, the same files */
};

/* Keeps ids of different sources apart. */
enum { ID_SYSROOT = 1, ID_IMAGE, ID_PROCESS };

/* What a path means in a place. */
struct resolver_entry {
	struct resolver_module pub;
	struct resolver_tag tag;
	sv key; /* the path as it was asked for */
	uint64_t place;
	uint64_t hash;
	struct modfile *file;
	size_t bytes; /* of the path; the file's are in modfile.counted */
	struct resolver_entry *chain;	      /* of the bucket */
	struct resolver_entry *newer, *older; /* in order of use */
};

struct resolver {
	int sysroot; /* -1: none */
	struct images *images;
	struct procroot *proc;
	struct loaded *loaded;
	size_t max_bytes;
	struct resolver_scope scope;
	struct place place; /* of scope */
	bool lines;
	struct resolver_entry *buckets[BUCKETS];
	struct resolver_entry *newest, *oldest;
	struct modfile_store files;
	struct perfmaps *jit;
	struct jitname_bufs jit_room;
	struct resolver_module told; /* the one returned last, by the stream */
	struct resolver_stats stats;
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
	r->sysroot = root;
	r->images = opts->images;
	r->proc = opts->proc;
	r->files.debug = opts->debug;
	r->lines = opts->lines;
	r->files.lines = (struct lines_store){
		.debug = opts->debug,
		.max_bytes = opts->max_dwarf ? opts->max_dwarf : DEFAULT_DWARF,
		.inlines = opts->inlines};
	r->loaded = loaded_new(opts->max_facts);
	r->jit = perfmaps_new(opts->max_jit);
	r->max_bytes = opts->max_bytes ? opts->max_bytes : DEFAULT_BYTES;
	r->place = (struct place){.root = root, .id = ID_SYSROOT};
	return r;
}

static uint64_t place_id(uint64_t source, uint64_t id)
{
	return hash64((sv){(char *)&id, sizeof(id)}, source);
}

void resolver_enter(struct resolver *r, const struct resolver_scope *scope)
{
	uint64_t id = 0;
	int root = -1;
	bool live = false;

	r->scope = *scope;
	if (r->images && scope->image_digest.n) {
		root = images_find(r->images, scope->image_digest, &id);
		id = place_id(ID_IMAGE, id);
	}
	if (root < 0 && r->proc) {
		root = procroot_get(r->proc, scope->exec_id,
				    scope->container_id, scope->pid,
				    scope->start_ns, &id);
		id = place_id(ID_PROCESS, id);
		live = root >= 0;
	}
	if (root < 0) {
		root = r->sysroot;
		id = ID_SYSROOT;
	}
	r->place = (struct place){.root = root, .live = live, .id = id};
}

int resolver_place(const struct resolver *r, uint64_t *id)
{
	*id = r->place.id;
	return r->place.root;
}

static sv place_name(const struct resolver_scope *s)
{
	return s->container_id.n ? s->container_id : s->node;
}

void resolver_loaded(struct resolver *r, const struct resolver_scope *scope,
		     sv path, sv build_id)
{
	sv inside;

	module_classify(path, &inside);
	loaded_add(r->loaded, scope->exec_id, place_name(scope), inside,
		   build_id);
}

static void unlink_use(struct resolver *r, struct resolver_entry *e)
{
	*(e->newer ? &e->newer->older : &r->newest) = e->older;
	*(e->older ? &e->older->newer : &r->oldest) = e->newer;
	e->newer = e->older = NULL;
}

static void make_newest(struct resolver *r, struct resolver_entry *e)
{
	e->older = r->newest;
	*(r->newest ? &r->newest->newer : &r->oldest) = e;
	r->newest = e;
}

static void count_bytes(struct resolver *r, struct resolver_entry *e)
{
	size_t now;

	if (!e->file)
		return;
	now = modfile_bytes(e->file);
	r->stats.bytes += now - e->file->counted;
	e->file->counted = now;
}

static void evict(struct resolver *r, struct resolver_entry *e)
{
	struct resolver_entry **p = &r->buckets[e->hash % BUCKETS];

	while (*p != e)
		p = &(*p)->chain;
	*p = e->chain;
	unlink_use(r, e);
	r->stats.bytes -= e->bytes;
	if (e->file && e->file->users == 1)
		r->stats.bytes -= e->file->counted;
	modfile_close(&r->files, e->file);
	r->stats.modules--;
	mem_free((char *)e->key.p);
	mem_free(e);
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	while (r->oldest)
		evict(r, r->oldest);
	modfile_store_release(&r->files);
	loaded_free(r->loaded);
	perfmaps_free(r->jit);
	jitname_release(&r->jit_room);
	if (r->sysroot >= 0)
		close(r->sysroot);
	mem_free(r);
}

/* Older paths go first; then what the newest one has demangled so far. */
static void keep_budget(struct resolver *r)
{
	struct resolver_entry *e = r->newest;

	while (r->stats.bytes > r->max_bytes && r->oldest != e) {
		evict(r, r->oldest);
		r->stats.evictions++;
	}
	if (r->stats.bytes > r->max_bytes && e->file &&
	    e->file->arena.total > r->max_bytes / 2) {
		modfile_forget_texts(e->file);
		count_bytes(r, e);
	}
}

static void load(struct resolver *r, struct resolver_entry *e)
{
	struct rt_err err = {0};
	int fd = root_open_file(r->place.root, e->pub.path, &err);

	if (fd >= 0) {
		e->file = modfile_open(&r->files, fd, &err);
		close(fd);
	} else {
		r->stats.loads++;
	}
	if (!e->file) {
		e->pub.problem = err.msg;
		e->pub.problem_errno = err.sys_errno;
		return;
	}
	e->pub.opened = true;
	e->pub.build_id = elfmod_build_id(e->file->elf);
	e->pub.build_id_kind =
		elfmod_id_kind_name(elfmod_build_id_kind(e->file->elf));
}

static struct resolver_entry *add(struct resolver *r, sv path, uint64_t hash)
{
	struct resolver_entry *e = mem_zalloc(sizeof(*e));

	e->key = (sv){mem_sv(path), path.n};
	e->place = r->place.id;
	e->hash = hash;
	e->bytes = sizeof(*e) + path.n;
	e->pub.entry = e;
	e->pub.tag = &e->tag;
	e->pub.build_id_kind = "";
	e->pub.kind = module_classify(e->key, &e->pub.path);
	if (e->pub.kind == MODULE_FILE && r->place.root >= 0)
		load(r, e);
	e->chain = r->buckets[hash % BUCKETS];
	r->buckets[hash % BUCKETS] = e;
	r->stats.modules++;
	r->stats.bytes += e->bytes;
	return e;
}

static bool is_entry(const struct resolver *r, const struct resolver_entry *e,
		     sv path)
{
	return e->place == r->place.id && sv_eq(e->key, path);
}

static struct resolver_entry *find(struct resolver *r, sv path, uint64_t hash)
{
	struct resolver_entry *e = r->buckets[hash % BUCKETS];

	while (e && (e->hash != hash || !is_entry(r, e, path)))
		e = e->chain;
	return e;
}

static struct resolver_entry *entry_of(struct resolver *r, sv path)
{
	struct resolver_entry *e = r->newest;
	uint64_t hash;

	if (e)
		count_bytes(r, e); /* only the last one can have grown */
	if (!e || !is_entry(r, e, path)) {
		hash = hash64(path, r->place.id);
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
	return e;
}

/* The path as the stream knows it: no file, or the wrong one. */
static const struct resolver_module *
as_told(struct resolver *r, const struct resolver_module *m, sv build_id)
{
	struct resolver_module *t = &r->told;

	*t = *m;
	t->entry = NULL;
	t->opened = false;
	t->build_id = build_id;
	t->build_id_kind = "gnu";
	t->refused = m->opened;
	t->refused_id = m->build_id;
	r->stats.refused += m->opened;
	return t;
}

const struct resolver_module *resolver_module(struct resolver *r, sv path)
{
	const struct resolver_module *m = &entry_of(r, path)->pub;
	sv told;

	if (m->kind != MODULE_FILE && m->kind != MODULE_DELETED)
		return m;
	told = loaded_get(r->loaded, r->scope.exec_id, place_name(&r->scope),
			  m->path);
	if (!told.n || (m->opened && sv_eq(told, m->build_id)))
		return m;
	return as_told(r, m, told);
}

static void not_found(const struct resolver_module *m,
		      struct resolver_frame *out)
{
	*out = (struct resolver_frame){
		.build_id = m->build_id,
		.build_id_kind = m->build_id_kind,
	};
}

static struct modfile *file_of(const struct resolver_module *m)
{
	return m->entry ? m->entry->file : NULL;
}

static void set_found(struct resolver *r, struct modfile *file,
		      const struct elfsym *sym, struct resolver_frame *out)
{
	const struct modfile_text *t = modfile_text(&r->files, file, sym);

	out->found = true;
	out->approx = sym->approx;
	out->symbol = t->symbol;
	out->function_name = t->function_name;
	out->raw_symbol = sym->name;
	out->start = sym->start;
	out->offset = sym->offset;
	out->pc = sym->start + sym->offset;
}

void resolver_frame(struct resolver *r, const struct resolver_module *m,
		    uint64_t file_offset, bool is_caller,
		    struct resolver_frame *out)
{
	struct modfile *file = file_of(m);
	struct elfsym sym;

	not_found(m, out);
	if (file && elfmod_lookup(file->elf, file_offset, is_caller, &sym)) {
		set_found(r, file, &sym, out);
		out->pc -= is_caller;
	}
}

void resolver_named(struct resolver *r, const struct resolver_module *m, sv raw,
		    struct resolver_frame *out)
{
	struct modfile *file = file_of(m);
	struct elfsym sym;

	not_found(m, out);
	if (file && modfile_named(file, raw, &sym))
		set_found(r, file, &sym, out);
}

struct reopening {
	const struct resolver *r;
	const struct resolver_module *m;
};

/* The path may mean another file by now. */
static int reopen(void *ctx)
{
	const struct reopening *o = ctx;
	struct rt_err ignored;
	int fd = root_open_file(o->r->place.root, o->m->path, &ignored);

	if (fd < 0 || modfile_is(o->m->entry->file, fd))
		return fd;
	close(fd);
	return -1;
}

const struct lines *resolver_lines(struct resolver *r,
				   const struct resolver_module *m,
				   const struct resolver_frame *f)
{
	struct modfile *file = file_of(m);
	struct reopening o = {r, m};

	return r->lines && file && f->found
		       ? modfile_lines(&r->files, file, reopen, &o, f->pc)
		       : NULL;
}

bool resolver_is_alias(const struct resolver_module *m,
		       const struct resolver_frame *f, sv raw)
{
	struct modfile *file = file_of(m);

	return file && f->found &&
	       elfmod_is_alias(file->elf, f->start, hygiene_cut_version(raw));
}

/*
 * A recorded process in a container is known by its number there only: the
 * host's may be another process's map.
 */
static bool jit_process(const struct resolver *r, struct perfmaps_process *p)
{
	const struct resolver_scope *s = &r->scope;
	struct procroot_self self;

	*p = (struct perfmaps_process){.root = r->place.root,
				       .place = r->place.id,
				       .pid = s->ns_pid,
				       .start_ns = s->start_ns};
	if (r->place.live && procroot_get_self(r->proc, &self)) {
		p->live = true;
		p->pid = self.pid;
		p->uid = self.uid;
	} else if (!p->pid && !s->container_id.n) {
		p->pid = s->pid;
	}
	return p->pid != 0;
}

bool resolver_jit(struct resolver *r, const struct resolver_module *m,
		  uint64_t address, bool is_caller, struct jitname *out,
		  uint64_t *offset)
{
	struct perfmaps_process p;
	struct perfmap_hit hit;

	if (!module_is_memory(m->kind) || !address || !jit_process(r, &p) ||
	    !perfmaps_find(r->jit, &p, address, is_caller, &hit))
		return false;
	jitname_parse(hit.name, &r->jit_room, out);
	*offset = hit.offset;
	return true;
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
	struct loaded_stats l;

	*out = r->stats;
	out->loads += r->files.parsed;
	out->shared = r->files.shared;
	perfmaps_get_stats(r->jit, &out->jit);
	out->lines = r->files.lines.stats;
	loaded_get_stats(r->loaded, &l);
	out->facts = l.facts;
	out->facts_evicted = l.evictions;
}

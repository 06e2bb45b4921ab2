/* SPDX-License-Identifier: Apache-2.0 */
#include "hotsym/observed.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "hotsym/observedsbom.h"

struct observed {
	struct arena arena;
	struct table packages, files, functions;
	struct observed_rows rows;
	size_t cap_packages, cap_files, cap_functions, stack_bytes;
	uint64_t max_rows, refused;
};

struct observed *observed_new(uint64_t max_rows)
{
	struct observed *o = mem_zalloc(sizeof(*o));

	o->max_rows = max_rows;
	return o;
}

void observed_free(struct observed *o)
{
	if (!o)
		return;
	table_release(&o->packages);
	table_release(&o->files);
	table_release(&o->functions);
	mem_free(o->rows.packages);
	mem_free(o->rows.files);
	mem_free(o->rows.functions);
	arena_release(&o->arena);
	mem_free(o);
}

void observed_get_stats(const struct observed *o, struct observed_stats *out)
{
	*out = (struct observed_stats){o->rows.n_packages, o->rows.n_files,
				       o->rows.n_functions, o->refused,
				       o->rows.without_package};
}

/* A row more, of `size` bytes, or NULL. */
static void *new_row(struct observed *o, size_t size)
{
	const struct observed_rows *r = &o->rows;

	if (r->n_packages + r->n_files + r->n_functions >= o->max_rows) {
		o->refused++;
		return NULL;
	}
	return arena_zalloc(&o->arena, size);
}

/* Appends to a list of pointers. */
static void *listed(void *list, size_t n, size_t *cap)
{
	if (n < *cap)
		return list;
	*cap = MAX((size_t)64, 2 * *cap);
	return mem_realloc(list, *cap * sizeof(void *));
}

static bool is_package(const void *entry, const void *key)
{
	return sv_eq(((const struct observed_package *)entry)->purl,
		     *(const sv *)key);
}

static struct observed_package *package_of(struct observed *o, sv purl)
{
	uint64_t hash = hash64(purl, 0);
	struct observed_package *p =
		table_get(&o->packages, hash, is_package, &purl);

	if (p)
		return p;
	p = new_row(o, sizeof(*p));
	if (!p)
		return NULL;
	p->purl = arena_dup(&o->arena, purl);
	table_add(&o->packages, hash, p);
	o->rows.packages =
		listed(o->rows.packages, o->rows.n_packages, &o->cap_packages);
	o->rows.packages[o->rows.n_packages++] = p;
	return p;
}

static bool is_file(const void *entry, const void *key)
{
	const struct observed_file *f = entry, *k = key;

	return f->package == k->package && sv_eq(f->module, k->module) &&
	       sv_eq(f->build_id, k->build_id) && sv_eq(f->image, k->image);
}

static struct observed_file *file_of(struct observed *o,
				     struct observed_file key)
{
	uint64_t hash = hash64(key.module, (uintptr_t)key.package);
	struct observed_file *f;

	hash = hash64(key.image, hash64(key.build_id, hash));
	f = table_get(&o->files, hash, is_file, &key);
	if (f)
		return f;
	f = new_row(o, sizeof(*f));
	if (!f)
		return NULL;
	f->package = key.package;
	f->module = arena_dup(&o->arena, key.module);
	f->build_id = arena_dup(&o->arena, key.build_id);
	f->image = arena_dup(&o->arena, key.image);
	table_add(&o->files, hash, f);
	o->rows.files = listed(o->rows.files, o->rows.n_files, &o->cap_files);
	o->rows.files[o->rows.n_files++] = f;
	return f;
}

static bool is_function(const void *entry, const void *key)
{
	const struct observed_function *f = entry, *k = key;

	return f->file == k->file && sv_eq(f->name, k->name);
}

static struct observed_function *
function_of(struct observed *o, struct observed_file *file, sv name, sv id)
{
	struct observed_function key = {.file = file, .name = name}, *f;
	uint64_t hash = hash64(name, (uintptr_t)file);

	f = table_get(&o->functions, hash, is_function, &key);
	if (f)
		return f;
	f = new_row(o, sizeof(*f));
	if (!f)
		return NULL;
	f->file = file;
	f->name = arena_dup(&o->arena, name);
	f->id = arena_dup(&o->arena, id);
	table_add(&o->functions, hash, f);
	o->rows.functions = listed(o->rows.functions, o->rows.n_functions,
				   &o->cap_functions);
	o->rows.functions[o->rows.n_functions++] = f;
	return f;
}

static void seen(struct observed_package *p, struct timestamp first,
		 struct timestamp last, enum observed_how how)
{
	if (!timestamp_is_set(p->first) || timestamp_cmp(first, p->first) < 0)
		p->first = first;
	if (timestamp_cmp(last, p->last) > 0)
		p->last = last;
	p->how = MAX(p->how, how);
}

/* The first stack that showed a function of the package. */
static void keep_stack(struct observed *o, struct observed_package *p,
		       const struct window_sample *s)
{
	if (p->stack.n || !s || !s->frames.n)
		return;
	if (o->stack_bytes + s->frames.n > OBSERVED_MAX_STACKS) {
		o->refused++;
		return;
	}
	p->stack = arena_dup(&o->arena, s->frames);
	o->stack_bytes += s->frames.n;
}

static void add_symbol(struct observed *o, const struct window_symbol *s)
{
	struct observed_package *p;
	struct observed_file *file;
	struct observed_function *f;

	if (!s->purl->n) {
		o->rows.without_package += s->count;
		return;
	}
	p = package_of(o, *s->purl);
	if (!p)
		return;
	seen(p, s->first, s->last, OBSERVED_FUNCTION);
	p->calls += s->count;
	keep_stack(o, p, s->sample);
	file = file_of(o, (struct observed_file){p, *s->module, *s->build_id,
						 *s->image_digest});
	f = file ? function_of(o, file, *s->function_name, *s->function_id)
		 : NULL;
	if (f)
		f->calls += s->count;
}

static void add_file(struct observed *o, const struct window_package *w)
{
	struct observed_package *p =
		w->purl->n ? package_of(o, *w->purl) : NULL;

	if (!p)
		return;
	seen(p, w->first, w->last,
	     w->evidence == 1 ? OBSERVED_EXEC : OBSERVED_LOADED);
	file_of(o, (struct observed_file){p, *w->module, *w->build_id,
					  *w->image_digest});
}

void observed_window(struct observed *o, const struct window *w)
{
	for (size_t i = 0; i < w->n_symbols; i++)
		add_symbol(o, w->symbols[i]);
	for (size_t i = 0; i < w->n_packages; i++)
		add_file(o, w->packages[i]);
}

bool observed_write(struct observed *o, struct buf *out)
{
	o->rows.refused = o->refused;
	return observedsbom_write(&o->rows, out);
}

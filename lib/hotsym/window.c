/* SPDX-License-Identifier: Apache-2.0 */
#include "hotsym/window.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

struct window *window_new(sv node, sv cluster, int64_t start)
{
	struct window *w = mem_zalloc(sizeof(*w));

	w->arena.block_size = 64 * KIB;
	w->node = arena_dup(&w->arena, node);
	w->cluster = arena_dup(&w->arena, cluster);
	w->start = start;
	return w;
}

void window_free(struct window *w)
{
	table_release(&w->symbol_table);
	table_release(&w->package_table);
	table_release(&w->strings);
	mem_free(w->symbols);
	mem_free(w->packages);
	arena_release(&w->arena);
	mem_free(w);
}

size_t window_bytes(const struct window *w)
{
	return w->arena.total +
	       (w->symbol_table.cap + w->package_table.cap + w->strings.cap) *
		       sizeof(struct table_slot) +
	       w->cap_symbols * sizeof(*w->symbols) +
	       w->cap_packages * sizeof(*w->packages);
}

static bool same_string(const void *entry, const void *key)
{
	return sv_eq(*(const sv *)entry, *(const sv *)key);
}

const sv *window_intern(struct window *w, sv s)
{
	uint64_t h = hash64(s, 0);
	sv *e = table_get(&w->strings, h, same_string, &s);

	if (!e) {
		e = arena_alloc(&w->arena, sizeof(*e));
		*e = arena_dup(&w->arena, s);
		table_add(&w->strings, h, e);
	}
	return e;
}

static uint64_t hash_pointers(const void *const *p, size_t n)
{
	return hash64((sv){(const char *)p, n * sizeof(*p)}, 0);
}

static bool same_symbol(const void *entry, const void *key)
{
	const struct window_symbol *a = entry, *b = key;

	return a->function_name == b->function_name &&
	       a->image_digest == b->image_digest && a->purl == b->purl;
}

static void *add_slot(void **list, size_t *n, size_t *cap, void *entry)
{
	void **v = *list;

	if (*n == *cap) {
		*cap = *cap ? *cap * 2 : 64;
		v = mem_realloc(v, *cap * sizeof(*v));
		*list = v;
	}
	v[(*n)++] = entry;
	return entry;
}

struct window_symbol *window_symbol(struct window *w, const sv *image_digest,
				    const struct callview_frame *f,
				    bool *is_new)
{
	struct window_symbol key = {.image_digest = image_digest,
				    .purl = window_intern(w, f->purl),
				    .function_name =
					    window_intern(w, f->function_name)};
	const void *p[] = {key.image_digest, key.purl, key.function_name};
	uint64_t h = hash_pointers(p, ARRAY_LEN(p));
	struct window_symbol *s =
		table_get(&w->symbol_table, h, same_symbol, &key);

	*is_new = !s;
	if (s)
		return s;
	s = arena_alloc(&w->arena, sizeof(*s));
	*s = key;
	s->module = window_intern(w, f->module);
	s->build_id = window_intern(w, f->build_id);
	s->function_id = window_intern(w, SV_NULL);
	table_add(&w->symbol_table, h, s);
	add_slot((void **)&w->symbols, &w->n_symbols, &w->cap_symbols, s);
	return s;
}

static void grow_callers(struct window *w, struct window_symbol *s)
{
	uint32_t cap = s->cap_callers ? s->cap_callers * 2 : 2;
	const sv **v = arena_alloc(&w->arena, cap * sizeof(*v));

	if (s->n_callers)
		memcpy(v, s->callers, s->n_callers * sizeof(*v));
	s->callers = v;
	s->cap_callers = cap;
}

void window_caller(struct window *w, struct window_symbol *s, sv function_id,
		   size_t max)
{
	const sv *id = window_intern(w, function_id);

	for (size_t i = 0; i < s->n_callers; i++)
		if (s->callers[i] == id)
			return;
	if (s->n_callers >= max) {
		s->callers_truncated = true;
		return;
	}
	if (s->n_callers == s->cap_callers)
		grow_callers(w, s);
	s->callers[s->n_callers++] = id;
}

static bool same_package(const void *entry, const void *key)
{
	const struct window_package *a = entry, *b = key;

	return a->evidence == b->evidence && a->module == b->module &&
	       a->build_id == b->build_id && a->purl == b->purl &&
	       a->image_digest == b->image_digest;
}

struct window_package *window_package(struct window *w,
				      const struct window_file *f)
{
	struct window_package key = {.image_digest =
					     window_intern(w, f->image_digest),
				     .purl = window_intern(w, f->purl),
				     .module = window_intern(w, f->module),
				     .build_id = window_intern(w, f->build_id),
				     .evidence = f->evidence};
	const void *parts[] = {key.image_digest, key.purl, key.module,
			       key.build_id};
	uint64_t h = hash_pointers(parts, ARRAY_LEN(parts)) + f->evidence;
	struct window_package *p =
		table_get(&w->package_table, h, same_package, &key);

	if (p)
		return p;
	p = arena_alloc(&w->arena, sizeof(*p));
	*p = key;
	table_add(&w->package_table, h, p);
	add_slot((void **)&w->packages, &w->n_packages, &w->cap_packages, p);
	return p;
}

static int by_text(const void *a, const void *b)
{
	return sv_cmp(**(const sv *const *)a, **(const sv *const *)b);
}

static int by_symbol(const void *pa, const void *pb)
{
	const struct window_symbol *a = *(struct window_symbol *const *)pa;
	const struct window_symbol *b = *(struct window_symbol *const *)pb;
	int c = sv_cmp(*a->image_digest, *b->image_digest);

	if (!c)
		c = sv_cmp(*a->purl, *b->purl);
	return c ? c : sv_cmp(*a->function_name, *b->function_name);
}

static int by_package(const void *pa, const void *pb)
{
	const struct window_package *a = *(struct window_package *const *)pa;
	const struct window_package *b = *(struct window_package *const *)pb;
	int c = sv_cmp(*a->image_digest, *b->image_digest);

	if (!c)
		c = sv_cmp(*a->purl, *b->purl);
	if (!c)
		c = sv_cmp(*a->module, *b->module);
	if (!c)
		c = sv_cmp(*a->build_id, *b->build_id);
	return c ? c : (int)a->evidence - (int)b->evidence;
}

void window_sort(struct window *w)
{
	if (w->n_symbols)
		qsort(w->symbols, w->n_symbols, sizeof(*w->symbols), by_symbol);
	if (w->n_packages)
		qsort(w->packages, w->n_packages, sizeof(*w->packages),
		      by_package);
	for (size_t i = 0; i < w->n_symbols; i++)
		if (w->symbols[i]->n_callers > 1)
			qsort(w->symbols[i]->callers, w->symbols[i]->n_callers,
			      sizeof(*w->symbols[i]->callers), by_text);
}

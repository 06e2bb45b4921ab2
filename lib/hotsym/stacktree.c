/* SPDX-License-Identifier: Apache-2.0 */
#include "hotsym/stacktree.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"

struct stacktree {
	struct stacknode *nodes;
	size_t n, cap, max;
	struct table by_parent; /* of indices, as pointers into ids */
	struct stackframe **frames;
	size_t n_frames, cap_frames;
	struct table by_name;
	struct arena arena;
	struct buf scratch;
	uint64_t cut;
};

/* What the table of nodes holds: an index that does not move. */
struct nodekey {
	uint32_t parent;
	const struct stackframe *frame;
	uint32_t node;
};

struct stacktree *stacktree_new(size_t max_nodes)
{
	struct stacktree *t = mem_zalloc(sizeof(*t));

	t->max = MIN(MAX(max_nodes, (size_t)1), (size_t)UINT32_MAX - 1);
	t->arena.block_size = 64 * KIB;
	t->cap = 1024;
	t->nodes = mem_alloc(t->cap * sizeof(*t->nodes));
	t->nodes[t->n++] = (struct stacknode){.parent = STACKTREE_NONE,
					      .child = STACKTREE_NONE,
					      .next = STACKTREE_NONE};
	return t;
}

void stacktree_free(struct stacktree *t)
{
	if (!t)
		return;
	table_release(&t->by_parent);
	table_release(&t->by_name);
	arena_release(&t->arena);
	buf_release(&t->scratch);
	mem_free(t->frames);
	mem_free(t->nodes);
	mem_free(t);
}

/* --- frames ----------------------------------------------------------------
 */

static bool same_frame(const void *entry, const void *key)
{
	const struct stackframe *a = entry, *b = key;

	return sv_eq(a->name, b->name) && sv_eq(a->module, b->module) &&
	       sv_eq(a->build_id, b->build_id) && sv_eq(a->file, b->file) &&
	       a->kernel == b->kernel;
}

/* NULL: not known, and no node could be made for it. */
static const struct stackframe *intern(struct stacktree *t,
				       const struct stackframe *key)
{
	uint64_t h = hash64(key->name, hash64(key->module, key->kernel));
	struct stackframe *f = table_get(&t->by_name, h, same_frame, key);

	if (f || t->n >= t->max)
		return f;
	f = arena_alloc(&t->arena, sizeof(*f));
	*f = *key;
	f->name = arena_dup(&t->arena, key->name);
	f->module = arena_dup(&t->arena, key->module);
	f->build_id = arena_dup(&t->arena, key->build_id);
	f->file = arena_dup(&t->arena, key->file);
	f->index = (uint32_t)t->n_frames;
	table_add(&t->by_name, h, f);
	if (t->n_frames == t->cap_frames) {
		t->cap_frames = t->cap_frames ? 2 * t->cap_frames : 256;
		t->frames = mem_realloc(t->frames,
					t->cap_frames * sizeof(*t->frames));
	}
	return t->frames[t->n_frames++] = f;
}

/* A frame nobody could name is known by where it is. */
static sv place_name(struct stacktree *t, sv module)
{
	sv base = sv_basename(module);

	if (base.n && base.p[0] == '[')
		return base;
	t->scratch.n = 0;
	buf_ch(&t->scratch, '[');
	buf_sv(&t->scratch, base.n ? base : SV("unknown"));
	buf_ch(&t->scratch, ']');
	return buf_view(&t->scratch);
}

static const struct stackframe *frame_of(struct stacktree *t,
					 const struct callview_frame *f)
{
	struct stackframe key = {.name = f->function_name,
				 .module = f->module,
				 .build_id = f->build_id,
				 .file = f->source_file,
				 .kernel = f->kernel,
				 .named = f->function_name.n != 0};

	key.jit = key.named && !f->kernel && !f->build_id.n &&
		  (!f->module.n || f->module.p[0] == '[');
	if (!key.named)
		key.name = place_name(t, f->module);
	return intern(t, &key);
}

static const struct stackframe *program_of(struct stacktree *t, sv binary)
{
	struct stackframe key = {.name = sv_basename(binary), .module = binary};

	if (!key.name.n)
		key.name = SV("[unknown]");
	return intern(t, &key);
}

/* --- nodes -----------------------------------------------------------------
 */

static bool same_node(const void *entry, const void *key)
{
	const struct nodekey *a = entry, *b = key;

	return a->parent == b->parent && a->frame == b->frame;
}

static uint32_t new_node(struct stacktree *t, uint32_t parent,
			 const struct stackframe *frame)
{
	if (t->n == t->cap) {
		t->cap = MIN(2 * t->cap, t->max);
		t->nodes = mem_realloc(t->nodes, t->cap * sizeof(*t->nodes));
	}
	t->nodes[t->n] =
		(struct stacknode){.frame = frame,
				   .parent = parent,
				   .child = STACKTREE_NONE,
				   .next = t->nodes[parent].child,
				   .depth = t->nodes[parent].depth + 1};
	t->nodes[parent].child = (uint32_t)t->n;
	return (uint32_t)t->n++;
}

/* The node's child for the frame, or STACKTREE_NONE over the bound. */
static uint32_t step(struct stacktree *t, uint32_t parent,
		     const struct stackframe *frame)
{
	struct nodekey key = {parent, frame, 0}, *k;
	uint64_t seed, h;

	if (!frame)
		return STACKTREE_NONE;
	seed = (uint64_t)parent << 32 | frame->index;
	h = hash64((sv){(const char *)&seed, sizeof(seed)}, 0);
	k = table_get(&t->by_parent, h, same_node, &key);
	if (k)
		return k->node;
	if (t->n >= t->max)
		return STACKTREE_NONE;
	k = arena_alloc(&t->arena, sizeof(*k));
	*k = (struct nodekey){parent, frame, new_node(t, parent, frame)};
	table_add(&t->by_parent, h, k);
	return k->node;
}

static void count(struct stacktree *t, uint32_t node, uint64_t weight)
{
	t->nodes[node].self += weight;
	for (; node != STACKTREE_NONE; node = t->nodes[node].parent)
		t->nodes[node].total += weight;
}

void stacktree_add(struct stacktree *t, const struct callview *v, bool kernel)
{
	uint64_t weight = MAX(v->weight, (uint64_t)1);
	uint32_t at = 0, next = step(t, 0, program_of(t, v->binary));

	for (size_t i = v->n_frames; next != STACKTREE_NONE && i--;) {
		at = next;
		if (!v->frames[i].kernel || kernel)
			next = step(t, at, frame_of(t, &v->frames[i]));
	}
	t->cut += next == STACKTREE_NONE ? weight : 0;
	count(t, next == STACKTREE_NONE ? at : next, weight);
}

/* --- reading ---------------------------------------------------------------
 */

static int by_parent_and_name(const void *pa, const void *pb, void *arg)
{
	const struct stacktree *t = arg;
	const struct stacknode *a = &t->nodes[*(const uint32_t *)pa];
	const struct stacknode *b = &t->nodes[*(const uint32_t *)pb];
	int c;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	c = sv_cmp(a->frame->name, b->frame->name);
	if (!c)
		c = sv_cmp(a->frame->module, b->frame->module);
	if (!c)
		c = sv_cmp(a->frame->build_id, b->frame->build_id);
	if (!c)
		c = sv_cmp(a->frame->file, b->frame->file);
	return c ? c : (int)a->frame->kernel - (int)b->frame->kernel;
}

void stacktree_sort(struct stacktree *t)
{
	uint32_t *order = mem_alloc(t->n * sizeof(*order));

	for (size_t i = 0; i < t->n; i++) {
		order[i] = (uint32_t)i;
		t->nodes[i].child = STACKTREE_NONE;
	}
	qsort_r(order + 1, t->n - 1, sizeof(*order), by_parent_and_name, t);
	for (size_t i = t->n; --i;) {
		struct stacknode *n = &t->nodes[order[i]];

		n->next = t->nodes[n->parent].child;
		t->nodes[n->parent].child = order[i];
	}
	mem_free(order);
}

const struct stacknode *stacktree_nodes(const struct stacktree *t, size_t *n)
{
	*n = t->n;
	return t->nodes;
}

const struct stackframe *const *stacktree_frames(const struct stacktree *t,
						 size_t *n)
{
	*n = t->n_frames;
	return (const struct stackframe *const *)t->frames;
}

uint64_t stacktree_cut(const struct stacktree *t)
{
	return t->cut;
}

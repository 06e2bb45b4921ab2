/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stacktree.h - all stacks of a stream in one tree: the root's children are
 * programs, then come frames from the outermost to the innermost. Each node
 * has how often a stack ended there and how often one went through.
 *
 * A function is told apart by its name, module, build-id and source file;
 * frames without a name are one frame a module. Memory is bounded in nodes: a
 * stack that needs more ends at the last node that there is, and is counted as
 * cut.
 */
#ifndef RT_STACKTREE_H
#define RT_STACKTREE_H

#include "base/base.h"
#include "hotsym/callview.h"

/* Views live as long as the tree. */
struct stackframe {
	sv name; /* never empty */
	sv module, build_id, file;
	uint32_t index; /* in order of coming, from 0 */
	bool kernel, jit, named;
};

#define STACKTREE_NONE UINT32_MAX

struct stacknode {
	const struct stackframe *frame; /* NULL: the root */
	uint32_t parent, child, next;	/* STACKTREE_NONE: none */
	uint32_t depth;
	uint64_t self, total;
};

struct stacktree;

struct stacktree *stacktree_new(size_t max_nodes);
void stacktree_free(struct stacktree *t);

/* kernel: with the kernel's frames as well. */
void stacktree_add(struct stacktree *t, const struct callview *v, bool kernel);

/*
 * Puts all children in the order of their names, so that what is written of
 * the tree does not depend on the order of events.
 */
void stacktree_sort(struct stacktree *t);

/* Nodes in order of coming; the first is the root. */
const struct stacknode *stacktree_nodes(const struct stacktree *t, size_t *n);
const struct stackframe *const *stacktree_frames(const struct stacktree *t,
						 size_t *n);
/* Stacks that ended too early for the bound. */
uint64_t stacktree_cut(const struct stacktree *t);

#endif

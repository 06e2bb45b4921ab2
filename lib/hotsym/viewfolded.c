/* SPDX-License-Identifier: Apache-2.0 */
#include "hotsym/viewfolded.h"

/* The form has no escapes. */
static void put_name(struct buf *out, const struct stackframe *f)
{
	for (size_t i = 0; i < f->name.n; i++) {
		unsigned char c = (unsigned char)f->name.p[i];

		buf_ch(out, c == ';'		    ? ':'
			    : c < 0x20 || c == 0x7f ? '?'
						    : (char)c);
	}
	if (f->kernel)
		buf_str(out, "_[k]");
	else if (f->jit)
		buf_str(out, "_[j]");
}

/* The nodes below `at`, each behind the path of those above. */
static void put_below(const struct stacknode *nodes, uint32_t at,
		      struct buf *path, struct buf *out)
{
	size_t mark = path->n;

	for (uint32_t i = nodes[at].child; i != STACKTREE_NONE;
	     i = nodes[i].next) {
		if (mark)
			buf_ch(path, ';');
		put_name(path, nodes[i].frame);
		if (nodes[i].self) {
			buf_sv(out, buf_view(path));
			buf_printf(out, " %llu\n",
				   (unsigned long long)nodes[i].self);
		}
		put_below(nodes, i, path, out);
		path->n = mark;
	}
}

void viewfolded_write(const struct view_data *d, struct buf *out)
{
	struct buf path = {0};
	size_t n;

	put_below(stacktree_nodes(d->tree, &n), 0, &path, out);
	buf_release(&path);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "hotsym/viewtable.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "text/termsafe.h"

#define MAX_NAME 1024 /* bytes of a name or module shown */
#define NUMBERS 29    /* columns before the name */

struct row {
	const struct stackframe *frame;
	uint64_t self, total;
};

/*
 * The totals of functions: along each path a recursive one counts once, which
 * is what `open` remembers while the tree is walked.
 */
static void gather(const struct stacknode *nodes, uint32_t at, struct row *rows,
		   bool *open)
{
	for (uint32_t i = nodes[at].child; i != STACKTREE_NONE;
	     i = nodes[i].next) {
		uint32_t f = nodes[i].frame->index;
		bool outer = !open[f] && nodes[i].depth > 1;

		rows[f].frame = nodes[i].frame;
		if (nodes[i].depth > 1)
			rows[f].self += nodes[i].self;
		if (outer) {
			rows[f].total += nodes[i].total;
			open[f] = true;
		}
		gather(nodes, i, rows, open);
		if (outer)
			open[f] = false;
	}
}

static int by_weight(const void *pa, const void *pb)
{
	const struct row *a = pa, *b = pb;
	int c;

	if (a->total != b->total)
		return a->total < b->total ? 1 : -1;
	if (a->self != b->self)
		return a->self < b->self ? 1 : -1;
	if (!a->total)
		return 0;
	c = sv_cmp(a->frame->name, b->frame->name);
	return c ? c : sv_cmp(a->frame->module, b->frame->module);
}

/* As much of safe text as fits, with a '>' where it does not. */
static sv fit(sv s, size_t columns, bool *cut)
{
	size_t at = 0, used = 0;

	while (at < s.n) {
		size_t k = utf8_seq(s.p + at, s.p + s.n);
		uint32_t c = k > 1 ? termsafe_decode(s.p + at, k) : 0;

		used += k > 1 ? termsafe_columns(c) : 1;
		if (used > columns)
			break;
		at += MAX(k, (size_t)1);
	}
	*cut = at < s.n;
	return sv_first(s, at);
}

static void put_row(const struct row *r, const struct view_data *d,
		    size_t width, struct buf *out)
{
	struct buf name = {0};
	bool cut;
	size_t room = width > 2 * NUMBERS ? width - NUMBERS : NUMBERS;
	double share =
		d->events ? 100.0 * (double)r->total / (double)d->events : 0;

	termsafe_put(&name, r->frame->name, MAX_NAME, false);
	if (r->frame->module.n) {
		buf_str(&name, "  ");
		termsafe_put(&name, r->frame->module, MAX_NAME, false);
	}
	buf_printf(out, "%10llu %6.2f%% %9llu ", (unsigned long long)r->total,
		   share, (unsigned long long)r->self);
	buf_sv(out, fit(buf_view(&name), room - 1, &cut));
	buf_str(out, cut ? ">\n" : "\n");
	buf_release(&name);
}

void viewtable_write(const struct view_data *d, size_t top, size_t width,
		     struct buf *out)
{
	size_t n, n_rows;
	const struct stacknode *nodes = stacktree_nodes(d->tree, &n);
	struct row *rows;
	bool *open;

	stacktree_frames(d->tree, &n_rows);
	rows = mem_zalloc((n_rows + 1) * sizeof(*rows));
	open = mem_zalloc((n_rows + 1) * sizeof(*open));
	gather(nodes, 0, rows, open);
	qsort(rows, n_rows, sizeof(*rows), by_weight);
	buf_printf(out, "%10s %7s %9s %s\n", "TOTAL", "SHARE", "SELF",
		   "FUNCTION  MODULE");
	while (n_rows && !rows[n_rows - 1].total)
		n_rows--; /* programs */
	for (size_t i = 0; i < MIN(n_rows, top); i++)
		put_row(&rows[i], d, width, out);
	buf_printf(out, "%llu events, %zu functions",
		   (unsigned long long)d->events, n_rows);
	view_losses(d, out);
	buf_ch(out, '\n');
	mem_free(rows);
	mem_free(open);
}

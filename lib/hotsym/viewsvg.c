/* SPDX-License-Identifier: Apache-2.0 */
#include "hotsym/viewsvg.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "hotsym/viewscript.h"
#include "text/termsafe.h"

enum {
	WIDTH = 1200,
	MARGIN = 10,
	HEAD = 52,
	FOOT = 30,
	ROW = 17,
	LETTER_TENTHS = 66, /* width of a character, in tenths of a pixel */
	MAX_NAME = 1024,
	TENTHS = 10,
};

struct svg {
	const struct view_data *d;
	const struct stacknode *nodes;
	struct buf *out, name;
	uint64_t total;
	uint32_t depth, count;
};

/* Safe text as XML's, which knows five characters of its own. */
static void put_xml(struct buf *out, sv s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '&':
			buf_str(out, "&amp;");
			break;
		case '<':
			buf_str(out, "&lt;");
			break;
		case '>':
			buf_str(out, "&gt;");
			break;
		case '"':
			buf_str(out, "&quot;");
			break;
		case '\'':
			buf_str(out, "&#39;");
			break;
		default:
			buf_ch(out, s.p[i]);
		}
}

/* The name in svg->name: without controls, and so without what XML forbids. */
static sv safe(struct svg *g, sv s)
{
	g->name.n = 0;
	termsafe_put(&g->name, s, MAX_NAME, false);
	return buf_view(&g->name);
}

/* As many whole characters as fit into the pixels, or none. */
static sv fit(sv s, double pixels)
{
	double letters = (pixels - 6) * TENTHS / LETTER_TENTHS;
	size_t at = 0;

	if (letters < 3)
		return SV_NULL;
	for (size_t used = 0; at < s.n && used + 1 < (size_t)letters; used++)
		at += MAX(utf8_seq(s.p + at, s.p + s.n), (size_t)1);
	return sv_first(s, at);
}

/* Warm colours for programs, green for run-time code, orange for kernels. */
static void put_colour(struct buf *out, const struct stackframe *f)
{
	uint64_t h = hash64(f->name, 1);
	unsigned int vary = (unsigned int)(h % 50);

	if (f->kernel)
		buf_printf(out, "#%02x%02x%02x", 225, 130 + vary, 40);
	else if (f->jit)
		buf_printf(out, "#%02x%02x%02x", 80 + vary, 200, 90 + vary / 2);
	else
		buf_printf(out, "#%02x%02x%02x", 205 + vary,
			   80 + (unsigned int)(h >> 32) % 110, vary);
}

static double pixels(const struct svg *g, uint64_t events)
{
	return g->total ? (double)events * (WIDTH - 2 * MARGIN) /
				  (double)g->total
			: 0;
}

static void put_frame(struct svg *g, const struct stackframe *f, uint64_t x,
		      uint64_t n, uint32_t depth)
{
	double left = MARGIN + pixels(g, x), width = pixels(g, n);
	unsigned int top = HEAD + (g->depth - depth) * ROW;
	double share = g->total ? 100.0 * (double)n / (double)g->total : 0;
	sv name = f ? safe(g, f->name) : SV("all");

	buf_printf(g->out, "<g data-x=\"%llu\" data-n=\"%llu\" data-d=\"%u\"",
		   (unsigned long long)x, (unsigned long long)n, depth);
	buf_str(g->out, " data-f=\"");
	put_xml(g->out, name);
	buf_str(g->out, "\"><title>");
	put_xml(g->out, name);
	if (f && f->module.n && f->named) {
		buf_str(g->out, "\n");
		put_xml(g->out, safe(g, f->module));
	}
	if (f && f->file.n) {
		buf_str(g->out, "\n");
		put_xml(g->out, safe(g, f->file));
	}
	buf_printf(g->out, "\n%llu events, %.2f%%</title>",
		   (unsigned long long)n, share);
	buf_printf(g->out, "<rect x=\"%.1f\" y=\"%u\" width=\"%.1f\" fill=\"",
		   left, top, width);
	if (f)
		put_colour(g->out, f);
	else
		buf_str(g->out, "#d8d8d8");
	buf_printf(g->out, "\"/><text x=\"%.1f\" y=\"%u\">", left + 3,
		   top + 12);
	put_xml(g->out, fit(f ? safe(g, f->name) : name, width));
	buf_str(g->out, "</text></g>\n");
	g->count++;
}

static bool is_seen(const struct svg *g, const struct stacknode *n)
{
	return pixels(g, n->total) >= 0.1;
}

static void measure(struct svg *g, uint32_t at)
{
	g->depth = MAX(g->depth, g->nodes[at].depth);
	for (uint32_t i = g->nodes[at].child; i != STACKTREE_NONE;
	     i = g->nodes[i].next)
		if (is_seen(g, &g->nodes[i]))
			measure(g, i);
}

static void put_below(struct svg *g, uint32_t at, uint64_t x)
{
	for (uint32_t i = g->nodes[at].child; i != STACKTREE_NONE;
	     i = g->nodes[i].next) {
		if (is_seen(g, &g->nodes[i])) {
			put_frame(g, g->nodes[i].frame, x, g->nodes[i].total,
				  g->nodes[i].depth);
			put_below(g, i, x);
		}
		x += g->nodes[i].total;
	}
}

static void put_head(struct svg *g)
{
	unsigned int height = HEAD + (g->depth + 1) * ROW + FOOT;
	struct buf losses = {0};

	buf_printf(g->out,
		   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" "
		   "viewBox=\"0 0 %d %u\" width=\"%d\" height=\"%u\">\n",
		   WIDTH, height, WIDTH, height);
	buf_str(g->out, viewscript_style);
	buf_printf(g->out,
		   "<rect class=\"page\" width=\"%d\" height=\"%u\"/>\n"
		   "<text class=\"title\" x=\"%d\" y=\"22\">%llu events",
		   WIDTH, height, MARGIN, (unsigned long long)g->d->events);
	view_losses(g->d, &losses);
	put_xml(g->out, buf_view(&losses));
	buf_release(&losses);
	buf_printf(g->out,
		   "</text>\n<text id=\"search\" class=\"button\" x=\"%d\" "
		   "y=\"22\">search</text>\n"
		   "<text id=\"matched\" x=\"%d\" y=\"40\"></text>\n"
		   "<text id=\"details\" x=\"%d\" y=\"%u\"></text>\n"
		   "<g id=\"frames\">\n",
		   WIDTH - MARGIN - 50, MARGIN, MARGIN, height - 10);
}

void viewsvg_write(const struct view_data *d, struct buf *out)
{
	struct svg g = {.d = d, .out = out};
	size_t n;

	g.nodes = stacktree_nodes(d->tree, &n);
	g.total = g.nodes[0].total;
	measure(&g, 0);
	put_head(&g);
	put_frame(&g, NULL, 0, g.total, 0);
	put_below(&g, 0, 0);
	buf_str(out, "</g>\n");
	buf_str(out, viewscript_code);
	buf_str(out, "</svg>\n");
	buf_release(&g.name);
}

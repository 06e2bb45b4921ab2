/* SPDX-License-Identifier: Apache-2.0 */
#include "package/buildinfo.h"

#include "pkgdb/pkgid.h"
#include "text/line.h"

enum { MAGIC = 14, HEAD = 32, FLAG_INLINE = 2, SENTINEL = 16 };

#define VERSION_CHARS                                                          \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

struct module {
	sv path, version;
};

struct reader {
	struct arena *arena;
	struct parts *parts;
	struct buf *main; /* purl of the main module */
	struct buf purl;
	/* A line that the next one may replace. */
	struct module held;
	bool held_main;
};

static bool next_text(sv *rest, sv *text)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < rest->n && i < 5; i++) {
		n |= (uint64_t)(rest->p[i] & 127) << (7 * i);
		if (!(rest->p[i] & 128))
			break;
	}
	if (i == rest->n || i == 5 || n > rest->n - i - 1)
		return false;
	*text = sv_first(sv_from(*rest, i + 1), n);
	*rest = sv_from(*rest, i + 1 + n);
	return true;
}

static sv next_field(sv *line)
{
	size_t n = sv_find(*line, '\t');
	sv field = sv_first(*line, n);

	*line = n == SIZE_MAX ? SV_NULL : sv_from(*line, n + 1);
	return field;
}

static void put_purl(const struct module *m, struct buf *out)
{
	size_t slash = sv_rfind(m->path, '/');
	struct pkgid id = {.type = "golang", .version = m->version};

	id.space = slash == SIZE_MAX ? SV_NULL : sv_first(m->path, slash);
	id.name = slash == SIZE_MAX ? m->path : sv_from(m->path, slash + 1);
	if (sv_eq(m->version, SV("(devel)")))
		id.version = SV_NULL;
	out->n = 0;
	pkgid_purl(&id, out);
}

/* `by` is what was compiled under the name of `m`. */
static void add(struct reader *r, const struct module *m,
		const struct module *by)
{
	if (!m->path.n)
		return;
	put_purl(by, &r->purl);
	parts_add(r->parts, r->arena, m->path, buf_view(&r->purl));
	if (!r->held_main)
		return;
	parts_add(r->parts, r->arena, SV("main"), buf_view(&r->purl));
	buf_sv(r->main, buf_view(&r->purl));
}

/* A folder on the builder's machine says nothing to others. */
static bool is_module(const struct module *m)
{
	return m->path.n && m->path.p[0] != '.' && m->path.p[0] != '/';
}

static void end_held(struct reader *r, const struct module *by)
{
	add(r, &r->held, by);
	r->held = (struct module){0};
	r->held_main = false;
}

static void take_line(struct reader *r, sv line)
{
	sv what = next_field(&line);
	struct module m;

	m.path = next_field(&line);
	m.version = next_field(&line);
	if (sv_eq(what, SV("=>"))) {
		end_held(r, is_module(&m) ? &m : &r->held);
		return;
	}
	end_held(r, &r->held);
	r->held_main = sv_eq(what, SV("mod"));
	if (r->held_main || sv_eq(what, SV("dep")))
		r->held = m;
}

/*
 * The library has no import path of its own; this is what scanners call it.
 * Versions of Go are of letters, digits and dots.
 */
static void add_library(struct reader *r, sv go)
{
	go = sv_first(go, sv_find(go, ' '));
	if (!sv_starts(go, SV("go")))
		return;
	go = sv_from(go, 2);
	for (size_t i = 0; i < go.n; i++)
		if (!(go.p[i] && strchr(VERSION_CHARS, go.p[i])))
			return;
	r->purl.n = 0;
	buf_str(&r->purl, "pkg:golang/stdlib@");
	buf_sv(&r->purl, go);
	parts_add(r->parts, r->arena, SV_NULL, buf_view(&r->purl));
}

static size_t count_lines(sv text)
{
	size_t n = 0;

	while (text.n && n < BUILDINFO_MAX_MODULES) {
		line_next(&text);
		n++;
	}
	return n;
}

bool buildinfo_read(sv section, struct arena *a, struct buf *purl,
		    struct parts **parts)
{
	struct reader r = {.arena = a, .main = purl};
	sv rest = sv_from(section, HEAD), go, modules = SV_NULL;

	*parts = NULL;
	if (section.n < HEAD || !sv_starts(section, SV("\xff Go buildinf:")) ||
	    !(section.p[MAGIC + 1] & FLAG_INLINE) || !next_text(&rest, &go))
		return false;
	if (next_text(&rest, &modules) && modules.n > 2 * SENTINEL)
		modules = sv_first(sv_from(modules, SENTINEL),
				   modules.n - 2 * SENTINEL);
	else
		modules = SV_NULL;
	/* Two more: `main`, and the library. */
	r.parts = parts_new(a, PARTS_GO, count_lines(modules) + 2);
	add_library(&r, go);
	while (modules.n)
		take_line(&r, line_next(&modules));
	end_held(&r, &r.held);
	buf_release(&r.purl);
	*parts = r.parts;
	return true;
}

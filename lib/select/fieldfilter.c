/* SPDX-License-Identifier: Apache-2.0 */
#include "select/fieldfilter.h"

#include <stdio.h>

#include "base/mem.h"
#include "codec/pbwire.h"
#include "event/request.h"

/* A tree of names; a leaf stands for all below it. No names: everything. */
struct node {
	sv name;
	struct node *below, *next;
};

struct fieldfilter {
	struct node *paths;
	sv wire;
	bool exclude, invert, for_all;
	bool in_oneof; /* a path goes through a member of an inner oneof */
};

/* --- paths --------------------------------------------------------------- */

static struct node *find(struct node *list, sv name)
{
	while (list && !sv_eq(list->name, name))
		list = list->next;
	return list;
}

static void free_nodes(struct node *n)
{
	while (n) {
		struct node *next = n->next;

		free_nodes(n->below);
		mem_free(n);
		n = next;
	}
}

static sv step(sv *path)
{
	size_t dot = sv_find(*path, '.');
	sv name = sv_first(*path, MIN(dot, path->n));

	*path = dot == SIZE_MAX ? SV_NULL : sv_from(*path, dot + 1);
	return name;
}

/* The deeper of two paths wins, whichever comes first, as in the agent. */
static void add_name(struct node ***list, sv name)
{
	struct node *n = find(**list, name);

	if (!n) {
		n = mem_zalloc(sizeof(*n));
		n->name = name;
		n->next = **list;
		**list = n;
	}
	*list = &n->below;
}

/* False where m, the message of an event type, has no such field. */
static bool leads_somewhere(const struct schema_msg *m, sv path)
{
	do {
		const struct schema_field *f =
			m ? schema_by_name(m, step(&path)) : NULL;

		if (!f)
			return false;
		m = f->msg;
	} while (path.p);
	return true;
}

/*
 * Under the names that the types give; the path may have either form. An
 * event type that lacks the field is cut by the same names, and has none.
 */
static void add_path(struct fieldfilter *ff, const struct schema_msg *m,
		     sv path)
{
	struct node **list = &ff->paths;
	bool top = true;

	do {
		const struct schema_field *f = schema_by_name(m, step(&path));

		add_name(&list, f->name);
		ff->in_oneof |= !top && f->oneof;
		m = f->msg;
		top = false;
	} while (path.p);
}

/* Does any event type have it? */
static bool add_known(struct fieldfilter *ff, sv path)
{
	const struct schema_msg *m = request_response();

	for (size_t i = 0; i < m->n; i++)
		if (m->fields[i].oneof &&
		    leads_somewhere(m->fields[i].msg, path)) {
			add_path(ff, m->fields[i].msg, path);
			return true;
		}
	return false;
}

static bool parse_mask(struct fieldfilter *f, sv mask, char *why, size_t n)
{
	struct pb_cur c = pb_walk(mask);
	struct pb_field pf;

	while (pb_next(&c, &pf) > 0) {
		if (pf.num != 1 || pf.wt != PB_LEN || add_known(f, pf.data))
			continue;
		snprintf(why, n, "no event has a field '%.*s'",
			 SV_ARG(pf.data));
		return false;
	}
	return true;
}

struct fieldfilter *fieldfilter_new(sv wire, char *why, size_t why_size)
{
	struct fieldfilter *f = mem_zalloc(sizeof(*f));
	struct pb_cur c = pb_walk(wire);
	struct pb_field pf;
	uint64_t v;

	f->wire = wire;
	f->for_all = true;
	while (pb_next(&c, &pf) > 0) {
		if (pf.num == FIELDS_EVENT_SET)
			f->for_all = false;
		else if (pf.num == FIELDS_ACTION)
			f->exclude = pf.v == 1;
		else if (pf.num == FIELDS_INVERT)
			f->invert = pb_get_wrapper(pf.data, &v) && v;
		else if (pf.num == FIELDS_MASK &&
			 !parse_mask(f, pf.data, why, why_size)) {
			fieldfilter_free(f);
			return NULL;
		}
	}
	return f;
}

void fieldfilter_free(struct fieldfilter *f)
{
	if (!f)
		return;
	free_nodes(f->paths);
	mem_free(f);
}

/* --- cutting ------------------------------------------------------------- */

static bool cut(const struct fieldfilter *f, struct node *paths,
		const struct schema_msg *m, sv wire, struct buf *out)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field pf;
	int r;

	while ((r = pb_next(&c, &pf)) > 0) {
		const struct schema_field *sf =
			m ? schema_by_num(m, pf.num) : NULL;
		struct node *n = sf ? find(paths, sf->name) : NULL;

		if (n && n->below && pf.wt == PB_LEN && sf->msg) {
			size_t at = pb_open(out, pf.num, 2);

			if (!cut(f, n->below, sf->msg, pf.data, out))
				return false;
			pb_close(out, at, 2);
		} else if (f->exclude ? !n || n->below : n && !n->below) {
			buf_sv(out, pf.raw);
		}
	}
	return r == 0;
}

/* Of the event's type, packed or one by one. */
static bool in_set(const struct fieldfilter *f, uint32_t type)
{
	struct pb_cur c = pb_walk(f->wire);
	struct pb_field pf;

	while (pb_next(&c, &pf) > 0) {
		const char *p = pf.data.p, *end = sv_end(pf.data);
		uint64_t v = pf.v;

		if (pf.num != FIELDS_EVENT_SET)
			continue;
		if (pf.wt == PB_VARINT && v == type)
			return true;
		while (pf.wt == PB_LEN && p && p < end) {
			p = pb_varint(p, end, &v);
			if (p && v == type)
				return true;
		}
	}
	return false;
}

bool fieldfilter_cut(const struct fieldfilter *f, sv event, struct buf *out)
{
	struct pb_cur c = pb_walk(event);
	struct pb_field pf;
	int r;

	while ((r = pb_next(&c, &pf)) > 0) {
		const struct schema_field *sf =
			schema_by_num(request_response(), pf.num);
		bool body = sf && sf->oneof && pf.wt == PB_LEN && f->paths;

		if (body && (f->for_all || in_set(f, pf.num) != f->invert)) {
			size_t at = pb_open(out, pf.num, 2);

			if (!cut(f, f->paths, sf->msg, pf.data, out))
				return false;
			pb_close(out, at, 2);
		} else {
			buf_sv(out, pf.raw);
		}
	}
	return r == 0;
}

bool fieldfilter_is_ours(const struct fieldfilter *f)
{
	return f->in_oneof && !f->exclude;
}

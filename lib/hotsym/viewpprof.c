/* SPDX-License-Identifier: Apache-2.0 */
#include "hotsym/viewpprof.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "codec/pbwire.h"

#define NS_PER_S 1000000000

/* Field numbers of profile.proto. */
enum {
	PROFILE_SAMPLE_TYPE = 1,
	PROFILE_SAMPLE = 2,
	PROFILE_MAPPING = 3,
	PROFILE_LOCATION = 4,
	PROFILE_FUNCTION = 5,
	PROFILE_STRING = 6,
	PROFILE_TIME_NANOS = 9,
	PROFILE_DURATION_NANOS = 10,
	PROFILE_COMMENT = 13,
	TYPE_TYPE = 1,
	TYPE_UNIT = 2,
	SAMPLE_LOCATION = 1,
	SAMPLE_VALUE = 2,
	MAPPING_ID = 1,
	MAPPING_FILENAME = 5,
	MAPPING_BUILD_ID = 6,
	MAPPING_HAS_FUNCTIONS = 7,
	LOCATION_ID = 1,
	LOCATION_MAPPING = 2,
	LOCATION_LINE = 4,
	LINE_FUNCTION = 1,
	FUNCTION_ID = 1,
	FUNCTION_NAME = 2,
	FUNCTION_SYSTEM_NAME = 3,
	FUNCTION_FILENAME = 4,
};

struct string {
	sv s;
	uint64_t index;
};

struct mapping {
	sv module, build_id;
	uint64_t id;
};

struct pprof {
	struct buf *out;
	struct table strings, mappings;
	struct arena arena;
	uint64_t n_strings, n_mappings, n_frames;
	uint64_t *ids; /* of locations and functions, by frame; 0: none yet */
	struct buf table; /* the strings, as fields of the profile */
	struct buf message;
};

static bool same_string(const void *entry, const void *key)
{
	return sv_eq(((const struct string *)entry)->s, *(const sv *)key);
}

static uint64_t string(struct pprof *p, sv s)
{
	uint64_t h = hash64(s, 0);
	struct string *e = table_get(&p->strings, h, same_string, &s);

	if (!e) {
		e = arena_alloc(&p->arena, sizeof(*e));
		*e = (struct string){arena_dup(&p->arena, s), p->n_strings++};
		table_add(&p->strings, h, e);
		pb_put_bytes(&p->table, PROFILE_STRING, s);
	}
	return e->index;
}

static void put_message(struct pprof *p, uint32_t field)
{
	pb_put_bytes(p->out, field, buf_view(&p->message));
	p->message.n = 0;
}

static bool same_mapping(const void *entry, const void *key)
{
	const struct mapping *a = entry, *b = key;

	return sv_eq(a->module, b->module) && sv_eq(a->build_id, b->build_id);
}

static uint64_t mapping(struct pprof *p, const struct stackframe *f)
{
	struct mapping key = {f->module, f->build_id, 0}, *m;
	uint64_t h = hash64(f->module, hash64(f->build_id, 0));

	m = table_get(&p->mappings, h, same_mapping, &key);
	if (m)
		return m->id;
	m = arena_alloc(&p->arena, sizeof(*m));
	*m = key;
	m->id = ++p->n_mappings;
	table_add(&p->mappings, h, m);
	pb_put_uint(&p->message, MAPPING_ID, m->id);
	pb_put_uint(&p->message, MAPPING_FILENAME, string(p, f->module));
	pb_put_uint(&p->message, MAPPING_BUILD_ID, string(p, f->build_id));
	pb_put_uint(&p->message, MAPPING_HAS_FUNCTIONS, 1);
	put_message(p, PROFILE_MAPPING);
	return m->id;
}

/* A location and a function a frame; ids are never 0. */
static void put_frame(struct pprof *p, const struct stackframe *f)
{
	uint64_t id = p->ids[f->index] = ++p->n_frames;
	uint64_t map = f->module.n ? mapping(p, f) : 0;
	size_t at;

	pb_put_uint(&p->message, LOCATION_ID, id);
	pb_put_uint(&p->message, LOCATION_MAPPING, map);
	at = pb_open(&p->message, LOCATION_LINE, 1);
	pb_put_uint(&p->message, LINE_FUNCTION, id);
	pb_close(&p->message, at, 1);
	put_message(p, PROFILE_LOCATION);
	pb_put_uint(&p->message, FUNCTION_ID, id);
	pb_put_uint(&p->message, FUNCTION_NAME, string(p, f->name));
	pb_put_uint(&p->message, FUNCTION_SYSTEM_NAME, string(p, f->name));
	pb_put_uint(&p->message, FUNCTION_FILENAME, string(p, f->file));
	put_message(p, PROFILE_FUNCTION);
}

/* From the innermost frame outwards. */
static void put_sample(struct pprof *p, const struct stacknode *nodes,
		       uint32_t at)
{
	uint64_t value = nodes[at].self;

	for (; nodes[at].frame; at = nodes[at].parent)
		pb_put_uint(&p->message, SAMPLE_LOCATION,
			    p->ids[nodes[at].frame->index]);
	pb_put_uint(&p->message, SAMPLE_VALUE, value);
	put_message(p, PROFILE_SAMPLE);
}

/* In the order of the sorted tree, each frame before its first sample. */
static void put_below(struct pprof *p, const struct stacknode *nodes,
		      uint32_t at)
{
	for (uint32_t i = nodes[at].child; i != STACKTREE_NONE;
	     i = nodes[i].next) {
		if (!p->ids[nodes[i].frame->index])
			put_frame(p, nodes[i].frame);
		if (nodes[i].self)
			put_sample(p, nodes, i);
		put_below(p, nodes, i);
	}
}

static int64_t to_ns(struct timestamp t)
{
	return t.sec * NS_PER_S + t.nsec;
}

static void put_head(struct pprof *p, const struct view_data *d)
{
	struct buf losses = {0};

	string(p, SV_NULL);
	pb_put_uint(&p->message, TYPE_TYPE, string(p, SV("events")));
	pb_put_uint(&p->message, TYPE_UNIT, string(p, SV("count")));
	put_message(p, PROFILE_SAMPLE_TYPE);
	if (timestamp_is_set(d->first)) {
		pb_put_uint(p->out, PROFILE_TIME_NANOS,
			    (uint64_t)to_ns(d->first));
		pb_put_uint(p->out, PROFILE_DURATION_NANOS,
			    (uint64_t)(to_ns(d->last) - to_ns(d->first)));
	}
	view_losses(d, &losses);
	if (losses.n)
		pb_put_uint(p->out, PROFILE_COMMENT,
			    string(p, sv_from(buf_view(&losses), 2)));
	buf_release(&losses);
}

void viewpprof_write(const struct view_data *d, struct buf *out)
{
	struct pprof p = {.out = out};
	size_t n, n_frames;
	const struct stacknode *nodes = stacktree_nodes(d->tree, &n);
	stacktree_frames(d->tree, &n_frames);
	p.ids = mem_zalloc((n_frames + 1) * sizeof(*p.ids));
	put_head(&p, d);
	put_below(&p, nodes, 0);
	buf_sv(out, buf_view(&p.table));
	mem_free(p.ids);
	table_release(&p.strings);
	table_release(&p.mappings);
	arena_release(&p.arena);
	buf_release(&p.table);
	buf_release(&p.message);
}

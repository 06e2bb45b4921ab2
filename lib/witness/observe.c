/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/observe.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "codec/pbwire.h"

/* --- subjects and claims ---------------------------------------------------
 */

static bool same_subject(const void *entry, const void *key)
{
	return sv_eq(((const struct subject *)entry)->digest, *(const sv *)key);
}

static void *add_to(void **list, size_t *n, size_t *cap, void *entry)
{
	void **v = *list;

	if (*n == *cap) {
		*cap = *cap ? 2 * *cap : 16;
		v = mem_realloc(v, *cap * sizeof(*v));
		*list = v;
	}
	return v[(*n)++] = entry;
}

/* NULL: the observation is of no image. */
static struct subject *subject_of(struct observe *o, sv digest)
{
	uint64_t h;
	struct subject *s;

	if (!digest.n)
		digest = o->fallback;
	if (!digest.n) {
		o->without++;
		return NULL;
	}
	h = hash64(digest, 0);
	s = table_get(&o->subjects_by, h, same_subject, &digest);
	if (s)
		return s;
	s = arena_zalloc(&o->arena, sizeof(*s));
	s->digest = arena_dup(&o->arena, digest);
	table_add(&o->subjects_by, h, s);
	return add_to((void **)&o->subjects, &o->n_subjects, &o->cap_subjects,
		      s);
}

static bool same_claim(const void *entry, const void *key)
{
	const struct claim *a = &((const struct observation *)entry)->claim;
	const struct claim *b = key;

	return sv_eq(a->function, b->function) &&
	       sv_eq(a->build_id, b->build_id) && sv_eq(a->purl, b->purl) &&
	       sv_eq(a->image_digest, b->image_digest);
}

static uint64_t claim_hash(const struct claim *c)
{
	return hash64(c->function,
		      hash64(c->build_id,
			     hash64(c->purl, hash64(c->image_digest, 0))));
}

static struct observation *observation_of(struct observe *o, struct subject *s,
					  const struct claim *c)
{
	uint64_t h = claim_hash(c);
	struct observation *v = table_get(&o->claims_by, h, same_claim, c);

	if (v)
		return v;
	v = arena_zalloc(&o->arena, sizeof(*v));
	v->claim = (struct claim){s->digest, arena_dup(&o->arena, c->purl),
				  arena_dup(&o->arena, c->function),
				  arena_dup(&o->arena, c->build_id)};
	if (!claim_id(&v->claim, v->id))
		return NULL;
	table_add(&o->claims_by, h, v);
	o->claims++;
	return add_to((void **)&s->v, &s->n, &s->cap, v);
}

/* --- widening --------------------------------------------------------------
 */

static void widen(struct timestamp *first, struct timestamp *last,
		  struct timestamp from, struct timestamp to)
{
	if (timestamp_is_set(from) &&
	    (!timestamp_is_set(*first) || timestamp_cmp(from, *first) < 0))
		*first = from;
	if (timestamp_is_set(to) && timestamp_cmp(to, *last) > 0)
		*last = to;
}

/* The smallest, so that the order of records does not matter. */
static void keep_least(struct observe *o, sv *kept, sv s)
{
	if (s.n && (!kept->n || sv_cmp(s, *kept) < 0))
		*kept = arena_dup(&o->arena, s);
}

static void add_caller(struct observe *o, struct observation *v, sv id)
{
	sv *more;

	for (uint32_t i = 0; i < v->n_callers; i++)
		if (sv_eq(v->callers[i], id))
			return;
	if (v->n_callers == OBSERVE_MAX_CALLERS) {
		v->callers_cut = true;
		return;
	}
	if (v->n_callers == v->cap_callers) {
		v->cap_callers = v->cap_callers ? 2 * v->cap_callers : 2;
		more = arena_alloc(&o->arena, v->cap_callers * sizeof(*more));
		if (v->n_callers)
			memcpy(more, v->callers, v->n_callers * sizeof(*more));
		v->callers = more;
	}
	v->callers[v->n_callers++] = arena_dup(&o->arena, id);
}

static void see_module(struct subject *s, sv module)
{
	sv base = sv_from(module, sv_rfind(module, '/') + 1);

	s->glibc |= sv_eq(base, SV("libc.so.6"));
	s->musl |= sv_starts(base, SV("ld-musl-"));
}

/* --- hot symbols -----------------------------------------------------------
 */

enum {
	H_WINDOW_START = 1,
	H_IMAGE_DIGEST = 3,
	H_PURL,
	H_FUNCTION,
	H_MODULE,
	H_BUILD_ID,
	H_FUNCTION_ID,
	H_COUNT,
	H_CALLERS,
	H_FIRST = 14,
	H_LAST,
	H_SOURCE = 20,
	H_CALLERS_CUT,
};

struct hot {
	struct claim claim;
	sv module, function_id, cluster, node;
	uint64_t count;
	struct timestamp first, last;
	bool callers_cut;
};

static bool read_time(sv wire, struct timestamp *t)
{
	return pb_get_timestamp(wire, &t->sec, &t->nsec) && timestamp_valid(*t);
}

static bool read_source(sv wire, struct hot *h)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	while ((r = pb_next(&c, &f)) > 0)
		if (f.num == 1)
			h->cluster = f.data;
		else if (f.num == 2)
			h->node = f.data;
	return r == 0;
}

static bool hot_field(struct hot *h, const struct pb_field *f)
{
	switch (f->num) {
	case H_IMAGE_DIGEST:
		h->claim.image_digest = f->data;
		break;
	case H_PURL:
		h->claim.purl = f->data;
		break;
	case H_FUNCTION:
		h->claim.function = f->data;
		break;
	case H_MODULE:
		h->module = f->data;
		break;
	case H_BUILD_ID:
		h->claim.build_id = f->data;
		break;
	case H_FUNCTION_ID:
		h->function_id = f->data;
		break;
	case H_COUNT:
		h->count = f->v;
		break;
	case H_FIRST:
		return read_time(f->data, &h->first);
	case H_LAST:
		return read_time(f->data, &h->last);
	case H_SOURCE:
		return read_source(f->data, h);
	case H_CALLERS_CUT:
		h->callers_cut = f->v != 0;
		break;
	default:
		break;
	}
	return true;
}

static struct observation *observe_one(struct observe *o, struct subject *s,
				       const struct hot *h)
{
	struct observation *v = observation_of(o, s, &h->claim);

	if (!v)
		return NULL;
	v->count += h->count;
	v->callers_cut |= h->callers_cut;
	keep_least(o, &v->module, h->module);
	keep_least(o, &v->function_id, h->function_id);
	widen(&v->first, &v->last, h->first, h->last);
	widen(&s->first, &s->last, h->first, h->last);
	keep_least(o, &s->cluster, h->cluster);
	keep_least(o, &s->node, h->node);
	see_module(s, h->module);
	return v;
}

bool observe_hot_symbol(struct observe *o, sv body)
{
	struct pb_cur c = pb_walk(body);
	struct hot h = {.count = 0};
	struct observation *v;
	struct subject *s;
	struct pb_field f;
	int r;

	while ((r = pb_next(&c, &f)) > 0)
		if (!hot_field(&h, &f))
			return false;
	if (r < 0)
		return false;
	s = subject_of(o, h.claim.image_digest);
	if (!s)
		return true;
	h.claim.image_digest = s->digest;
	v = observe_one(o, s, &h);
	if (!v)
		return false;
	c = pb_walk(body);
	while (pb_next(&c, &f) > 0)
		if (f.num == H_CALLERS)
			add_caller(o, v, f.data);
	return true;
}

/* --- calls -----------------------------------------------------------------
 */

enum {
	C_TIME = 2,
	C_SYSCALL = 6,
	C_FRAME = 7,
	C_IMAGE_DIGEST = 17,
	C_NODE = 20,
	C_CLUSTER = 21,
	MAX_FRAMES = 256,
};

struct frame {
	struct claim claim;
	sv module, function_id;
	bool kernel;
};

static bool read_frame(sv wire, struct frame *fr)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	*fr = (struct frame){.kernel = false};
	while ((r = pb_next(&c, &f)) > 0)
		switch (f.num) {
		case 1:
			fr->module = f.data;
			break;
		case 4:
			fr->kernel = f.v != 0;
			break;
		case 7:
			fr->claim.function = f.data;
			break;
		case 9:
			fr->claim.build_id = f.data;
			break;
		case 11:
			fr->function_id = f.data;
			break;
		case 13:
			fr->claim.purl = f.data;
			break;
		default:
			break;
		}
	return r == 0;
}

/* Up to the offset: the function itself. */
static sv function_itself(struct buf *room, sv id)
{
	size_t plus = sv_rfind(id, '+');

	if (plus == SIZE_MAX)
		return id;
	room->n = 0;
	buf_sv(room, sv_first(id, plus));
	buf_str(room, "+0x0");
	return buf_view(room);
}

static bool seen_before(const struct frame *v, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!v[k].kernel &&
		    sv_eq(v[k].claim.function, v[i].claim.function) &&
		    sv_eq(v[k].claim.build_id, v[i].claim.build_id) &&
		    sv_eq(v[k].claim.purl, v[i].claim.purl))
			return true;
	return false;
}

static bool observe_frames(struct observe *o, struct subject *s,
			   struct frame *v, size_t n, struct hot *h)
{
	for (size_t i = 0; i < n; i++) {
		const struct frame *up = i + 1 < n ? &v[i + 1] : NULL;
		struct observation *seen;

		if (v[i].kernel || !v[i].claim.function.n)
			continue;
		h->claim = v[i].claim;
		h->claim.image_digest = s->digest;
		h->module = v[i].module;
		h->function_id = function_itself(&o->own, v[i].function_id);
		h->count = !seen_before(v, i);
		seen = observe_one(o, s, h);
		if (!seen)
			return false;
		if (up && !up->kernel && up->function_id.n)
			add_caller(
				o, seen,
				function_itself(&o->callers, up->function_id));
	}
	return true;
}

bool observe_call(struct observe *o, sv body)
{
	struct pb_cur c = pb_walk(body);
	struct frame frames[MAX_FRAMES];
	struct hot h = {.count = 0};
	sv digest = SV_NULL, syscall = SV_NULL;
	enum observe_family family;
	struct subject *s;
	struct pb_field f;
	size_t n = 0;
	int r;

	while ((r = pb_next(&c, &f)) > 0)
		if (f.num == C_IMAGE_DIGEST)
			digest = f.data;
		else if (f.num == C_SYSCALL)
			syscall = f.data;
		else if (f.num == C_NODE)
			h.node = f.data;
		else if (f.num == C_CLUSTER)
			h.cluster = f.data;
		else if (f.num == C_TIME && !read_time(f.data, &h.first))
			return false;
		else if (f.num == C_FRAME && n < MAX_FRAMES &&
			 !read_frame(f.data, &frames[n++]))
			return false;
	if (r < 0)
		return false;
	h.last = h.first;
	s = subject_of(o, digest);
	if (!s)
		return true;
	family = observe_family_of(syscall);
	if (family < OBSERVE_FAMILIES)
		s->families |= 1u << family;
	widen(&s->first, &s->last, h.first, h.last);
	return observe_frames(o, s, frames, n, &h);
}

/* --- order -----------------------------------------------------------------
 */

static int by_digest(const void *a, const void *b)
{
	return sv_cmp((*(struct subject *const *)a)->digest,
		      (*(struct subject *const *)b)->digest);
}

static int by_claim(const void *pa, const void *pb)
{
	const struct claim *a = &(*(struct observation *const *)pa)->claim;
	const struct claim *b = &(*(struct observation *const *)pb)->claim;
	int c = sv_cmp(a->purl, b->purl);

	if (!c)
		c = sv_cmp(a->function, b->function);
	return c ? c : sv_cmp(a->build_id, b->build_id);
}

static int by_text(const void *a, const void *b)
{
	return sv_cmp(*(const sv *)a, *(const sv *)b);
}

void observe_sort(struct observe *o)
{
	if (o->n_subjects)
		qsort(o->subjects, o->n_subjects, sizeof(*o->subjects),
		      by_digest);
	for (size_t i = 0; i < o->n_subjects; i++) {
		struct subject *s = o->subjects[i];

		if (s->n)
			qsort(s->v, s->n, sizeof(*s->v), by_claim);
		for (size_t k = 0; k < s->n; k++)
			if (s->v[k]->n_callers > 1)
				qsort(s->v[k]->callers, s->v[k]->n_callers,
				      sizeof(sv), by_text);
	}
}

void observe_reset(struct observe *o)
{
	for (size_t i = 0; i < o->n_subjects; i++)
		mem_free(o->subjects[i]->v);
	o->n_subjects = 0;
	o->claims = 0;
	table_reset(&o->subjects_by);
	table_reset(&o->claims_by);
	arena_reset(&o->arena);
}

void observe_release(struct observe *o)
{
	observe_reset(o);
	mem_free(o->subjects);
	table_release(&o->subjects_by);
	table_release(&o->claims_by);
	arena_release(&o->arena);
	buf_release(&o->own);
	buf_release(&o->callers);
}

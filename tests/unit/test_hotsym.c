/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting against brute force: random calls, in order and late, go through
 * the windows; the sums of what comes out must be those of a list that knows
 * nothing of windows, watermarks, bounds and batches.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "codec/pbwire.h"
#include "hotsym/hotsym.h"
#include "rt/v1/hot.pb-c.h"
#include "tap.h"

#define START 1700000000LL
#define MAX_ROWS 40000
#define MAX_CALLERS 64

static uint64_t seed = 5;

static unsigned rnd(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((seed >> 33) % n);
}

struct row {
	char key[200];
	uint64_t count;
	int64_t first, last;
	char callers[MAX_CALLERS][24];
	unsigned n_callers;
};

struct rows {
	struct row *v;
	size_t n;
};

static struct row *row_of(struct rows *r, const char *key)
{
	for (size_t i = r->n; i--;)
		if (!strcmp(r->v[i].key, key))
			return &r->v[i];
	if (r->n == MAX_ROWS)
		abort();
	r->v[r->n] = (struct row){.count = 0, .first = INT64_MAX,
				  .last = INT64_MIN};
	snprintf(r->v[r->n].key, sizeof(r->v[r->n].key), "%s", key);
	return &r->v[r->n++];
}

static void add_caller(struct row *r, const char *id)
{
	for (unsigned i = 0; i < r->n_callers; i++)
		if (!strcmp(r->callers[i], id))
			return;
	if (r->n_callers < MAX_CALLERS)
		snprintf(r->callers[r->n_callers++], 24, "%s", id);
}

static void add(struct row *r, uint64_t count, int64_t first, int64_t last)
{
	r->count += count;
	r->first = MIN(r->first, first);
	r->last = MAX(r->last, last);
}

/* --- the calls and their plain truth ----------------------------------------- */

struct world {
	struct hotsym_opts o;
	struct rows want, got;
	int64_t latest; /* seconds */
	uint64_t late;	/* events */
	bool any;
	/* Of what comes out: */
	uint64_t late_said;
	struct buf out;
	uint32_t last_chunk;
	bool chunks_rise, partial_seen, bad;
};

struct frame {
	unsigned f;
	bool kernel;
};

static int64_t window_of(const struct world *w, int64_t t)
{
	int64_t len = (int64_t)w->o.window_ms / 1000;

	return t / len * len;
}

static void put_frame(struct buf *b, const struct frame *f, unsigned off)
{
	char text[64];
	size_t at = pb_open(b, 7, 1);

	pb_put_string(b, 1, SV("/lib/x.so"));
	pb_put_uint(b, 4, f->kernel);
	snprintf(text, sizeof(text), "f%u", f->f);
	pb_put_string(b, 7, sv_str(text));
	pb_put_string(b, 9, SV("id"));
	snprintf(text, sizeof(text), "id:f%u+0x%x", f->f, off);
	pb_put_string(b, 11, sv_str(text));
	snprintf(text, sizeof(text), "pkg:deb/p%u", f->f % 2);
	pb_put_string(b, 13, sv_str(text));
	pb_put_uint(b, 15, 1);
	pb_close(b, at, 1);
}

static void symbol_key(char key[200], int64_t win, const char *node,
		       const char *image, const char *purl, const char *fn)
{
	snprintf(key, 200, "s %lld %s %s %s %s", (long long)win, node, image,
		 purl, fn);
}

static void expect_frames(struct world *w, const struct frame *fr, unsigned n,
			  int64_t t, const char *node, const char *image)
{
	bool seen[32] = {false};
	char key[200], fn[16], purl[16], caller[24];

	for (unsigned i = 0; i < n; i++) {
		struct row *r;

		if (fr[i].kernel && !w->o.kernel)
			continue;
		snprintf(fn, sizeof(fn), "f%u", fr[i].f);
		snprintf(purl, sizeof(purl), "pkg:deb/p%u", fr[i].f % 2);
		symbol_key(key, window_of(w, t), node, image, purl, fn);
		r = row_of(&w->want, key);
		if (i + 1 < n && fr[i + 1].kernel == fr[i].kernel) {
			snprintf(caller, sizeof(caller), "id:f%u+0x0",
				 fr[i + 1].f);
			add_caller(r, caller);
		}
		if (!seen[fr[i].f])
			add(r, 1, t, t);
		seen[fr[i].f] = true;
	}
}

struct file {
	const char *image, *purl, *module, *build_id;
	unsigned evidence;
};

static void file_key(char key[200], int64_t win, const struct file *f)
{
	snprintf(key, 200, "p %lld %s %s %s %s %u", (long long)win, f->image,
		 f->purl, f->module, f->build_id, f->evidence);
}

static void expect_package(struct world *w, int64_t t, const struct file *f)
{
	char key[200];

	file_key(key, window_of(w, t), f);
	add(row_of(&w->want, key), 1, t, t);
}

/* A frame shows its file, whoever's stack it is in; once an event. */
static void expect_files(struct world *w, const struct frame *fr, unsigned n,
			 int64_t t, const char *image)
{
	static const char *const purls[] = {"pkg:deb/p0", "pkg:deb/p1"};
	bool seen[2] = {false};

	for (unsigned i = 0; i < n; i++) {
		struct file f = {image, purls[fr[i].f % 2], "/lib/x.so", "id",
				 2};

		if (!seen[fr[i].f % 2])
			expect_package(w, t, &f);
		seen[fr[i].f % 2] = true;
	}
}

/* Mostly forward, sometimes far back. */
static int64_t next_time(struct world *w)
{
	int64_t t = w->any ? w->latest : START;

	t += rnd(10) ? (int64_t)rnd(4) : -(int64_t)rnd(300);
	return MAX(t, START - 1000);
}

static void one_call(struct world *w, struct hotsym *h)
{
	static const char *const nodes[] = {"a", "b"};
	static const char *const images[] = {"", "sha256:1", "sha256:2"};
	const char *node = nodes[rnd(2)], *image = images[rnd(3)];
	int64_t t = next_time(w), len = (int64_t)w->o.window_ms / 1000;
	unsigned n = rnd(9), kernel = rnd(4), kind = rnd(6);
	struct frame fr[16];
	struct buf b = {0};
	size_t at;

	pb_put_string(&b, 1, SV("0123"));
	pb_put_timestamp(&b, 2, t, 0);
	pb_put_uint(&b, 3, kind == 0 ? 1 : kind == 1 ? 12 : 3);
	at = pb_open(&b, 4, 1);
	pb_put_string(&b, 5, SV("/bin/prog"));
	pb_close(&b, at, 1);
	for (unsigned i = 0; i < n; i++) {
		fr[i] = (struct frame){rnd(12), i < kernel};
		put_frame(&b, &fr[i], rnd(100));
	}
	pb_put_string(&b, 17, sv_str(image));
	pb_put_string(&b, 20, sv_str(node));
	if (kind == 1) {
		at = pb_open(&b, 26, 1);
		pb_put_string(&b, 1, SV("/lib/x.so"));
		pb_close(&b, at, 1);
	}
	expect_frames(w, fr, n, t, node, image);
	expect_files(w, fr, n, t, image);
	if (kind < 2)
		expect_package(w, t,
			       &(struct file){image, "",
					      kind ? "/lib/x.so" : "/bin/prog",
					      "", kind + 1});
	w->late += w->any && window_of(w, t) + len <=
				     w->latest - (int64_t)w->o.lateness_ms / 1000;
	w->latest = w->any ? MAX(w->latest, t) : t;
	w->any = true;
	w->bad |= !hotsym_call(h, buf_view(&b));
	buf_release(&b);
}

/* --- what comes out --------------------------------------------------------- */

static void see_batch(struct world *w, uint32_t chunk, bool partial)
{
	w->chunks_rise &= chunk >= w->last_chunk;
	w->last_chunk = chunk;
	w->partial_seen |= partial;
}

static struct buf *begin(void *ctx)
{
	struct world *w = ctx;

	w->out.n = 0;
	return &w->out;
}

static void end_symbol(void *ctx)
{
	struct world *w = ctx;
	Rt__V1__HotSymbol *s = rt__v1__hot_symbol__unpack(
		NULL, w->out.n, (const uint8_t *)w->out.p);
	char key[200];
	struct row *r;

	if (!s) {
		w->bad = true;
		return;
	}
	symbol_key(key, s->window_start->seconds, s->source->node,
		   s->image_digest, s->purl, s->function_name);
	r = row_of(&w->got, key);
	add(r, s->invocation_count, s->first_seen->seconds,
	    s->last_seen->seconds);
	for (size_t i = 0; i < s->n_callers; i++) {
		add_caller(r, s->callers[i]);
		/* Sorted and distinct. */
		w->bad |= i && strcmp(s->callers[i - 1], s->callers[i]) >= 0;
	}
	w->bad |= s->n_callers > w->o.max_callers ||
		  s->unique_callers != s->n_callers ||
		  s->window_end->seconds - s->window_start->seconds !=
			  (int64_t)w->o.window_ms / 1000 ||
		  s->confidence != (s->invocation_count > 1000 ? 1.0 : 0.8) ||
		  strncmp(s->function_id, "id:f", 4) ||
		  strcmp(s->function_id + strlen(s->function_id) - 4, "+0x0");
	see_batch(w, s->chunk, s->partial);
	rt__v1__hot_symbol__free_unpacked(s, NULL);
}

static void end_package(void *ctx)
{
	struct world *w = ctx;
	Rt__V1__PackageSeen *p = rt__v1__package_seen__unpack(
		NULL, w->out.n, (const uint8_t *)w->out.p);
	char key[200];

	if (!p) {
		w->bad = true;
		return;
	}
	file_key(key, p->window_start->seconds,
		 &(struct file){p->image_digest, p->purl, p->module,
				p->build_id, (unsigned)p->evidence});
	add(row_of(&w->got, key), p->count, p->first_seen->seconds,
	    p->last_seen->seconds);
	see_batch(w, p->chunk, p->partial);
	rt__v1__package_seen__free_unpacked(p, NULL);
}

static void on_late(void *ctx, uint64_t n, struct timestamp from,
		    struct timestamp to)
{
	struct world *w = ctx;

	w->late_said += n;
	w->bad |= to.sec - from.sec != (int64_t)w->o.window_ms / 1000;
}

/* --- comparison --------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->key,
		      ((const struct row *)b)->key);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool equal_rows(struct row *a, struct row *b, bool callers)
{
	if (strcmp(a->key, b->key) || a->count != b->count ||
	    a->first != b->first || a->last != b->last)
		return false;
	if (!callers)
		return true;
	qsort(a->callers, a->n_callers, sizeof(a->callers[0]), by_text);
	qsort(b->callers, b->n_callers, sizeof(b->callers[0]), by_text);
	if (a->n_callers != b->n_callers)
		return false;
	for (unsigned i = 0; i < a->n_callers; i++)
		if (strcmp(a->callers[i], b->callers[i]))
			return false;
	return true;
}

static bool equal(struct world *w)
{
	size_t bad = w->want.n != w->got.n;

	qsort(w->want.v, w->want.n, sizeof(struct row), by_key);
	qsort(w->got.v, w->got.n, sizeof(struct row), by_key);
	for (size_t i = 0; !bad && i < w->want.n; i++)
		if (!equal_rows(&w->want.v[i], &w->got.v[i],
				w->o.max_callers >= 12)) {
			printf("# %s: %llu, %s: %llu\n", w->want.v[i].key,
			       (unsigned long long)w->want.v[i].count,
			       w->got.v[i].key,
			       (unsigned long long)w->got.v[i].count);
			bad++;
		}
	return !bad;
}

static void run(const char *name, struct hotsym_opts o, unsigned calls)
{
	struct world w = {.o = o, .chunks_rise = true};
	struct batch_sink sink = {&w,	 begin,	      end_symbol,
				  begin, end_package, on_late};
	struct hotsym *h = hotsym_new(&o, &sink);

	w.want.v = mem_alloc(MAX_ROWS * sizeof(struct row));
	w.got.v = mem_alloc(MAX_ROWS * sizeof(struct row));
	for (unsigned i = 0; i < calls; i++)
		one_call(&w, h);
	hotsym_flush(h, false);
	ok(!w.bad, "%s: every row is well-formed", name);
	ok(equal(&w), "%s: %zu rows as by brute force", name, w.want.n);
	ok(w.late_said == w.late, "%s: %llu late events, said %llu", name,
	   (unsigned long long)w.late, (unsigned long long)w.late_said);
	ok(w.chunks_rise, "%s: chunks are numbered in order", name);
	if (o.max_keys > 10000)
		ok(w.partial_seen == (w.late > 0),
		   "%s: only late batches are partial", name);
	else
		ok(w.partial_seen && hotsym_get_stats(h)->early_flushes > 0,
		   "%s: the bound was met", name);
	hotsym_free(h);
	mem_free(w.want.v);
	mem_free(w.got.v);
	buf_release(&w.out);
}

static void confidence(void)
{
	const int64_t s = 1000000000, day = 86400 * s;

	ok(batch_confidence(1, 1, 60 * s) == 0.8 &&
		   batch_confidence(1000, 3, 60 * s) == 0.8 &&
		   batch_confidence(1001, 2, 60 * s) == 1.0 &&
		   batch_confidence(1001, 2, day) == 1.0 &&
		   batch_confidence(1001, 2, day + 1) == 0.8 &&
		   batch_confidence(2001, 2, 2 * day) == 1.0,
	   "the seed's ladder: more than 1,000 a day");
	ok(batch_confidence(1, 4, s) > 0.59 &&
		   batch_confidence(1, 4, s) < 0.61 &&
		   batch_confidence(1001, 0, s) == 0.75,
	   "what nothing confirms counts less");
}

static void malformed(void)
{
	struct hotsym_opts o = {.window_ms = 60000, .max_keys = 10,
				.max_callers = 1};
	struct world w = {.o = o};
	struct batch_sink sink = {&w,	 begin,	      end_symbol,
				  begin, end_package, on_late};
	struct hotsym *h = hotsym_new(&o, &sink);

	ok(!hotsym_call(h, SV("\x0a\x7fx")), "a cut field");
	ok(!hotsym_call(h, SV("\x3a\x02\x0a\x7f")), "a cut frame");
	ok(!hotsym_call(h, SV("\x12\x03\x10\xff\x7f")) ||
		   hotsym_call(h, SV("")),
	   "an empty call is one");
	hotsym_flush(h, false);
	hotsym_free(h);
	buf_release(&w.out);
}

int main(void)
{
	struct hotsym_opts o = {.window_ms = 60000, .lateness_ms = 30000,
				.max_keys = 100000, .max_callers = 64,
				.max_samples = MIB, .samples = true};

	run("plain", o, 3000);
	o.kernel = true;
	run("with the kernel", o, 3000);
	o.lateness_ms = 0;
	run("no lateness", o, 3000);
	o.lateness_ms = 600000;
	run("long lateness", o, 3000);
	o = (struct hotsym_opts){.window_ms = 1000, .lateness_ms = 5000,
				 .max_keys = 100000, .max_callers = 64};
	run("short windows", o, 2000);
	o = (struct hotsym_opts){.window_ms = 60000, .lateness_ms = 30000,
				 .max_keys = 20, .max_callers = 64};
	run("few keys", o, 3000);
	o.max_keys = 1;
	o.max_callers = 2;
	run("one key, two callers", o, 500);
	confidence();
	malformed();
	return tap_done();
}

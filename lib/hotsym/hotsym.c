/* SPDX-License-Identifier: Apache-2.0 */
#include "hotsym/hotsym.h"

#include <time.h>

#include "base/mem.h"
#include "codec/pbwire.h"
#include "hotsym/window.h"

#define NS_PER_MS 1000000LL
#define MAX_SAMPLE_FRAMES 64
/* Open windows; times all over the place reach it, clocks do not. */
#define MAX_WINDOWS 256
/* Values of rt.v1.PackageSeen.Evidence and rt.v1.ProbeType. */
#define BINARY_EXEC 1
#define LIBRARY_LOADED 2
#define PROBE_EXEC 1
#define PROBE_LOADER 12

struct hotsym {
	struct hotsym_opts o;
	struct batch_sink sink;
	struct hotsym_stats stats;
	struct window *windows[MAX_WINDOWS]; /* open, in no order */
	size_t n_windows;
	uint64_t keys;	   /* in all of them */
	uint64_t bytes;	   /* likewise, but for the list of windows */
	int64_t pending;   /* ms, when the oldest event in them came; 0: none */
	int64_t watermark; /* ns; WINDOW_UNTIMED: no timed event yet */
	uint64_t seq;	   /* of the current event, from 1 */
	uint32_t next_chunk;
	char *session;
	size_t sample_bytes;
	struct buf scratch;
	struct callview call;
};

struct hotsym *hotsym_new(const struct hotsym_opts *o,
			  const struct batch_sink *sink)
{
	struct hotsym *h = mem_zalloc(sizeof(*h));

	h->o = *o;
	h->sink = *sink;
	h->watermark = WINDOW_UNTIMED;
	h->session = o->session ? mem_strdup(o->session) : NULL;
	return h;
}

void hotsym_free(struct hotsym *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->n_windows; i++)
		window_free(h->windows[i]);
	mem_free(h->session);
	buf_release(&h->scratch);
	mem_free(h);
}

const struct hotsym_stats *hotsym_get_stats(const struct hotsym *h)
{
	return &h->stats;
}

static int64_t now_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / NS_PER_MS;
}

/* --- windows ------------------------------------------------------------ */

static int64_t to_ns(struct timestamp t)
{
	return t.sec * 1000000000 + t.nsec;
}

static int64_t window_ns(const struct hotsym *h)
{
	return (int64_t)h->o.window_ms * NS_PER_MS;
}

static int64_t start_of(const struct hotsym *h, int64_t t)
{
	int64_t w = window_ns(h), r = t % w;

	return t - (r < 0 ? r + w : r);
}

/* Events that come behind the watermark share windows of their own. */
static struct window *open_window(struct hotsym *h, int64_t start, bool late)
{
	const struct callview *v = &h->call;
	struct window *w;

	for (size_t i = 0; i < h->n_windows; i++) {
		w = h->windows[i];
		if (w->start == start && (w->late != 0) == late &&
		    sv_eq(w->node, v->node) && sv_eq(w->cluster, v->cluster))
			return w;
	}
	if (h->n_windows == MAX_WINDOWS) {
		h->stats.window_flushes++;
		hotsym_flush(h, true);
	}
	w = window_new(v->node, v->cluster, start);
	w->close_at = (late || start == WINDOW_UNTIMED ? h->watermark : start) +
		      window_ns(h);
	h->windows[h->n_windows++] = w;
	h->bytes += window_bytes(w);
	return w;
}

static void write_window(struct hotsym *h, struct window *w, bool partial)
{
	struct batch b = {.window = w,
			  .start = w->start,
			  .length = window_ns(h),
			  .session = sv_str(h->session ? h->session : ""),
			  .chunk = h->next_chunk++,
			  .partial = partial,
			  .min_confidence = h->o.min_confidence};

	window_sort(w);
	if (h->o.observed)
		observed_window(h->o.observed, w);
	batch_write(&b, &h->sink, &h->stats.rows);
	if (w->late)
		h->sink.late(h->sink.ctx, w->late, batch_time(w->start),
			     batch_time(w->start + window_ns(h)));
}

/* Output follows time; late windows come first among equals. */
static bool before(const struct window *a, const struct window *b)
{
	int c = a->start < b->start ? -1 : a->start > b->start;

	if (!c)
		c = sv_cmp(a->cluster, b->cluster);
	if (!c)
		c = sv_cmp(a->node, b->node);
	return c ? c < 0 : a->late > b->late;
}

static size_t oldest(const struct hotsym *h)
{
	size_t at = 0;

	for (size_t i = 1; i < h->n_windows; i++)
		if (before(h->windows[i], h->windows[at]))
			at = i;
	return at;
}

static void close_window(struct hotsym *h, size_t i, bool partial)
{
	struct window *w = h->windows[i];

	write_window(h, w, partial || w->late);
	h->keys -= w->n_symbols + w->n_packages;
	h->bytes -= window_bytes(w);
	window_free(w);
	h->windows[i] = h->windows[--h->n_windows];
}

void hotsym_flush(struct hotsym *h, bool partial)
{
	while (h->n_windows)
		close_window(h, oldest(h), partial);
	h->sample_bytes = 0;
	h->pending = 0;
}

/* The oldest window that the watermark has passed, or SIZE_MAX. */
static size_t ripe(const struct hotsym *h)
{
	size_t at = SIZE_MAX;

	for (size_t i = 0; i < h->n_windows; i++)
		if (h->windows[i]->close_at <= h->watermark &&
		    (at == SIZE_MAX || before(h->windows[i], h->windows[at])))
			at = i;
	return at;
}

/* Writes what the watermark has passed. */
static void advance(struct hotsym *h, int64_t t)
{
	int64_t mark = t - (int64_t)h->o.lateness_ms * NS_PER_MS;
	size_t i;

	if (mark <= h->watermark)
		return;
	h->watermark = mark;
	while ((i = ripe(h)) != SIZE_MAX)
		close_window(h, i, false);
	if (!h->n_windows) {
		h->sample_bytes = 0;
		h->pending = 0;
	}
}

/* Records without a time that came first belong to the first window. */
static void adopt_untimed(struct hotsym *h, int64_t start)
{
	for (size_t i = 0; i < h->n_windows; i++)
		if (h->windows[i]->start == WINDOW_UNTIMED) {
			h->windows[i]->start = start;
			h->windows[i]->close_at = start + window_ns(h);
		}
}

/* Was the window written already? */
static bool is_late(const struct hotsym *h, int64_t start)
{
	return h->watermark != WINDOW_UNTIMED &&
	       start + window_ns(h) <= h->watermark;
}

/* --- counting ----------------------------------------------------------- */

static void widen(struct timestamp *first, struct timestamp *last, bool fresh,
		  struct timestamp t)
{
	if (fresh || timestamp_cmp(t, *first) < 0)
		*first = t;
	if (fresh || timestamp_cmp(t, *last) > 0)
		*last = t;
}

/* Up to the offset: the id of the function itself. */
static sv function_of(struct hotsym *h, sv function_id)
{
	size_t plus = sv_rfind(function_id, '+');

	if (plus == SIZE_MAX)
		return function_id;
	h->scratch.n = 0;
	buf_sv(&h->scratch, sv_first(function_id, plus));
	buf_str(&h->scratch, "+0x0");
	return buf_view(&h->scratch);
}

static const struct window_sample *make_sample(struct hotsym *h,
					       struct window *w)
{
	const struct callview *v = &h->call;
	struct window_sample *s;

	if (!h->o.samples || h->sample_bytes >= h->o.max_samples)
		return NULL;
	s = arena_alloc(&w->arena, sizeof(*s));
	h->scratch.n = 0;
	for (size_t i = 0; i < MIN(v->n_frames, (size_t)MAX_SAMPLE_FRAMES); i++)
		pb_put_bytes(&h->scratch, 16, v->frames[i].wire);
	s->frames = arena_dup(&w->arena, buf_view(&h->scratch));
	h->scratch.n = 0;
	for (size_t i = 0; i < v->n_arguments; i++)
		pb_put_bytes(&h->scratch, 17, v->arguments[i]);
	s->args = arena_dup(&w->arena, buf_view(&h->scratch));
	h->sample_bytes += s->frames.n + s->args.n;
	return s;
}

/* The next frame outwards that counting would count. */
static const struct callview_frame *caller_of(const struct hotsym *h, size_t i)
{
	const struct callview *v = &h->call;

	if (i + 1 >= v->n_frames ||
	    v->frames[i + 1].kernel != v->frames[i].kernel)
		return NULL;
	return &v->frames[i + 1];
}

static uint8_t better(uint8_t a, uint8_t b)
{
	bool known_a = a >= 1 && a <= 3, known_b = b >= 1 && b <= 3;

	return known_b && !known_a ? b : a;
}

/* However often it is met in the event, the event counts it once. */
static void count_seen(struct hotsym *h, struct window_package *p)
{
	if (p->stamp == h->seq)
		return;
	p->stamp = h->seq;
	h->keys += p->count == 0;
	p->count++;
	widen(&p->first, &p->last, p->count == 1, h->call.time);
}

/* A frame shows that its file was loaded; the program's own, executed. */
static struct window_package *file_of(struct hotsym *h, struct window *w,
				      const struct callview_frame *f)
{
	const struct callview *v = &h->call;
	bool own = sv_eq(f->module, v->binary);

	if (!f->purl.n || !f->module.n)
		return NULL;
	return window_package(
		w, &(struct window_file){v->image_digest, f->purl, f->module,
					 own ? SV_NULL : f->build_id,
					 own ? BINARY_EXEC : LIBRARY_LOADED});
}

/* known: the row that an earlier frame found, or NULL */
static void count_file(struct hotsym *h, struct window *w,
		       struct window_package *known,
		       const struct callview_frame *f)
{
	struct window_package *p = known ? known : file_of(h, w, f);

	if (p)
		count_seen(h, p);
}

static void count_frame(struct hotsym *h, struct window *w, const sv *image,
			size_t i, const struct window_sample **sample)
{
	const struct callview *v = &h->call;
	const struct callview_frame *f = &v->frames[i], *up;
	struct window_symbol *s;
	bool fresh;

	if (!f->function_name.n || (f->kernel && !h->o.kernel)) {
		count_file(h, w, NULL, f);
		return;
	}
	s = window_symbol(w, image, f, &fresh);
	if (fresh) {
		h->keys++;
		if (f->function_id.n)
			s->function_id = window_intern(
				w, function_of(h, f->function_id));
		if (!*sample)
			*sample = make_sample(h, w);
		s->sample = *sample;
		s->verdict = f->verdict;
		s->package = file_of(h, w, f);
	}
	count_file(h, w,
		   sv_eq(*s->module, f->module) &&
				   sv_eq(*s->build_id, f->build_id)
			   ? s->package
			   : NULL,
		   f);
	s->verdict = better(s->verdict, f->verdict);
	up = caller_of(h, i);
	if (up && up->function_id.n)
		window_caller(w, s, function_of(h, up->function_id),
			      (size_t)h->o.max_callers);
	/* However often it recurs in the stack, the event counts it once. */
	if (s->stamp == h->seq)
		return;
	s->stamp = h->seq;
	s->count++;
	widen(&s->first, &s->last, fresh, v->time);
}

static void count_package(struct hotsym *h, struct window *w)
{
	const struct callview *v = &h->call;
	bool exec = v->probe_type == PROBE_EXEC;
	struct window_file f = {v->image_digest, v->file_purl,
				exec ? v->binary : v->loaded_path,
				exec ? SV_NULL : v->loaded_build_id,
				exec ? BINARY_EXEC : LIBRARY_LOADED};

	if ((exec || v->probe_type == PROBE_LOADER) && f.module.n)
		count_seen(h, window_package(w, &f));
}

static void count_call(struct hotsym *h, struct window *w)
{
	const struct window_sample *sample = NULL;
	uint64_t before = window_bytes(w);
	const sv *image = window_intern(w, h->call.image_digest);

	for (size_t i = 0; i < h->call.n_frames; i++)
		count_frame(h, w, image, i, &sample);
	count_package(h, w);
	h->bytes += window_bytes(w) - before;
	if (h->keys > h->o.max_keys ||
	    (h->o.max_bytes && h->bytes > h->o.max_bytes)) {
		h->stats.early_flushes++;
		hotsym_flush(h, true);
	}
}

/* --- time that passes ---------------------------------------------------- */

static bool is_live(const struct hotsym *h)
{
	int64_t latest = h->watermark / NS_PER_MS + (int64_t)h->o.lateness_ms;

	return h->watermark != WINDOW_UNTIMED &&
	       now_ms(CLOCK_REALTIME) - latest <= HOTSYM_LIVE_S * 1000LL;
}

int hotsym_idle(struct hotsym *h)
{
	int64_t left;

	if (!h->o.flush_ms || !h->pending || !is_live(h))
		return -1;
	left = h->pending + (int64_t)h->o.flush_ms -
	       now_ms(CLOCK_MONOTONIC_COARSE);
	if (left > 0)
		return (int)MIN(left, INT32_MAX);
	h->stats.timed_flushes++;
	hotsym_flush(h, true);
	return -1;
}

/* Events without a time (loader events) happen now: at the latest time. */
static int64_t time_of(struct hotsym *h)
{
	int64_t t;

	if (h->call.has_time)
		return to_ns(h->call.time);
	if (h->watermark == WINDOW_UNTIMED)
		return WINDOW_UNTIMED;
	t = h->watermark + (int64_t)h->o.lateness_ms * NS_PER_MS;
	h->call.time = batch_time(t);
	return t;
}

bool hotsym_call(struct hotsym *h, sv call)
{
	struct window *w;
	int64_t t, start;
	bool late;

	if (!callview_parse(call, &h->call))
		return false;
	h->seq++;
	if (!h->pending)
		h->pending = now_ms(CLOCK_MONOTONIC_COARSE);
	h->stats.frames_cut += h->call.frames_cut;
	if (!h->session)
		h->session = mem_sv(h->call.event_id);
	t = time_of(h);
	if (t == WINDOW_UNTIMED) {
		count_call(h, open_window(h, WINDOW_UNTIMED, false));
		return true;
	}
	start = start_of(h, t);
	if (h->watermark == WINDOW_UNTIMED)
		adopt_untimed(h, start);
	late = is_late(h, start);
	w = open_window(h, start, late);
	w->late += late;
	h->stats.late += late;
	count_call(h, w);
	advance(h, t);
	return true;
}

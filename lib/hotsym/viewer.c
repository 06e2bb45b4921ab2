/* SPDX-License-Identifier: Apache-2.0 */
#include "hotsym/viewer.h"

#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "codec/pbwire.h"
#include "event/gap.h"
#include "pipe/deflate.h"
#include "pipe/diag.h"
#include "pipe/output.h"

#define REDRAW_MS 1000
#define DEFAULT_TOP 20
#define NO_WIDTH 1000 /* columns where no terminal bounds them */
#define FRAME_ROWS 3  /* of a table on a terminal: heading, sum, prompt */

const char *const viewer_forms[] = {"auto",    "json",	"pb",
				    "compact", "table", "folded",
				    "pprof",   "svg",	NULL};

struct viewer {
	enum view_form form;
	const struct viewer_opts *o;
	bool kernel, live, changed, failed;
	struct view_data d;
	struct callview call;
	struct output out;
	int64_t drawn; /* ms */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void draw(struct viewer *v)
{
	struct winsize w = {0};
	bool terminal = ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col;
	size_t top = v->o->top ? (size_t)v->o->top : DEFAULT_TOP;
	struct buf raw = {0};

	if (terminal && !v->o->top && w.ws_row > 2 * FRAME_ROWS)
		top = w.ws_row - (size_t)FRAME_ROWS;
	if (v->live)
		buf_str(&v->out.buf, "\033[H\033[2J");
	view_write(v->form, &v->d, top, terminal ? w.ws_col : NO_WIDTH,
		   v->form == VIEW_PPROF ? &raw : &v->out.buf);
	if (v->form == VIEW_PPROF)
		v->failed = !deflate_gzip(&v->out.buf, buf_view(&raw));
	buf_release(&raw);
	output_flush(&v->out);
	v->drawn = now_ms();
	v->changed = false;
}

/* Until the next picture, in ms; -1: nothing new to show. */
static int on_idle(void *ctx, struct stage *s)
{
	struct viewer *v = ctx;
	int64_t left;

	(void)s;
	if (!v->live || !v->changed)
		return -1;
	left = v->drawn + REDRAW_MS - now_ms();
	if (left > 0)
		return (int)left;
	draw(v);
	return -1;
}

static void on_gap(struct viewer *v, const struct record *r)
{
	struct pb_cur c = pb_walk(r->body);
	struct pb_field f;

	v->d.gaps++;
	while (pb_next(&c, &f) > 0)
		if (f.num == GAP_COUNT)
			v->d.lost += f.v;
		else if (f.num == GAP_UNKNOWN)
			v->d.lost_unknown |= f.v != 0;
}

static void on_call(struct viewer *v)
{
	const struct callview *c = &v->call;
	uint64_t weight = MAX(c->weight, (uint64_t)1);

	v->d.events += weight;
	if (c->n_frames)
		stacktree_add(v->d.tree, c, v->kernel);
	else
		v->d.no_stack += weight;
	v->changed = true;
	if (!c->has_time)
		return;
	if (!timestamp_is_set(v->d.first) ||
	    timestamp_cmp(c->time, v->d.first) < 0)
		v->d.first = c->time;
	if (timestamp_cmp(c->time, v->d.last) > 0)
		v->d.last = c->time;
}

static enum stage_result on_record(void *ctx, struct stage *s,
				   const struct record *r)
{
	static const struct rt_err malformed = {.msg = "malformed call"};
	struct viewer *v = ctx;

	if (r->kind == RECORD_GAP)
		on_gap(v, r);
	if (r->kind != RECORD_CALL)
		return STAGE_MERGED;
	if (!callview_parse(r->body, &v->call))
		return stage_bad(s, "malformed_call", &malformed);
	on_call(v);
	on_idle(v, s);
	return STAGE_MERGED;
}

static bool on_close(void *ctx, struct stage *s, bool complete)
{
	(void)s;
	((struct viewer *)ctx)->d.incomplete |= !complete;
	return true;
}

int viewer_run(enum view_form form, const struct viewer_opts *o, bool kernel,
	       const struct stage_opts *so)
{
	struct viewer v = {.form = form, .o = o, .kernel = kernel};
	struct stage_opts records = *so;
	struct stage s = {.name = "rt-hotsym",
			  .ctx = &v,
			  .sink = true,
			  .sees_gaps = true,
			  .on_record = on_record,
			  .on_close = on_close,
			  .on_idle = on_idle};
	int unused;
	enum tool_exit st;

	if (form == VIEW_PPROF && isatty(STDOUT_FILENO)) {
		diag_error("-o pprof does not go to a terminal");
		return tool_end(TOOL_USAGE, 0);
	}
	v.live = form == VIEW_TABLE && isatty(STDOUT_FILENO);
	v.d.tree = stacktree_new((size_t)o->max_nodes);
	output_open(&v.out, STDOUT_FILENO);
	records.output_format = "auto";
	stage_open(&s, &records);
	stage_feed(&s, input_open(STDIN_FILENO, "stdin"));
	st = stage_finish(&s, &unused);
	draw(&v);
	if (v.failed)
		st = tool_worst(st, TOOL_SYSTEM);
	stacktree_free(v.d.tree);
	return tool_end(st, output_close(&v.out));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/resume.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "pipe/diag.h"

/* Commits may take a fifth of the time. */
#define EVERY_NS 20000000
#define COST_FACTOR 5

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool is_complete(const struct dump *d)
{
	return d->complete || d->ended ||
	       (d->was_read && !d->unfinished && dump_is_rotated(d));
}

/*
 * Half a line was in it, of which nothing was read: too little to find it
 * again when it is compressed. To the next run it is simply new.
 */
static bool is_nobody(const struct dump *d)
{
	return !d->skip && !d->place.offset && d->id.n &&
	       d->id.n < FILEID_ENOUGH;
}

static void put_dumps(struct resume *r)
{
	for (size_t i = 0; i < r->dumps->n; i++) {
		const struct dump *d = &r->dumps->v[i];
		struct checkpoint_dump c = {.id = d->id,
					    .place = d->place,
					    .skip = d->skip,
					    .complete = is_complete(d),
					    .path = d->path};

		if (!d->copy && !is_nobody(d))
			checkpoint_add(&r->text, &c);
	}
}

static bool save(struct resume *r)
{
	bool ok = outmark_take(&r->mark);

	if (ok) {
		checkpoint_begin(&r->text, &r->mark.now);
		put_dumps(r);
		checkpoint_end(&r->text);
		ok = checkpoint_save(r->file, buf_view(&r->text));
	}
	if (ok)
		return true;
	if (!r->failed)
		diag_error("cannot write the checkpoint '%s': %s", r->file,
			   strerror(errno));
	r->failed = true;
	return false;
}

static void load(struct resume *r)
{
	const char *why;
	struct checkpoint c;
	int k = checkpoint_load(r->file, &c, &why);

	if (k < 0) {
		diag_error("the checkpoint '%s' is %s", r->file, why);
		diag_hint("move it away to start anew");
		exit(TOOL_USAGE);
	}
	if (!k)
		return;
	outmark_recover(&c.output);
	dumps_load(r->dumps, &c);
	checkpoint_release(&c);
}

bool resume_open(struct resume *r, const char *file, struct dumps *dumps,
		 struct stage *s)
{
	/* What is there at the start is committed before anything is written.
	 */
	*r = (struct resume){
		.file = file, .dumps = dumps, .written = UINT64_MAX};
	if (!file)
		return true;
	if (!checkpoint_lock(file)) {
		if (errno == EINTR) {
			r->file = NULL;
			return false;
		}
		diag_error("cannot lock the checkpoint '%s': %s", file,
			   strerror(errno));
		exit(TOOL_SYSTEM);
	}
	load(r);
	outmark_open(&r->mark, (uint64_t)s->out.format);
	/* Before the first byte: else nobody could tell whose it is. */
	if (!save(r))
		exit(TOOL_SYSTEM);
	return true;
}

void resume_commit(struct resume *r, struct stage *s, struct dump *active,
		   bool now)
{
	int64_t t;

	if (!r->file || s->out.out.err || s->out.out.buf.n || s->bad.n)
		return;
	t = now_ns();
	if (t < r->due_ns && !now)
		return;
	if (active) {
		active->place = recin_place(s->in);
		dump_learn(active);
	}
	if (!save(r))
		s->status = tool_worst(s->status, TOOL_SYSTEM);
	r->written = s->out.out.bytes;
	r->due_ns = now_ns();
	r->due_ns += MAX((int64_t)EVERY_NS, COST_FACTOR * (r->due_ns - t));
}

void resume_close(struct resume *r, bool ok)
{
	if (r->file && ok) {
		r->mark.now.state = CHECKPOINT_ENDED;
		save(r);
	}
	outmark_close(&r->mark);
	buf_release(&r->text);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "pipe/diag.h"
#include "replay/follow.h"
#include "replay/guard.h"
#include "replay/pace.h"

struct replay {
	const struct replay_opts *o;
	struct pace pace;
	struct follow follow;
};

static bool is_stdin(const char *file)
{
	return !strcmp(file, "-");
}

static void no_source(void *arg, const char *source, int err)
{
	stage_no_input(arg, source, err);
}

/* For the percentage of the progress line; 0 where it cannot be known. */
static uint64_t total_size(const struct rotation_list *l)
{
	uint64_t sum = 0;
	struct stat st;

	for (size_t i = 0; i < l->n; i++) {
		if (is_stdin(l->v[i].path) || stat(l->v[i].path, &st) != 0 ||
		    !S_ISREG(st.st_mode))
			return 0;
		sum += (uint64_t)st.st_size;
	}
	return sum;
}

/* No places to keep: the plain way. */
static void run_plain(struct stage *s, const struct opt_list *sources)
{
	struct rotation_list l;

	rotation_collect(&l, sources->v, sources->n, false, no_source, s);
	if (!l.n && s->status == TOOL_OK)
		diag_warn("no dumps found");
	s->total_bytes = total_size(&l);
	for (size_t i = 0; i < l.n; i++) {
		const char *file = l.v[i].path;
		const char *name = is_stdin(file) ? "stdin" : file;
		int fd = is_stdin(file)
				 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
				 : open(file, O_RDONLY | O_CLOEXEC);

		if (fd < 0) {
			stage_no_input(s, name, errno);
			continue;
		}
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		if (!stage_feed(s, input_open(fd, name)))
			break;
	}
	rotation_release(&l);
}

static bool before(void *arg, struct stage *s, const struct record *rec)
{
	struct replay *r = arg;
	struct follow *f = &r->follow;
	struct timestamp t;
	int64_t ns;

	if (!s->out.out.buf.n && s->out.out.bytes != f->resume.written)
		resume_commit(&f->resume, s, f->active, false);
	if (!r->o->speed || !record_time(rec, &t))
		return true;
	ns = pace_wait_ns(&r->pace, t);
	if (!ns)
		return true;
	stage_settle(s);
	resume_commit(&f->resume, s, f->active, false);
	return pace_sleep(ns);
}

static void check(const struct replay_opts *o)
{
	struct stat st;

	if (!o->follow && !o->checkpoint && !o->speed)
		return;
	if (!o->files.n)
		opt_usage("--%s goes with --replay", o->follow ? "follow"
						     : o->checkpoint
							     ? "checkpoint"
							     : "speed");
	if (!o->follow && !o->checkpoint)
		return;
	for (size_t i = 0; i < o->files.n; i++)
		if (is_stdin(o->files.v[i]) ||
		    (stat(o->files.v[i], &st) == 0 && !S_ISREG(st.st_mode) &&
		     !S_ISDIR(st.st_mode)))
			opt_usage(
				"--%s needs files or directories, which '%s' "
				"is not",
				o->follow ? "follow" : "checkpoint",
				o->files.v[i]);
}

struct replay *replay_new(const struct replay_opts *o)
{
	struct replay *r = mem_zalloc(sizeof(*r));
	const char *wrong = NULL;

	check(o);
	r->o = o;
	if (o->speed)
		wrong = pace_parse(o->speed, &r->pace.speed);
	if (wrong)
		opt_usage("bad value '%s' for --speed: %s", o->speed, wrong);
	if (o->checkpoint)
		guard_start();
	return r;
}

void replay_run(struct replay *r, struct stage *s)
{
	struct follow *f = &r->follow;

	if (r->o->speed || r->o->checkpoint) {
		s->before = before;
		s->before_arg = r;
	}
	if (!r->o->follow && !r->o->checkpoint) {
		run_plain(s, &r->o->files);
		return;
	}
	f->stage = s;
	f->sources = r->o->files.v;
	f->n_sources = r->o->files.n;
	if (!resume_open(&f->resume, r->o->checkpoint, &f->dumps, s))
		stage_cut(s);
	else if (r->o->follow)
		follow_on(f);
	else
		follow_once(f);
}

void replay_free(struct replay *r, int output_errno)
{
	resume_close(&r->follow.resume, !output_errno);
	dumps_release(&r->follow.dumps);
	mem_free(r);
}

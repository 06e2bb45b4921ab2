/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dump is read to its end for now and then left, with its place kept; what
 * to read next is decided anew each time, from what is there now. A unit that
 * is not whole yet is simply read again. So there is one state, the places,
 * and it is the one that a checkpoint holds.
 */
#include "replay/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "pipe/diag.h"
#include "pipe/stop.h"

/* A name may be gone for a moment while a file is renamed or compressed. */
#define GRACE_MS 2000
/* A rotated file with half a record at its end: the rest may still come. */
#define QUIET_MS 1000
#define LINGER_NS 2000000
#define SCAN_TRIES 10
#define MAX_OPEN 64

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void no_source(void *arg, const char *source, int err)
{
	struct follow *f = arg;

	stage_no_input(f->stage, source, err);
}

static bool scan(struct follow *f, bool siblings)
{
	struct rotation_list l;
	bool stable;

	rotation_collect(&l, f->sources, f->n_sources, siblings, no_source, f);
	stable = dumps_scan(&f->dumps, &l, now_ms());
	rotation_release(&l);
	return stable;
}

/* --- one dump ------------------------------------------------------------ */

static void say_lost(struct follow *f, const struct dump *d, const char *why)
{
	struct stage *s = f->stage;
	struct gap g = {.reason = "truncated_input",
			.unknown = true,
			.from = s->last_time,
			.scope = sv_str(d->path),
			.detail = sv_str(why)};

	diag_warn("'%s': %s", d->path, why);
	stage_settle(s);
	stage_gap(s, &g);
	stage_cut(s);
	s->status = tool_worst(s->status, TOOL_BAD);
}

static size_t n_open(const struct dumps *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		n += t->v[i].fd >= 0;
	return n;
}

/* False: it is not there (any more); the next scan knows. */
static bool open_dump(struct follow *f, struct dump *d, struct stat *st)
{
	if (d->fd >= 0)
		return fstat(d->fd, st) == 0;
	d->fd = open(d->path, O_RDONLY | O_CLOEXEC);
	if (d->fd < 0 && errno != ENOENT) {
		stage_no_input(f->stage, d->path, errno);
		d->ended = true;
	}
	if (d->fd < 0 || fstat(d->fd, st) != 0)
		return false;
	if (st->st_dev == d->id.dev && st->st_ino == d->id.ino)
		return true;
	dump_close(d);
	return false;
}

/* The descriptor stays where the name may go before all is read. */
static void left(struct follow *f, struct dump *d, const struct stat *st,
		 bool last)
{
	bool paused = recin_paused(f->stage->in, &d->unfinished);

	d->place = recin_place(f->stage->in);
	dump_learn(d);
	d->was_read = true;
	d->read_size = (uint64_t)st->st_size;
	d->read_mtime_ns =
		(int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
	d->read_at_ms = now_ms();
	if (last)
		d->unfinished = false;
	else if (!paused)
		d->ended = true;
	if (st->st_ino != d->id.ino && d->seen) {
		/* The rest, if any, is in what it was compressed to. */
		d->was_read = false;
		dump_close(d);
	} else if (last || d->ended || (dump_is_rotated(d) && !d->unfinished) ||
		   n_open(&f->dumps) > MAX_OPEN) {
		dump_close(d);
	}
}

/* From its place to its end, for now or `last`. False: stop. */
static bool read_dump(struct follow *f, struct dump *d, bool last)
{
	struct input *in;
	enum input_status st;
	struct stat file;
	bool ok;

	if (!open_dump(f, d, &file))
		return true;
	lseek(d->fd, 0, SEEK_SET);
	posix_fadvise(d->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	in = input_open(fcntl(d->fd, F_DUPFD_CLOEXEC, 3), d->path);
	if (!last)
		input_may_grow(in);
	st = input_skip(in, d->place.offset);
	if (st == INPUT_OK || st == INPUT_STOPPED) {
		f->active = d;
		ok = stage_feed_at(f->stage, in, d->place);
		f->active = NULL;
		left(f, d, &file, last);
		return ok;
	}
	input_close(in);
	if (st != INPUT_PAUSED) {
		say_lost(f, d, "ends before the place where reading stopped");
		d->ended = true;
	}
	d->was_read = true;
	d->read_size = d->size = (uint64_t)file.st_size;
	d->read_mtime_ns = d->mtime_ns;
	d->read_at_ms = now_ms();
	dump_close(d);
	return true;
}

/* --- all there is, once -------------------------------------------------- */

void follow_once(struct follow *f)
{
	struct stage *s = f->stage;
	struct stat st;

	for (int i = 0; i < SCAN_TRIES; i++)
		if (scan(f, f->dumps.begun))
			break;
	for (size_t i = 0; i < f->n_sources; i++)
		if (stat(f->sources[i], &st) != 0)
			stage_no_input(s, f->sources[i], errno);
	for (size_t i = 0; i < f->dumps.n; i++) {
		struct dump *d = &f->dumps.v[i];

		if (d->seen && !d->skip)
			s->total_bytes +=
				d->size - (d->name.pack.n ? 0
							  : MIN(d->place.offset,
								d->size));
	}
	for (size_t i = 0; i < f->dumps.n; i++) {
		struct dump *d = &f->dumps.v[i];

		if (d->skip)
			continue;
		if (d->seen && !read_dump(f, d, true))
			return;
		if (!d->complete && !d->was_read && !d->ended)
			say_lost(f, d, "is gone before all of it was read");
	}
}

/* --- and on -------------------------------------------------------------- */

static bool is_rest_lost(const struct dump *d)
{
	return !d->complete && !d->ended &&
	       (!d->was_read || d->unfinished || !dump_is_rotated(d));
}

/* A dump without a name: until when may it turn up again? */
static bool is_expired(const struct dump *d, int64_t ms)
{
	return !d->id.ino || ms - d->missing_ms >= GRACE_MS;
}

/* Which to read next; *last: what is not whole now never will be. */
static struct dump *choose(struct follow *f, bool *last)
{
	const struct dump *blocked = NULL;
	int64_t ms = now_ms();

	*last = false;
	for (size_t i = 0; i < f->dumps.n; i++) {
		struct dump *d = &f->dumps.v[i];

		if (d->skip || d->ended ||
		    (blocked && rotation_same_set(&blocked->name, &d->name)))
			continue;
		dump_look(d);
		if ((d->seen || d->fd >= 0) && dump_has_news(d))
			return d;
		if (d->seen && !d->unfinished && dump_is_rotated(d))
			dump_close(d);
		if (d->unfinished &&
		    (d->seen ? dump_is_rotated(d) : d->fd >= 0) &&
		    ms - d->read_at_ms >= QUIET_MS) {
			*last = true;
			return d;
		}
		if (!d->seen && d->fd < 0 && is_rest_lost(d) &&
		    !is_expired(d, ms))
			blocked = d;
	}
	return NULL;
}

static void expire(struct follow *f)
{
	int64_t ms = now_ms();

	for (size_t i = f->dumps.n; i-- > 0;) {
		struct dump *d = &f->dumps.v[i];

		if (d->seen || !is_expired(d, ms) ||
		    (d->fd >= 0 && d->unfinished))
			continue;
		if (!d->id.ino)
			say_lost(f, d,
				 "was truncated; what was not read of it "
				 "is lost");
		else if (d->fd < 0 && is_rest_lost(d))
			say_lost(f, d, "is gone before all of it was read");
		dumps_remove(&f->dumps, i);
	}
}

/* Scans until no name changes meanwhile: else a file might be missed. */
static void look(struct follow *f)
{
	f->watch.news = false;
	watch_names_changed(&f->watch);
	for (int i = 0; i < SCAN_TRIES; i++) {
		bool stable = scan(f, true);

		if (!watch_names_changed(&f->watch) && stable)
			break;
	}
	expire(f);
}

/* The reader of our output may go while there is nothing to write. */
static bool reader_gone(struct stage *s)
{
	struct pollfd p = {.fd = s->out.out.fd};

	if (poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLHUP)))
		s->out.out.err = EPIPE;
	return s->out.out.err;
}

static void watch_sources(struct follow *f)
{
	watch_open(&f->watch);
	for (size_t i = 0; i < f->n_sources; i++) {
		struct rotation_name n;
		struct stat st;
		char *dir;

		rotation_parse(sv_str(f->sources[i]), &n);
		dir = stat(f->sources[i], &st) == 0 && S_ISDIR(st.st_mode)
			      ? mem_strdup(f->sources[i])
			      : mem_sv(n.dir);
		watch_add(&f->watch, dir);
		mem_free(dir);
	}
}

static bool is_all_read(const struct dumps *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct dump *d = &t->v[i];

		if (!d->skip && !d->ended &&
		    (d->unfinished || !d->seen || dump_has_news(d)))
			return false;
	}
	return true;
}

static void wait(struct follow *f)
{
	/* A busy writer wakes us for each line; some at once cost less. */
	struct timespec t = {.tv_nsec = LINGER_NS};

	stage_settle(f->stage);
	if (f->stage->out.out.bytes != f->resume.written)
		resume_commit(&f->resume, f->stage, NULL, true);
	nanosleep(&t, NULL);
	watch_wait(&f->watch);
}

void follow_on(struct follow *f)
{
	watch_sources(f);
	while (!stop_now()) {
		struct dump *d;
		bool last;

		look(f);
		d = choose(f, &last);
		if (d && !read_dump(f, d, last))
			break;
		if (d)
			continue;
		wait(f);
		if (reader_gone(f->stage))
			break;
	}
	if (!is_all_read(&f->dumps))
		stage_cut(f->stage);
	watch_close(&f->watch);
}

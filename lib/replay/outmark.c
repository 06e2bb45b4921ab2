/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/outmark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "pipe/diag.h"
#include "stream/recout.h"

#define TAIL 256
#define LONGEST_RECORD (1024 * MIB)

void outmark_open(struct outmark *m, uint64_t form)
{
	char path[4096];
	struct stat st;
	ssize_t n;

	*m = (struct outmark){.fd = -1, .read_fd = -1, .now.form = form};
	if (fstat(STDOUT_FILENO, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	m->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	m->read_fd = open("/proc/self/fd/1", O_RDONLY | O_CLOEXEC);
	n = readlink("/proc/self/fd/1", path, sizeof(path));
	m->now.dev = st.st_dev;
	m->now.ino = st.st_ino;
	m->now.path = mem_sv((sv){path, n > 0 ? (size_t)n : 0});
}

static uint64_t tail_hash(int fd, uint64_t end, uint64_t n)
{
	char tail[TAIL];

	if (n > sizeof(tail) || n > end ||
	    pread(fd, tail, (size_t)n, (off_t)(end - n)) != (ssize_t)n)
		return 0;
	return hash64((sv){tail, (size_t)n}, 0);
}

bool outmark_take(struct outmark *m)
{
	struct stat st;
	off_t at;

	if (m->fd < 0)
		return true;
	if (fdatasync(m->fd) != 0 || fstat(m->fd, &st) != 0)
		return false;
	at = lseek(m->fd, 0, SEEK_CUR);
	if ((fcntl(m->fd, F_GETFL) & O_APPEND) || at < 0)
		at = st.st_size;
	m->now.size = (uint64_t)at;
	m->now.tail_n = m->read_fd < 0 ? 0 : MIN(m->now.size, (uint64_t)TAIL);
	m->now.tail_hash = tail_hash(m->read_fd, m->now.size, m->now.tail_n);
	return true;
}

void outmark_close(struct outmark *m)
{
	if (m->fd >= 0)
		close(m->fd);
	if (m->read_fd >= 0)
		close(m->read_fd);
	mem_free(m->now.path);
	*m = (struct outmark){.fd = -1, .read_fd = -1};
}

/* Records to the end, the last one perhaps torn? */
static bool is_records(int fd, const struct checkpoint_output *o)
{
	enum recin_format f = o->form == RECOUT_PB ? RECIN_PB : RECIN_JSON;
	struct recin *r = recin_new(f, LONGEST_RECORD);
	struct input *in = input_open(fcntl(fd, F_DUPFD_CLOEXEC, 3), "output");
	enum recin_status st = RECIN_BAD;
	struct record rec;

	lseek(fd, 0, SEEK_SET);
	if (input_skip(in, o->size) == INPUT_OK) {
		recin_attach(r, in);
		do {
			st = recin_next(r, &rec);
		} while (st == RECIN_RECORD && !rec.raw);
	} else {
		input_close(in);
	}
	recin_free(r);
	return st == RECIN_EOF || st == RECIN_TRUNCATED;
}

/* By us, its parent and children aside. */
static bool is_unused(int fd, const struct stat *st)
{
	struct stat out;

	if (fstat(STDOUT_FILENO, &out) == 0 && out.st_dev == st->st_dev &&
	    out.st_ino == st->st_ino)
		return true;
	if (fcntl(fd, F_SETLEASE, F_WRLCK) != 0)
		return false;
	fcntl(fd, F_SETLEASE, F_UNLCK);
	return true;
}

/* NULL: it is proven, or there is nothing to cut (*surplus 0). */
static const char *examine(int fd, const struct checkpoint_output *o,
			   uint64_t *surplus)
{
	struct stat st;

	*surplus = 0;
	if (fd < 0 || fstat(fd, &st) != 0)
		return "cannot open it";
	if (!S_ISREG(st.st_mode) || st.st_dev != o->dev || st.st_ino != o->ino)
		return "another file has its name";
	if ((uint64_t)st.st_size < o->size)
		return "it is shorter than it was; that part does not come "
		       "again";
	if ((uint64_t)st.st_size == o->size)
		return NULL;
	if (o->size &&
	    (!o->tail_n || tail_hash(fd, o->size, o->tail_n) != o->tail_hash))
		return "its contents have changed";
	if (o->form == RECOUT_COMPACT)
		return "compact output cannot be read back";
	if (!is_unused(fd, &st))
		return "another process has it open";
	if (!is_records(fd, o))
		return "not only records follow";
	*surplus = (uint64_t)st.st_size - o->size;
	return NULL;
}

void outmark_recover(const struct checkpoint_output *o)
{
	const char *why = "it was no regular file";
	uint64_t surplus;
	int fd = -1;

	if (o->state == CHECKPOINT_ENDED)
		return;
	if (o->ino) {
		fd = open(o->path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		why = examine(fd, o, &surplus);
		if (!why && surplus &&
		    (ftruncate(fd, (off_t)o->size) != 0 || fsync(fd) != 0))
			why = strerror(errno);
		else if (!why && surplus)
			diag_warn(
				"cut '%s' by %llu bytes: what the run before "
				"wrote behind its last commit comes again",
				o->path, (unsigned long long)surplus);
		if (fd >= 0)
			close(fd);
	}
	if (!why)
		return;
	diag_warn(
		"the run before ended hard: what it wrote behind its last "
		"commit comes again");
	diag_detail("its output '%s' is not cut: %s", o->ino ? o->path : "",
		    why);
}

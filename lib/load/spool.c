/* SPDX-License-Identifier: Apache-2.0 */
#include "load/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define UNFINISHED "new.tmp"
#define SUFFIX ".job"
#define DIGITS 16
#define NAME_MAX_LEN 32

struct spool {
	int dir;
	char *path;
	uint64_t max, bytes, jobs;
	uint64_t first, next; /* numbers; next is the one to give */
	char oldest[4096];
};

static void name_of(char name[NAME_MAX_LEN], uint64_t number)
{
	snprintf(name, NAME_MAX_LEN, "%0*" PRIu64 SUFFIX, DIGITS, number);
}

/* --- what is there ------------------------------------------------------ */

static bool parse_name(const char *name, uint64_t *number)
{
	char *end;

	if (strspn(name, "0123456789") < DIGITS)
		return false;
	*number = strtoull(name, &end, 10);
	return !strcmp(end, SUFFIX);
}

static bool count_file(struct spool *s, const char *name)
{
	uint64_t number;
	struct stat st;

	if (!parse_name(name, &number))
		return true;
	if (fstatat(s->dir, name, &st, 0))
		return false;
	s->first = s->jobs ? MIN(s->first, number) : number;
	if (number >= s->next)
		s->next = number + 1;
	s->jobs++;
	s->bytes += (uint64_t)st.st_size;
	return true;
}

static bool scan(struct spool *s)
{
	int fd = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	bool ok = d;

	while (ok && (e = readdir(d)))
		ok = count_file(s, e->d_name);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	return ok;
}

struct spool *spool_open(const char *dir, uint64_t max_bytes)
{
	struct spool *s = mem_zalloc(sizeof(*s));

	s->max = max_bytes;
	s->path = mem_strdup(dir);
	s->next = 1;
	if (mkdir(dir, 0700) && errno != EEXIST)
		s->dir = -1;
	else
		s->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0 || flock(s->dir, LOCK_EX | LOCK_NB) || !scan(s)) {
		int err = errno;

		spool_close(s);
		errno = err;
		return NULL;
	}
	unlinkat(s->dir, UNFINISHED, 0);
	return s;
}

void spool_close(struct spool *s)
{
	if (!s)
		return;
	if (s->dir >= 0)
		close(s->dir);
	mem_free(s->path);
	mem_free(s);
}

uint64_t spool_jobs(const struct spool *s)
{
	return s->jobs;
}

uint64_t spool_bytes(const struct spool *s)
{
	return s->bytes;
}

bool spool_has_room(const struct spool *s, uint64_t bytes)
{
	return s->bytes + bytes <= s->max;
}

/* --- in and out --------------------------------------------------------- */

static bool write_file(struct spool *s, struct job *j)
{
	int fd = openat(s->dir, UNFINISHED,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && job_write(j, fd) && !fsync(fd);

	/* Some file systems tell only here that there was no room. */
	if (fd >= 0 && close(fd))
		ok = false;
	return ok;
}

bool spool_put(struct spool *s, struct job *j)
{
	char name[NAME_MAX_LEN];
	int err;

	name_of(name, s->next);
	if (!write_file(s, j) || renameat(s->dir, UNFINISHED, s->dir, name)) {
		err = errno;
		unlinkat(s->dir, UNFINISHED, 0);
		errno = err;
		return false;
	}
	if (!s->jobs)
		s->first = s->next;
	s->next++;
	s->jobs++;
	s->bytes += job_size(j);
	return !fsync(s->dir);
}

const char *spool_oldest(struct spool *s, struct job *j)
{
	char name[NAME_MAX_LEN];
	int fd = -1;

	/* Somebody may have taken a damaged one away. */
	for (; s->first < s->next; s->first++) {
		name_of(name, s->first);
		fd = openat(s->dir, name, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 || errno != ENOENT)
			break;
	}
	if (fd < 0)
		return NULL;
	snprintf(s->oldest, sizeof(s->oldest), "%s/%s", s->path, name);
	if (!job_read(j, fd))
		close(fd);
	return s->oldest;
}

bool spool_remove_oldest(struct spool *s)
{
	char name[NAME_MAX_LEN];
	struct stat st;

	name_of(name, s->first);
	if (fstatat(s->dir, name, &st, 0) || unlinkat(s->dir, name, 0))
		return false;
	s->first++;
	s->jobs--;
	s->bytes -= (uint64_t)st.st_size;
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "root/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	MAX_LINKS = 40,	 /* as the kernel's MAXSYMLINKS */
	MAX_DEPTH = 100, /* open directories of one walk */
	RACE_TRIES = 8,
	READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
};

static int fail(struct rt_err *err, const char *msg, int sys_errno)
{
	*err = (struct rt_err){.sys_errno = sys_errno, .msg = msg};
	return -1;
}

int root_open(const char *dir, struct rt_err *err)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 ? fd : fail(err, "cannot open root directory", errno);
}

/* Keeps a regular file, closes anything else. */
static int regular_only(int fd, struct rt_err *err)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return fail(err, "not a regular file", EINVAL);
}

static bool path_valid(sv path, struct rt_err *err)
{
	if (!path.n)
		fail(err, "empty path", ENOENT);
	else if (path.n >= PATH_MAX)
		fail(err, "path is too long", ENAMETOOLONG);
	else if (sv_find(path, '\0') != SIZE_MAX)
		fail(err, "path holds a NUL byte", EINVAL);
	else
		return true;
	return false;
}

static int open_in_root(int root, const char *path, uint64_t flags)
{
	struct open_how how = {
		.flags = flags,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	/* EAGAIN: a rename raced with a `..`; the kernel could not be sure. */
	for (int i = 0; i < RACE_TRIES; i++) {
		long fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			return (int)fd;
	}
	return -1;
}

/*
 * Looks before it opens for reading: opening a device node may do something
 * (rewind a tape), opening it with O_PATH does not.
 */
int root_open_file(int root, sv path, struct rt_err *err)
{
	char name[PATH_MAX];
	int fd;

	if (!path_valid(path, err))
		return -1;
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	fd = open_in_root(root, name, O_PATH | O_CLOEXEC);
	/* EPERM and EAGAIN: a seccomp filter, or a root in constant motion. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EAGAIN))
		return root_walk_file(root, path, err);
	if (fd < 0)
		return fail(err, "cannot open file", errno);
	fd = regular_only(fd, err);
	if (fd < 0)
		return -1;
	close(fd);
	fd = open_in_root(root, name, READ_FLAGS);
	if (fd < 0)
		return fail(err, "cannot open file", errno);
	return regular_only(fd, err);
}

/*
 * The walk holds a descriptor for each directory on the way, so `..` is a pop
 * and nothing that is renamed meanwhile can lead above the root.
 */
struct walk {
	int root;
	int dirs[MAX_DEPTH];
	int depth;
	int links;
	size_t pos, end;	 /* of what is left to walk, in rest */
	char rest[2 * PATH_MAX]; /* filled from the end, links go in front */
	char name[NAME_MAX + 1];
	size_t real_n;
	char real[PATH_MAX]; /* of the directory that the walk is in */
};

static int walk_dir(const struct walk *w)
{
	return w->depth ? w->dirs[w->depth - 1] : w->root;
}

static void walk_up(struct walk *w)
{
	if (!w->depth)
		return;
	close(w->dirs[--w->depth]);
	while (w->real[--w->real_n] != '/')
		;
}

static void walk_to_root(struct walk *w)
{
	while (w->depth)
		walk_up(w);
}

/* The next component into w->name; false at the end or if it is too long. */
static bool walk_next(struct walk *w, int *error)
{
	size_t start, n;

	*error = 0;
	while (w->pos < w->end && w->rest[w->pos] == '/')
		w->pos++;
	start = w->pos;
	while (w->pos < w->end && w->rest[w->pos] != '/')
		w->pos++;
	n = w->pos - start;
	if (n > NAME_MAX)
		*error = ENAMETOOLONG;
	if (!n || *error)
		return false;
	memcpy(w->name, w->rest + start, n);
	w->name[n] = '\0';
	return true;
}

/* Puts the link's text in front of what is left. 0 or an errno. */
static int walk_link(struct walk *w)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(walk_dir(w), w->name, target, sizeof(target));

	if (n < 0)
		return errno;
	if (n == 0)
		return ENOENT;
	if (n == (ssize_t)sizeof(target) || (size_t)n > w->pos)
		return ENAMETOOLONG;
	if (++w->links > MAX_LINKS)
		return ELOOP;
	if (target[0] == '/')
		walk_to_root(w);
	w->pos -= (size_t)n;
	memcpy(w->rest + w->pos, target, (size_t)n);
	return 0;
}

static bool walk_append(struct walk *w)
{
	size_t n = strlen(w->name);

	if (w->real_n + 1 + n >= sizeof(w->real))
		return false;
	w->real[w->real_n] = '/';
	memcpy(w->real + w->real_n + 1, w->name, n);
	w->real_n += n + 1;
	return true;
}

static int walk_enter(struct walk *w)
{
	int fd;

	if (w->depth == MAX_DEPTH)
		return ENAMETOOLONG;
	fd = openat(walk_dir(w), w->name,
		    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (!walk_append(w)) {
		close(fd);
		return ENAMETOOLONG;
	}
	w->dirs[w->depth++] = fd;
	return 0;
}

/* One component. 0 with *fd set when it was the file, 0 to go on, or errno. */
static int walk_step(struct walk *w, int *fd)
{
	bool last = w->pos == w->end;
	struct stat st;

	if (strcmp(w->name, ".") == 0)
		return 0;
	if (strcmp(w->name, "..") == 0) {
		walk_up(w);
		return 0;
	}
	if (fstatat(walk_dir(w), w->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno;
	if (S_ISLNK(st.st_mode))
		return walk_link(w);
	if (!last || S_ISDIR(st.st_mode))
		return walk_enter(w);
	if (!S_ISREG(st.st_mode))
		return EINVAL;
	*fd = openat(walk_dir(w), w->name, READ_FLAGS | O_NOFOLLOW);
	return *fd < 0 ? errno : 0;
}

/* The struct is too large to be cleared for each walk. */
static void walk_begin(struct walk *w, int root, sv path)
{
	w->root = root;
	w->depth = w->links = 0;
	w->real_n = 0;
	w->end = sizeof(w->rest);
	w->pos = w->end - path.n;
	memcpy(w->rest + w->pos, path.p, path.n);
}

int root_walk_file(int root, sv path, struct rt_err *err)
{
	struct walk w;
	int error, fd = -1;

	if (!path_valid(path, err))
		return -1;
	walk_begin(&w, root, path);
	while (fd < 0 && walk_next(&w, &error)) {
		error = walk_step(&w, &fd);
		if (error)
			break;
	}
	walk_to_root(&w);
	if (error)
		return fail(err, "cannot open file", error);
	if (fd < 0)
		return fail(err, "not a regular file", EINVAL);
	return regular_only(fd, err);
}

bool root_read_file(int root, sv path, size_t max, struct buf *out,
		    struct rt_err *err)
{
	int fd = root_open_file(root, path, err);
	size_t from = out->n;
	ssize_t n = -1;
	struct stat st;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0)
		buf_reserve(out, MIN(max, (size_t)st.st_size) + 1);
	do {
		buf_reserve(out, 4 * KIB);
		n = read(fd, out->p + out->n, out->cap - out->n);
		out->n += n > 0 ? (size_t)n : 0;
	} while ((n > 0 && out->n - from <= max) || (n < 0 && errno == EINTR));
	if (n < 0)
		fail(err, "cannot read file", errno);
	else if (out->n - from > max)
		fail(err, "file is too large", EFBIG);
	close(fd);
	return n >= 0 && out->n - from <= max;
}

/* One component. 0 to go on, or errno; *last: w->name is no directory. */
static int walk_real_step(struct walk *w, bool *last)
{
	struct stat st;

	*last = false;
	if (strcmp(w->name, ".") == 0)
		return 0;
	if (strcmp(w->name, "..") == 0) {
		walk_up(w);
		return 0;
	}
	if (fstatat(walk_dir(w), w->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno;
	if (S_ISLNK(st.st_mode))
		return walk_link(w);
	*last = !S_ISDIR(st.st_mode);
	if (!*last)
		return walk_enter(w);
	if (w->pos != w->end)
		return ENOTDIR;
	return walk_append(w) ? 0 : ENAMETOOLONG;
}

/* To the end of the path; the walk stays there. 0 or an errno. */
static int walk_real(struct walk *w, int root, sv path, bool *last)
{
	int error = 0;

	*last = false;
	walk_begin(w, root, path);
	while (!*last && walk_next(w, &error)) {
		error = walk_real_step(w, last);
		if (error)
			break;
	}
	return error;
}

/* Where `real` names a file, it has one component more than `dirs`. */
static void walk_end(struct walk *w)
{
	while (w->depth)
		close(w->dirs[--w->depth]);
}

bool root_real_path(int root, sv path, struct buf *out, struct rt_err *err)
{
	struct walk w;
	int error;
	bool last;

	if (!path_valid(path, err))
		return false;
	error = walk_real(&w, root, path, &last);
	walk_end(&w);
	if (error) {
		fail(err, "cannot resolve path", error);
		return false;
	}
	buf_add(out, w.real_n ? w.real : "/", w.real_n ? w.real_n : 1);
	return true;
}

int root_open_dir(int root, sv path, struct rt_err *err)
{
	struct walk w;
	int error, fd = -1;
	bool last;

	if (!path_valid(path, err))
		return -1;
	error = walk_real(&w, root, path, &last);
	if (!error && last)
		error = ENOTDIR;
	if (!error) {
		fd = openat(walk_dir(&w), ".",
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		error = fd < 0 ? errno : 0;
	}
	walk_end(&w);
	return fd >= 0 ? fd : fail(err, "cannot open directory", error);
}

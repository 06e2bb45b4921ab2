/* SPDX-License-Identifier: Apache-2.0 */
#include "root/procroot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"

#define NS_PER_S 1000000000
#define FORGIVEN_NS (2 * (int64_t)NS_PER_S)
#define STAT_START_FIELD 22

struct known {
	struct hash128 key;	  /* of the exec id */
	struct hash128 container; /* of its id */
	bool used;
	int root; /* or -1 */
	uint64_t id;
	bool runs;
	struct procroot_self self;
	uint64_t last_use;
};

struct procroot {
	int proc;
	struct known known[PROCROOT_MAX];
	struct known *last;
	uint64_t uses;
	struct procroot_stats stats;
};

struct procroot *procroot_new(const char *dir, struct rt_err *err)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct procroot *p;

	if (fd < 0) {
		*err = (struct rt_err){.sys_errno = errno,
				       .msg = "cannot open directory"};
		return NULL;
	}
	p = mem_zalloc(sizeof(*p));
	p->proc = fd;
	p->last = p->known;
	return p;
}

static void forget(struct known *k)
{
	if (k->used && k->root >= 0)
		close(k->root);
	k->used = false;
}

void procroot_free(struct procroot *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < PROCROOT_MAX; i++)
		forget(&p->known[i]);
	close(p->proc);
	mem_free(p);
}

/* The text of a small file, with a NUL behind it. */
static bool read_text(int dir, const char *name, char *text, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t n = 0;
	ssize_t r;

	if (fd < 0)
		return false;
	while (n < size - 1 && (r = read(fd, text + n, size - 1 - n)) > 0)
		n += (size_t)r;
	close(fd);
	text[n] = '\0';
	return n > 0;
}

/* Seconds since 1970 when the machine was started. */
static bool boot_time(int proc, int64_t *sec)
{
	int fd = openat(proc, "stat", O_RDONLY | O_CLOEXEC);
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	if (!f) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!found && getline(&line, &size, f) > 0)
		if (strncmp(line, "btime ", 6) == 0) {
			*sec = strtoll(line + 6, NULL, 10);
			found = true;
		}
	free(line);
	fclose(f);
	return found;
}

/* Behind the last ')': a program's name may hold anything. */
static bool start_ticks(int process, uint64_t *ticks)
{
	char text[4096], *s;

	if (!read_text(process, "stat", text, sizeof(text)))
		return false;
	s = strrchr(text, ')');
	for (int field = 2; s && field < STAT_START_FIELD; field++)
		s = strchr(s + 1, ' ');
	if (!s)
		return false;
	*ticks = strtoull(s + 1, NULL, 10);
	return true;
}

enum whose { THEIRS, GONE, REUSED };

static enum whose whose_is(int proc, int process, int64_t start_ns)
{
	int64_t boot, hz = sysconf(_SC_CLK_TCK), since_boot;
	uint64_t ticks;

	if (hz <= 0 || start_ns <= 0 || !start_ticks(process, &ticks) ||
	    !boot_time(proc, &boot) || boot <= 0 ||
	    ticks / (uint64_t)hz > INT64_MAX / NS_PER_S / 2 ||
	    boot > INT64_MAX / NS_PER_S / 2)
		return GONE;
	since_boot = (int64_t)(ticks / (uint64_t)hz) * NS_PER_S +
		     (int64_t)(ticks % (uint64_t)hz) * (NS_PER_S / hz);
	return boot * NS_PER_S + since_boot - FORGIVEN_NS > start_ns ? REUSED
								     : THEIRS;
}

/* The number behind the last blank of the line that `key` begins, or 0. */
static uint32_t last_number(const char *text, const char *key)
{
	const char *s = strstr(text, key), *end, *at;

	if (!s)
		return 0;
	end = strchrnul(s + 1, '\n');
	for (at = end; at > s && at[-1] != '\t' && at[-1] != ' '; at--)
		;
	return (uint32_t)strtoul(at, NULL, 10);
}

/*
 * A process in a PID namespace has a number in each, the innermost last; of
 * the user ids the one by which it writes files.
 */
static bool read_self(int process, struct procroot_self *self)
{
	char text[8192];

	if (!read_text(process, "status", text, sizeof(text)))
		return false;
	self->pid = last_number(text, "\nNSpid:");
	self->uid = last_number(text, "\nUid:");
	return self->pid != 0;
}

/* The same root directory and mounts, in the same container. */
static uint64_t identity(int process, int root, sv container_id)
{
	struct stat dir = {0}, ns = {0};
	uint64_t v[4];

	fstat(root, &dir);
	fstatat(process, "ns/mnt", &ns, 0);
	v[0] = (uint64_t)dir.st_dev;
	v[1] = (uint64_t)dir.st_ino;
	v[2] = (uint64_t)ns.st_dev;
	v[3] = (uint64_t)ns.st_ino;
	return hash64(container_id, hash64((sv){(char *)v, sizeof(v)}, 0));
}

/*
 * A descriptor of PROC/PID belongs to that very process: what is opened
 * through it later is its own, or nothing when it has ended.
 */
static int open_root(struct procroot *p, struct known *k, sv container_id,
		     uint32_t pid, int64_t start_ns)
{
	enum whose whose = GONE;
	char name[16];
	int process, root = -1;

	snprintf(name, sizeof(name), "%u", pid);
	process = openat(p->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (process >= 0) {
		whose = whose_is(p->proc, process, start_ns);
		if (whose == THEIRS)
			root = openat(process, "root",
				      O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (root >= 0) {
			k->id = identity(process, root, container_id);
			k->runs = read_self(process, &k->self);
		}
		close(process);
	}
	p->stats.opened += root >= 0;
	p->stats.reused += whose == REUSED;
	p->stats.gone += root < 0 && whose != REUSED;
	return root;
}

static struct known *find(struct procroot *p, struct hash128 key)
{
	struct known *oldest = &p->known[0];

	if (p->last->used && hash128_eq(p->last->key, key))
		return p->last;
	for (size_t i = 0; i < PROCROOT_MAX; i++) {
		struct known *k = &p->known[i];

		if (k->used && hash128_eq(k->key, key))
			return k;
		if (oldest->used &&
		    (!k->used || k->last_use < oldest->last_use))
			oldest = k;
	}
	forget(oldest);
	return oldest;
}

/* The root of another process of the container, for one that is gone. */
static int borrow_root(const struct procroot *p, struct hash128 container,
		       uint64_t *id)
{
	for (size_t i = 0; i < PROCROOT_MAX; i++) {
		const struct known *k = &p->known[i];

		if (!k->used || k->root < 0 ||
		    !hash128_eq(k->container, container))
			continue;
		*id = k->id;
		return fcntl(k->root, F_DUPFD_CLOEXEC, 0);
	}
	return -1;
}

int procroot_get(struct procroot *p, sv exec_id, sv container_id, uint32_t pid,
		 int64_t start_ns, uint64_t *id)
{
	struct hash128 key = hash128(exec_id, 0);
	struct known *k;

	if (!exec_id.n || !pid)
		return -1;
	k = find(p, key);
	if (!k->used) {
		k->runs = false;
		k->root = open_root(p, k, container_id, pid, start_ns);
		k->key = key;
		k->container = hash128(container_id, 0);
		if (k->root < 0 && container_id.n)
			k->root = borrow_root(p, k->container, &k->id);
		k->used = true;
	}
	k->last_use = ++p->uses;
	p->last = k;
	*id = k->id;
	return k->root;
}

bool procroot_get_self(const struct procroot *p, struct procroot_self *out)
{
	*out = p->last->self;
	return p->last->used && p->last->runs;
}

void procroot_get_stats(const struct procroot *p, struct procroot_stats *out)
{
	*out = p->stats;
}

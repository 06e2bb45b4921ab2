/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/perfmaps.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "root/root.h"

enum { SLOTS = 64 };

#define NS_PER_S 1000000000
#define LOOK_AGAIN_NS (NS_PER_S / 10)
#define CHUNK (256 * KIB)

struct slot {
	bool used;
	uint64_t place;
	uint32_t pid;
	struct perfmap *map; /* NULL: no file, or none to be believed */
	dev_t dev;
	ino_t ino;
	uint64_t taken; /* bytes of the file */
	int64_t looked; /* when, by the monotonic clock */
	uint64_t last_use;
	bool full;
};

struct perfmaps {
	struct slot slots[SLOTS];
	size_t max_bytes;
	uint64_t uses;
	struct buf text; /* of the file, as it is read */
	struct perfmaps_stats stats;
};

struct perfmaps *perfmaps_new(size_t max_bytes)
{
	struct perfmaps *s = mem_zalloc(sizeof(*s));

	s->max_bytes = max_bytes;
	return s;
}

static void forget(struct perfmaps *s, struct slot *t)
{
	if (t->map) {
		s->stats.bytes -= perfmap_bytes(t->map);
		perfmap_free(t->map);
	}
	*t = (struct slot){0};
}

void perfmaps_free(struct perfmaps *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		forget(s, &s->slots[i]);
	buf_release(&s->text);
	mem_free(s);
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static bool is_believed(const struct perfmaps_process *p, const struct stat *st)
{
	if (!p->live)
		return true;
	return (st->st_uid == p->uid || st->st_uid == 0) &&
	       (int64_t)st->st_mtim.tv_sec >= p->start_ns / NS_PER_S;
}

/* What the map takes at most, with nothing else kept. */
static size_t map_limit(const struct perfmaps *s)
{
	return s->max_bytes - MIN(s->max_bytes, 4 * KIB);
}

/* From where the last read ended to the end of the file or the limit. */
static void read_on(struct perfmaps *s, struct slot *t, int fd, bool last)
{
	uint64_t bad = perfmap_bad_lines(t->map);
	ssize_t r = 1;
	size_t taken;

	s->text.n = 0;
	while (r > 0 && !t->full) {
		buf_reserve(&s->text, CHUNK);
		r = pread(fd, s->text.p + s->text.n, CHUNK,
			  (off_t)(t->taken + s->text.n));
		s->text.n += r > 0 ? (size_t)r : 0;
		taken = perfmap_add(t->map, buf_view(&s->text), last && r <= 0,
				    map_limit(s));
		t->taken += taken;
		s->text.n -= taken;
		memmove(s->text.p, s->text.p + taken, s->text.n);
		t->full = s->text.n >= CHUNK ||
			  memchr(s->text.p, '\n', s->text.n) ||
			  (last && r <= 0 && s->text.n);
	}
	s->stats.cut += t->full;
	s->stats.bad_lines += perfmap_bad_lines(t->map) - bad;
}

/* Whether there is more of the same file, and not another in its place. */
static bool goes_on(const struct slot *t, const struct stat *st)
{
	return t->map && t->dev == st->st_dev && t->ino == st->st_ino &&
	       (uint64_t)st->st_size >= t->taken;
}

static void begin(struct slot *t, const struct stat *st)
{
	perfmap_free(t->map);
	t->map = perfmap_new();
	t->dev = st->st_dev;
	t->ino = st->st_ino;
	t->taken = 0;
	t->full = false;
}

static size_t slot_bytes(const struct slot *t)
{
	return t->map ? perfmap_bytes(t->map) : 0;
}

static void read_file(struct perfmaps *s, struct slot *t,
		      const struct perfmaps_process *p, int fd)
{
	struct stat st;

	if (fstat(fd, &st) || !is_believed(p, &st)) {
		s->stats.refused++;
		return;
	}
	s->stats.bytes -= slot_bytes(t);
	if (!goes_on(t, &st)) {
		begin(t, &st);
		s->stats.read++;
	}
	if (!t->full && (uint64_t)st.st_size > t->taken)
		read_on(s, t, fd, !p->live);
	s->stats.bytes += slot_bytes(t);
}

static void look(struct perfmaps *s, struct slot *t,
		 const struct perfmaps_process *p)
{
	struct rt_err err = {0};
	char name[32];
	int n = snprintf(name, sizeof(name), "/tmp/perf-%u.map", p->pid);
	int fd = root_open_file(p->root, (sv){name, (size_t)n}, &err);

	if (fd < 0)
		return;
	read_file(s, t, p, fd);
	close(fd);
}

/* The slot of the process, or the one unused for longest, emptied. */
static struct slot *slot_of(struct perfmaps *s,
			    const struct perfmaps_process *p)
{
	struct slot *old = &s->slots[0];

	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *t = &s->slots[i];

		if (t->used && t->place == p->place && t->pid == p->pid)
			return t;
		if (old->used && (!t->used || t->last_use < old->last_use))
			old = t;
	}
	s->stats.evictions += old->used;
	forget(s, old);
	return old;
}

static void keep_budget(struct perfmaps *s, const struct slot *newest)
{
	while (s->stats.bytes > s->max_bytes) {
		struct slot *old = NULL;

		for (size_t i = 0; i < SLOTS; i++) {
			struct slot *t = &s->slots[i];

			if (t->map && t != newest &&
			    (!old || t->last_use < old->last_use))
				old = t;
		}
		if (!old)
			return;
		forget(s, old);
		s->stats.evictions++;
	}
}

bool perfmaps_find(struct perfmaps *s, const struct perfmaps_process *p,
		   uint64_t address, bool is_caller, struct perfmap_hit *hit)
{
	int64_t now = p->live ? now_ns() : 0;
	struct slot *t;

	if (p->root < 0 || !p->pid || !s->max_bytes)
		return false;
	t = slot_of(s, p);
	t->last_use = ++s->uses;
	if (!t->used || (p->live && now - t->looked >= LOOK_AGAIN_NS)) {
		t->used = true;
		t->place = p->place;
		t->pid = p->pid;
		t->looked = now;
		look(s, t, p);
		keep_budget(s, t);
	}
	return t->map && perfmap_find(t->map, address, is_caller, hit);
}

void perfmaps_get_stats(const struct perfmaps *s, struct perfmaps_stats *out)
{
	*out = s->stats;
}

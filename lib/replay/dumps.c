/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/dumps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "pipe/diag.h"

void dump_close(struct dump *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

static void note(struct dump *d, const struct stat *st)
{
	d->size = (uint64_t)st->st_size;
	d->mtime_ns =
		(int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

void dump_look(struct dump *d)
{
	struct stat st;

	if (d->fd >= 0 && fstat(d->fd, &st) == 0)
		note(d, &st);
}

bool dump_has_news(const struct dump *d)
{
	return !d->was_read || d->size != d->read_size ||
	       d->mtime_ns != d->read_mtime_ns;
}

static void set_path(struct dump *d, const char *path)
{
	char *copy = mem_strdup(path);

	mem_free(d->path);
	d->path = copy;
	rotation_parse(sv_str(copy), &d->name);
}

static struct dump *add(struct dumps *t, const char *path)
{
	struct dump *d;

	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 16;
		t->v = mem_realloc(t->v, t->cap * sizeof(*t->v));
	}
	d = &t->v[t->n++];
	*d = (struct dump){.fd = -1};
	set_path(d, path);
	return d;
}

void dumps_remove(struct dumps *t, size_t i)
{
	dump_close(&t->v[i]);
	mem_free(t->v[i].path);
	memmove(&t->v[i], &t->v[i + 1], (t->n - i - 1) * sizeof(*t->v));
	t->n--;
}

void dumps_release(struct dumps *t)
{
	while (t->n)
		dumps_remove(t, t->n - 1);
	mem_free(t->v);
	*t = (struct dumps){0};
}

void dumps_load(struct dumps *t, const struct checkpoint *c)
{
	for (size_t i = 0; i < c->n_dumps; i++) {
		struct dump *d = add(t, c->dumps[i].path);

		d->id = c->dumps[i].id;
		d->place = c->dumps[i].place;
		d->skip = c->dumps[i].skip;
		d->complete = c->dumps[i].complete;
	}
	t->begun = c->n_dumps > 0;
}

/* --- matching ------------------------------------------------------------ */

/* A name that is there now. */
struct found {
	const struct rotation_entry *e;
	struct stat st;
	bool known;
	bool gone; /* the name stands for another file by now, or none */
	bool has_head;
	bool unreadable; /* it may be the one, for all we know */
	char head[FILEID_HEAD];
	size_t n_head;
};

/*
 * The first bytes of the very file that was seen: under a name that has been
 * given to the next one, its head would be taken for this one's.
 */
static bool find_head(struct found *f, sv *head)
{
	struct stat st;
	int fd;

	if (!f->has_head && !f->gone) {
		fd = open(f->e->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		f->gone = fd < 0 ? errno == ENOENT
				 : fstat(fd, &st) != 0 ||
					   st.st_dev != f->st.st_dev ||
					   st.st_ino != f->st.st_ino;
		if (fd >= 0 && !f->gone)
			f->n_head = fileid_head(fd, f->head);
		f->has_head = true;
		f->unreadable = fd < 0;
		if (fd >= 0)
			close(fd);
	}
	*head = (sv){f->head, f->n_head};
	return !f->gone;
}

static void see(struct dump *d, const struct found *f)
{
	if (strcmp(d->path, f->e->path) != 0)
		set_path(d, f->e->path);
	d->order = f->e->order;
	d->id.dev = f->st.st_dev;
	d->id.ino = f->st.st_ino;
	d->seen = true;
	d->missing_ms = 0;
	note(d, &f->st);
}

static void learn_head(struct dump *d, sv head)
{
	if (head.n <= d->id.n)
		return;
	d->id.n = head.n;
	d->id.hash = fileid_hash(head.p, head.n);
}

void dump_learn(struct dump *d)
{
	char head[FILEID_HEAD];
	sv h = {head, 0};

	if (d->fd < 0 || d->id.n == FILEID_HEAD)
		return;
	h.n = fileid_head(d->fd, head);
	if (fileid_begins(&d->id, h))
		learn_head(d, h);
}

static bool unchanged(const struct dump *d, const struct found *f)
{
	return d->id.n && d->size == (uint64_t)f->st.st_size &&
	       d->mtime_ns == (int64_t)f->st.st_mtim.tv_sec * 1000000000 +
				      f->st.st_mtim.tv_nsec &&
	       !strcmp(d->path, f->e->path);
}

/* The same inode: is it still the same file? */
static bool is_same(struct dump *d, struct found *f)
{
	sv h;

	if (unchanged(d, f))
		return true;
	if (!find_head(f, &h))
		return false;
	if (f->unreadable)
		return true;
	if (!fileid_begins(&d->id, h))
		return false;
	if (!f->e->name.pack.n && !d->skip &&
	    (uint64_t)f->st.st_size < d->place.offset)
		return false;
	learn_head(d, h);
	return true;
}

/*
 * Nothing was in it when it was seen, and it is not open: its inode alone may
 * serve any file by now. Forgetting it loses nothing.
 */
static bool is_blank(const struct dump *d)
{
	return !d->id.n && !d->place.offset && d->fd < 0 && !d->skip;
}

static bool match_inode(struct dumps *t, struct found *f)
{
	for (size_t i = 0; i < t->n; i++) {
		struct dump *d = &t->v[i];

		if (d->seen || d->id.dev != f->st.st_dev ||
		    d->id.ino != f->st.st_ino || !d->id.ino)
			continue;
		if (is_blank(d) && strcmp(d->path, f->e->path) != 0)
			continue;
		if (is_same(d, f)) {
			see(d, f);
			return true;
		}
		if (f->gone)
			return true;
		/* Truncated, or its inode serves another file now. */
		d->id.dev = d->id.ino = 0;
		dump_close(d);
	}
	return false;
}

/* What was read under another name: it must have lost that (or be a copy). */
static struct dump *match_contents(struct dumps *t, const struct found *f,
				   sv head)
{
	struct dump *twin = NULL;

	for (size_t i = 0; i < t->n && head.n >= FILEID_ENOUGH; i++) {
		struct dump *d = &t->v[i];

		if (d->copy || d->id.n < FILEID_ENOUGH ||
		    !rotation_same_set(&d->name, &f->e->name) ||
		    !fileid_begins(&d->id, head))
			continue;
		if (!d->seen)
			return d;
		twin = d;
	}
	return twin;
}

static void take_new(struct dumps *t, struct found *f)
{
	struct dump *d;
	bool copy;
	sv head;

	if (!find_head(f, &head))
		return;
	d = t->begun ? match_contents(t, f, head) : NULL;
	copy = d && d->seen;
	if (d && !d->seen) {
		see(d, f);
		d->was_read = d->ended = false;
		learn_head(d, head);
		return;
	}
	if (copy)
		diag_info("'%s' begins as '%s' does: taken for a copy",
			  f->e->path, d->path);
	d = add(t, f->e->path);
	see(d, f);
	learn_head(d, head);
	d->copy = copy;
	d->skip = copy || (!t->begun && !f->e->named);
}

/* A dump that is gone while a copy of it was made: the copy goes on. */
static bool go_on_in_copy(struct dumps *t, struct dump *d)
{
	for (size_t i = 0; i < t->n; i++) {
		struct dump *c = &t->v[i];
		char head[FILEID_HEAD];
		size_t n;

		if (!c->copy || !c->seen ||
		    !rotation_same_set(&c->name, &d->name))
			continue;
		n = fileid_head_of(c->path, head);
		if (!fileid_begins(&d->id, (sv){head, n}))
			continue;
		c->copy = false;
		c->skip = d->skip;
		c->place = d->place;
		return true;
	}
	return false;
}

static int by_order(const void *a, const void *b)
{
	const struct dump *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return rotation_cmp(&x->name, &y->name);
}

static void sort_out_missing(struct dumps *t, int64_t ms)
{
	for (size_t i = t->n; i-- > 0;) {
		struct dump *d = &t->v[i];

		if (d->seen)
			continue;
		if (d->skip || is_blank(d) ||
		    (d->fd < 0 && d->id.n >= FILEID_ENOUGH &&
		     go_on_in_copy(t, d)))
			dumps_remove(t, i);
		else if (!d->missing_ms)
			d->missing_ms = ms;
	}
}

bool dumps_scan(struct dumps *t, const struct rotation_list *l, int64_t ms)
{
	bool stable = true;
	struct found *f = mem_zalloc((l->n + 1) * sizeof(*f));

	for (size_t i = 0; i < t->n; i++)
		t->v[i].seen = false;
	for (size_t i = 0; i < l->n; i++) {
		f[i].e = &l->v[i];
		f[i].known = stat(l->v[i].path, &f[i].st) != 0 ||
			     match_inode(t, &f[i]);
	}
	for (size_t i = 0; i < l->n; i++)
		if (!f[i].known)
			take_new(t, &f[i]);
	for (size_t i = 0; i < l->n; i++)
		stable &= !f[i].gone;
	sort_out_missing(t, ms);
	t->begun = true;
	mem_free(f);
	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), by_order);
	return stable;
}

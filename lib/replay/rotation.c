/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/rotation.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "pipe/diag.h"
#include "replay/fileid.h"

#define TIME_PATTERN "dddd-dd-ddTdd-dd-dd.ddd"
#define TIME_SIZE (sizeof(TIME_PATTERN) - 1)

static bool is_time(sv s)
{
	static const char pattern[] = TIME_PATTERN;

	for (size_t i = 0; i < s.n; i++)
		if (pattern[i] == 'd' ? s.p[i] < '0' || s.p[i] > '9'
				      : s.p[i] != pattern[i])
			return false;
	return s.n == TIME_SIZE;
}

/* "X-<time>": both parts; a set's name is never empty. */
static bool split_time(sv base, sv *stem, sv *time)
{
	size_t at;

	if (base.n < TIME_SIZE + 2)
		return false;
	at = base.n - TIME_SIZE;
	if (base.p[at - 1] != '-' || !is_time(sv_from(base, at)))
		return false;
	*time = sv_from(base, at);
	*stem = sv_first(base, at - 1);
	return true;
}

static sv cut_end(sv *s, sv end)
{
	sv cut = SV_NULL;

	if (s->n > end.n && sv_ends(*s, end)) {
		cut = sv_from(*s, s->n - end.n);
		s->n -= end.n;
	}
	return cut;
}

static const char *const exts[] = {".log", ".json", ".ndjson", ".jsonl", ".pb"};

static bool is_ext(sv s)
{
	for (size_t i = 0; i < ARRAY_LEN(exts); i++)
		if (sv_eq(s, sv_str(exts[i])))
			return true;
	return false;
}

static size_t count_digits(sv s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return n;
}

/* "20260301", and behind a dash what is finer: kubelet's time, seconds. */
static bool is_date(sv s)
{
	size_t n = count_digits(s);

	if (n < 8 || n == s.n)
		return n >= 8 && n <= 10;
	s = sv_from(s, n);
	n = count_digits(sv_from(s, 1));
	return s.p[0] == '-' && n && n == s.n - 1;
}

static bool is_number(sv s)
{
	return s.n && s.n <= 5 && s.p[0] != '0' && count_digits(s) == s.n;
}

/* "X.log.1", "X.log.20260301-114927", "X.log-20260301": the part behind. */
static sv cut_suffix(sv *base)
{
	size_t i = base->n, dot;
	sv mark;

	while (i && strchr("0123456789-", base->p[i - 1]))
		i--;
	if (i && base->p[i - 1] == '.') /* X.log.MARK */
		i--;
	dot = sv_rfind(sv_first(*base, i), '.');
	if (dot == SIZE_MAX || !dot || i + 1 >= base->n ||
	    !is_ext(sv_from(sv_first(*base, i), dot)))
		return SV_NULL;
	mark = sv_from(*base, i + 1);
	if (!is_date(mark) && (base->p[i] != '.' || !is_number(mark)))
		return SV_NULL;
	base->n = i;
	return mark;
}

void rotation_parse(sv path, struct rotation_name *n)
{
	sv base = sv_basename(path);
	size_t dot;

	*n = (struct rotation_name){.dir = sv_first(path, path.n - base.n)};
	n->pack = cut_end(&base, SV(".gz"));
	if (!n->pack.n)
		n->pack = cut_end(&base, SV(".zst"));
	n->mark = cut_suffix(&base);
	n->stem = base;
	/* A time has a dot of its own: first without an extension. */
	if (!n->mark.n && split_time(base, &n->stem, &n->mark))
		return;
	dot = sv_rfind(base, '.');
	if (dot == SIZE_MAX || dot == 0)
		return;
	n->ext = sv_from(base, dot);
	n->stem = sv_first(base, dot);
	if (!n->mark.n)
		split_time(n->stem, &n->stem, &n->mark);
}

bool rotation_is_dump(const struct rotation_name *n)
{
	return n->stem.n && n->stem.p[0] != '.' && is_ext(n->ext);
}

static int cmp_set(const struct rotation_name *a, const struct rotation_name *b)
{
	int c = sv_cmp(a->dir, b->dir);

	if (!c)
		c = sv_cmp(a->stem, b->stem);
	return c ? c : sv_cmp(a->ext, b->ext);
}

bool rotation_same_set(const struct rotation_name *a,
		       const struct rotation_name *b)
{
	return cmp_set(a, b) == 0;
}

bool rotation_same_file(const struct rotation_name *a,
			const struct rotation_name *b)
{
	return rotation_same_set(a, b) && sv_eq(a->mark, b->mark);
}

/* A number grows as its file gets older. */
static int cmp_number(sv a, sv b)
{
	if (a.n != b.n)
		return a.n > b.n ? -1 : 1;
	return sv_cmp(b, a);
}

/* The digits of both, whatever stands between them. */
static int cmp_time(sv a, sv b)
{
	for (;;) {
		while (a.n && !count_digits(sv_first(a, 1)))
			a = sv_from(a, 1);
		while (b.n && !count_digits(sv_first(b, 1)))
			b = sv_from(b, 1);
		if (!a.n || !b.n)
			return (a.n != 0) - (b.n != 0);
		if (a.p[0] != b.p[0])
			return a.p[0] < b.p[0] ? -1 : 1;
		a = sv_from(a, 1);
		b = sv_from(b, 1);
	}
}

/* Times, then numbers, then the current file, which has no mark. */
static int cmp_mark(sv a, sv b)
{
	int rank_a = !a.n ? 2 : is_number(a), rank_b = !b.n ? 2 : is_number(b);

	if (rank_a != rank_b)
		return rank_a < rank_b ? -1 : 1;
	return rank_a == 1 ? cmp_number(a, b) : cmp_time(a, b);
}

int rotation_cmp(const struct rotation_name *a, const struct rotation_name *b)
{
	int c = cmp_set(a, b);

	if (!c)
		c = cmp_mark(a->mark, b->mark);
	return c ? c : sv_cmp(a->pack, b->pack);
}

/* --- lists --------------------------------------------------------------- */

static bool has_path(const struct rotation_list *l, sv path)
{
	for (size_t i = 0; i < l->n; i++)
		if (sv_eq(sv_str(l->v[i].path), path))
			return true;
	return false;
}

static struct rotation_entry *add(struct rotation_list *l, sv path)
{
	struct rotation_entry *e;

	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 16;
		l->v = mem_realloc(l->v, l->cap * sizeof(*l->v));
	}
	e = &l->v[l->n++];
	*e = (struct rotation_entry){.path = mem_sv(path)};
	rotation_parse(sv_str(e->path), &e->name);
	return e;
}

/* What we write must not come in again. */
static bool is_source(const char *path)
{
	struct stat st, out;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	return fstat(STDOUT_FILENO, &out) != 0 || out.st_dev != st.st_dev ||
	       out.st_ino != st.st_ino;
}

/*
 * The dumps of a directory; those of one set only where `set` is given. False:
 * errno.
 */
static bool read_dir(struct rotation_list *l, const char *dir, size_t order,
		     const struct rotation_name *set)
{
	DIR *d = opendir(*dir ? dir : ".");
	struct buf path = {0};
	struct dirent *e;
	size_t n_dir = strlen(dir);

	if (!d)
		return false;
	while ((e = readdir(d))) {
		struct rotation_name n;

		path.n = 0;
		buf_str(&path, dir);
		if (n_dir && dir[n_dir - 1] != '/')
			buf_ch(&path, '/');
		buf_str(&path, e->d_name);
		buf_cstr(&path);
		rotation_parse(buf_view(&path), &n);
		if (set ? !rotation_same_set(&n, set) : !rotation_is_dump(&n)) {
			if (!set && e->d_name[0] != '.')
				diag_info("skipping '%s': not named as a dump",
					  path.p);
			continue;
		}
		if (is_source(path.p) && !has_path(l, buf_view(&path))) {
			struct rotation_entry *new = add(l, buf_view(&path));

			new->order = order;
			new->named = !set;
		}
	}
	closedir(d);
	buf_release(&path);
	return true;
}

static int by_order(const void *a, const void *b)
{
	const struct rotation_entry *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return rotation_cmp(&x->name, &y->name);
}

/* A file named alone starts a set, or joins that of an earlier one. */
static size_t order_of(const struct rotation_list *l, size_t own,
		       const struct rotation_name *n)
{
	for (size_t i = 0; i < l->n; i++)
		if (rotation_same_set(&l->v[i].name, n) &&
		    !rotation_same_file(&l->v[i].name, n))
			return l->v[i].order;
	return own;
}

static void add_file(struct rotation_list *l, const char *source, size_t own,
		     bool siblings)
{
	struct rotation_name n;
	size_t order;
	char *dir;

	rotation_parse(sv_str(source), &n);
	order = order_of(l, own, &n);
	add(l, sv_str(source))->order = order;
	l->v[l->n - 1].named = true;
	if (!siblings)
		return;
	dir = mem_sv(n.dir);
	read_dir(l, dir, order, &n);
	mem_free(dir);
}

/* Of X and X.gz with the same contents the plain one stays. */
static void drop_doubles(struct rotation_list *l)
{
	size_t out = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct rotation_entry *e = &l->v[i];
		bool twice = false;

		for (size_t k = 0; e->name.pack.n && k < out && !twice; k++)
			twice = !l->v[k].name.pack.n &&
				rotation_same_file(&l->v[k].name, &e->name) &&
				fileid_may_be_same(l->v[k].path, e->path);
		if (!twice) {
			l->v[out++] = *e;
			continue;
		}
		diag_info("skipping '%s': it is there uncompressed", e->path);
		mem_free(e->path);
	}
	l->n = out;
}

void rotation_collect(struct rotation_list *l, const char *const *sources,
		      size_t n, bool siblings, rotation_error *on_error,
		      void *arg)
{
	*l = (struct rotation_list){0};
	for (size_t i = 0; i < n; i++) {
		struct stat st;

		if (!strcmp(sources[i], "-"))
			add(l, SV("-"))->order = i;
		else if (stat(sources[i], &st) != 0 || !S_ISDIR(st.st_mode))
			add_file(l, sources[i], i, siblings);
		else if (!read_dir(l, sources[i], i, NULL))
			on_error(arg, sources[i], errno);
	}
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_order);
	drop_doubles(l);
}

void rotation_release(struct rotation_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		mem_free(l->v[i].path);
	mem_free(l->v);
	*l = (struct rotation_list){0};
}

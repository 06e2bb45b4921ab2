/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/perfmap.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"

struct entry {
	uint64_t start;
	uint32_t size, name; /* where the name begins; the next one's ends it */
};

/* A part of an entry that no later one covers. */
struct piece {
	uint64_t start;
	uint32_t size, entry;
};

struct perfmap {
	struct entry *entries; /* in the order of the file */
	size_t n, cap;
	struct buf names;
	struct piece *pieces; /* in the order of addresses */
	size_t n_pieces;
	bool stale; /* entries came since the pieces were made */
	uint64_t bad_lines;
};

struct perfmap *perfmap_new(void)
{
	return mem_zalloc(sizeof(struct perfmap));
}

void perfmap_free(struct perfmap *m)
{
	if (!m)
		return;
	mem_free(m->entries);
	mem_free(m->pieces);
	buf_release(&m->names);
	mem_free(m);
}

/* --- reading ------------------------------------------------------------- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A number and the blank behind it. */
static bool hex(sv *s, uint64_t *v)
{
	size_t i = sv_starts(*s, SV("0x")) || sv_starts(*s, SV("0X")) ? 2 : 0;
	size_t first = i;

	*v = 0;
	for (; i < s->n && hex_digit(s->p[i]) >= 0; i++) {
		if (*v >> 60)
			return false;
		*v = *v << 4 | (uint64_t)hex_digit(s->p[i]);
	}
	if (i == first || i == s->n || s->p[i] != ' ')
		return false;
	*s = sv_from(*s, i + 1);
	return true;
}

static bool parse(sv line, struct entry *e, sv *name)
{
	uint64_t size;

	if (sv_ends(line, SV("\r")))
		line.n--;
	if (!hex(&line, &e->start) || !hex(&line, &size) || !line.n ||
	    size > UINT32_MAX || e->start + size < e->start)
		return false;
	e->size = (uint32_t)size;
	*name = sv_first(line, PERFMAP_MAX_NAME);
	return true;
}

static void add(struct perfmap *m, struct entry e, sv name)
{
	if (m->n == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 256;
		m->entries =
			mem_realloc(m->entries, m->cap * sizeof(*m->entries));
	}
	e.name = (uint32_t)m->names.n;
	buf_sv(&m->names, name);
	m->entries[m->n++] = e;
	m->stale = true;
}

/* Pieces included, of which there are at most two for each entry. */
static size_t bytes_of(size_t entries, size_t names)
{
	return entries * (sizeof(struct entry) + 2 * sizeof(struct piece)) +
	       names;
}

size_t perfmap_bytes(const struct perfmap *m)
{
	return sizeof(*m) + bytes_of(m->n, m->names.n);
}

size_t perfmap_add(struct perfmap *m, sv text, bool last, size_t max_bytes)
{
	size_t taken = 0;

	max_bytes = MIN(max_bytes, UINT32_MAX);
	while (taken < text.n) {
		sv rest = sv_from(text, taken), name;
		size_t n = sv_find(rest, '\n');
		struct entry e;

		if (n == SIZE_MAX && !last)
			break;
		if (!parse(sv_first(rest, n), &e, &name)) {
			m->bad_lines++;
		} else if (e.size) {
			if (bytes_of(m->n + 1, m->names.n + name.n) > max_bytes)
				break;
			add(m, e, name);
		}
		taken += MIN(n, rest.n - 1) + 1;
	}
	return taken;
}

uint64_t perfmap_bad_lines(const struct perfmap *m)
{
	return m->bad_lines;
}

/* --- who covers whom ----------------------------------------------------- */

static int by_start(const void *a, const void *b, void *entries)
{
	const struct entry *e = entries;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (e[x].start != e[y].start)
		return e[x].start < e[y].start ? -1 : 1;
	return x < y ? -1 : 1;
}

/* A heap of entries that have begun, the latest of the file on top. */
struct begun {
	uint32_t *v;
	size_t n;
};

static void swap(uint32_t *a, uint32_t *b)
{
	uint32_t t = *a;

	*a = *b;
	*b = t;
}

static void push(struct begun *h, uint32_t entry)
{
	size_t i = h->n++;

	h->v[i] = entry;
	for (; i && h->v[(i - 1) / 2] < h->v[i]; i = (i - 1) / 2)
		swap(&h->v[(i - 1) / 2], &h->v[i]);
}

static void pop(struct begun *h)
{
	size_t i = 0, child;

	h->v[0] = h->v[--h->n];
	while ((child = 2 * i + 1) < h->n) {
		if (child + 1 < h->n && h->v[child + 1] > h->v[child])
			child++;
		if (h->v[child] <= h->v[i])
			break;
		swap(&h->v[child], &h->v[i]);
		i = child;
	}
}

static uint64_t end_of(const struct entry *e)
{
	return e->start + e->size;
}

static void put_piece(struct perfmap *m, uint64_t from, uint64_t to,
		      uint32_t entry)
{
	struct piece *last = m->n_pieces ? &m->pieces[m->n_pieces - 1] : NULL;

	if (last && last->entry == entry && last->start + last->size == from)
		last->size += (uint32_t)(to - from);
	else
		m->pieces[m->n_pieces++] =
			(struct piece){from, (uint32_t)(to - from), entry};
}

/* Along the addresses: at each the latest of the entries that cover it. */
static void sweep(struct perfmap *m, const uint32_t *order, struct begun *h)
{
	uint64_t at = 0, to;
	size_t i = 0;

	for (;;) {
		while (h->n && end_of(&m->entries[h->v[0]]) <= at)
			pop(h);
		if (!h->n) {
			if (i == m->n)
				return;
			at = m->entries[order[i]].start;
		}
		while (i < m->n && m->entries[order[i]].start <= at)
			push(h, order[i++]);
		to = end_of(&m->entries[h->v[0]]);
		if (i < m->n)
			to = MIN(to, m->entries[order[i]].start);
		put_piece(m, at, to, h->v[0]);
		at = to;
	}
}

static void make_pieces(struct perfmap *m)
{
	uint32_t *order = mem_alloc((m->n + 1) * sizeof(*order));
	struct begun h = {.v = mem_alloc((m->n + 1) * sizeof(*h.v))};

	for (size_t i = 0; i < m->n; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, m->n, sizeof(*order), by_start, m->entries);
	mem_free(m->pieces);
	m->pieces = mem_alloc((2 * m->n + 1) * sizeof(*m->pieces));
	m->n_pieces = 0;
	sweep(m, order, &h);
	mem_free(order);
	mem_free(h.v);
	m->stale = false;
}

bool perfmap_find(struct perfmap *m, uint64_t address, bool is_caller,
		  struct perfmap_hit *hit)
{
	uint64_t at = address - (is_caller && address);
	size_t lo = 0, hi;
	const struct entry *e;

	if (m->stale)
		make_pieces(m);
	hi = m->n_pieces;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (m->pieces[mid].start <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo || at - m->pieces[lo - 1].start >= m->pieces[lo - 1].size)
		return false;
	e = &m->entries[m->pieces[lo - 1].entry];
	hit->name =
		(sv){m->names.p + e->name,
		     (e == &m->entries[m->n - 1] ? m->names.n : (e + 1)->name) -
			     e->name};
	hit->offset = address - e->start;
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/symtab.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "names/hygiene.h"

struct symtab_entry {
	uint32_t size;
	uint32_t name; /* offset in names */
	uint32_t name_len : 31;
	uint32_t approx : 1;
	/*
	 * Nearest entry before that ends later than this one, or NONE: where
	 * to go on when an address is behind this one's end.
	 */
	uint32_t outer;
};

struct symtab_alias {
	uint64_t start, hash;
};

static const uint32_t NONE = UINT32_MAX;

/* Real nesting is one or two deep; a made-up file may nest everything. */
enum { MAX_OUTER_STEPS = 64 };

/*
 * A symtab_sym, packed: node has 225,000, and while they are being sorted both
 * string tables are in memory as well.
 */
struct symtab_candidate {
	uint64_t start;
	const char *name;
	uint32_t name_len;
	uint32_t size;
	uint32_t room; /* to the section's end */
	uint8_t type, bind;
	bool hidden_version;
};

static uint32_t clamp(uint64_t n, uint64_t max)
{
	return (uint32_t)MIN(MIN(n, max), UINT32_MAX);
}

bool symtab_add(struct symtab_builder *b, const struct symtab_sym *sym)
{
	uint64_t start = sym->start;
	uint64_t room = sym->limit > start ? sym->limit - start : 0;
	sv name = hygiene_cut_version(sv_first(sym->name, SYMTAB_MAX_NAME));
	size_t at = name.n;

	if (b->n == SYMTAB_MAX_SYMBOLS)
		return false;
	if (b->n == b->cap) {
		b->cap = b->cap ? b->cap + b->cap / 2 : 1024;
		b->list = mem_realloc(b->list, b->cap * sizeof(*b->list));
	}
	b->list[b->n++] = (struct symtab_candidate){
		.start = start,
		.name = name.p,
		.name_len = (uint32_t)name.n,
		.size = clamp(sym->size, room),
		.room = clamp(room, UINT32_MAX),
		.type = sym->type,
		.bind = sym->bind,
		/* `@V` in a name of .symtab is hidden, `@@V` is not */
		.hidden_version =
			sym->hidden_version ||
			(at + 1 < sym->name.n && sym->name.p[at] == '@' &&
			 sym->name.p[at + 1] != '@'),
	};
	return true;
}

void symtab_candidate(const struct symtab_builder *b, size_t i,
		      struct symtab_sym *sym)
{
	const struct symtab_candidate *c = &b->list[i];

	*sym = (struct symtab_sym){
		.name = {c->name, c->name_len},
		.start = c->start,
		.size = c->size,
	};
}

void symtab_drop(struct symtab_builder *b)
{
	mem_free(b->list);
	*b = (struct symtab_builder){0};
}

static size_t underscores(const struct symtab_candidate *c)
{
	size_t n = 0;

	while (n < c->name_len && c->name[n] == '_')
		n++;
	return n;
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int alias_cmp(const struct symtab_candidate *a,
		     const struct symtab_candidate *b)
{
	int c = order(a->type, b->type);

	if (!c)
		c = order(!a->size, !b->size);
	if (!c)
		c = order(a->bind, b->bind);
	if (!c)
		c = order(a->hidden_version, b->hidden_version);
	if (!c)
		c = order(underscores(a), underscores(b));
	if (!c)
		c = order(a->name_len, b->name_len);
	return c ? c : memcmp(a->name, b->name, a->name_len);
}

static bool before(const struct symtab_candidate *a,
		   const struct symtab_candidate *b)
{
	return a->start != b->start ? a->start < b->start : alias_cmp(a, b) < 0;
}

static void swap(struct symtab_candidate *a, struct symtab_candidate *b)
{
	struct symtab_candidate t = *a;

	*a = *b;
	*b = t;
}

static void sort_few(struct symtab_candidate *c, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct symtab_candidate moved = c[i];
		size_t k = i;

		for (; k > 0 && before(&moved, &c[k - 1]); k--)
			c[k] = c[k - 1];
		c[k] = moved;
	}
}

static void sift(struct symtab_candidate *c, size_t i, size_t n)
{
	struct symtab_candidate moved = c[i];

	for (size_t kid; (kid = 2 * i + 1) < n; i = kid) {
		kid += kid + 1 < n && before(&c[kid], &c[kid + 1]);
		if (!before(&moved, &c[kid]))
			break;
		c[i] = c[kid];
	}
	c[i] = moved;
}

/* Heap sort, for many names of one address: only a made-up file has them. */
static void sort_heap(struct symtab_candidate *c, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sift(c, i, n);
	while (n-- > 1) {
		swap(&c[0], &c[n]);
		sift(c, 0, n);
	}
}

/*
 * By the address, a byte at a time from bit `shift` + 7 down, each byte in
 * place (American flag sort: McIlroy, Bostic, McIlroy 1993): linear, and
 * qsort(3) would allocate as much again.
 */
static void sort(struct symtab_candidate *c, size_t n, int shift)
{
	size_t next[256] = {0}, end[256], at = 0;

	if (n <= 24) {
		sort_few(c, n);
		return;
	}
	if (shift < 0) {
		sort_heap(c, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		next[c[i].start >> shift & 255]++;
	for (int d = 0; d < 256; d++) {
		at += next[d];
		next[d] = at - next[d];
		end[d] = at;
	}
	for (int d = 0; d < 256; d++)
		while (next[d] < end[d]) {
			size_t to = c[next[d]].start >> shift & 255;

			if (to == (size_t)d)
				next[d]++;
			else
				swap(&c[next[d]], &c[next[to]++]);
		}
	for (int d = 0; d < 256; d++) {
		size_t from = d ? end[d - 1] : 0;

		if (end[d] - from > 1)
			sort(c + from, end[d] - from, shift - 8);
	}
}

/* The highest byte in which addresses differ. */
static int first_shift(const struct symtab_candidate *c, size_t n)
{
	uint64_t differ = 0;
	int shift = 0;

	for (size_t i = 1; i < n; i++)
		differ |= c[i].start ^ c[0].start;
	while (shift < 56 && differ >> shift >> 8)
		shift += 8;
	return shift;
}

static sv name_of(const struct symtab_candidate *c)
{
	return (sv){c->name, c->name_len};
}

static size_t count_aliases(const struct symtab_candidate *c, size_t n)
{
	size_t count = 0;

	for (size_t i = 1; i < n; i++)
		count += c[i].start == c[i - 1].start &&
			 !sv_eq(name_of(&c[i]), name_of(&c[i - 1]));
	return count;
}

/* All of an address but the first, which wins; most are there once. */
static void keep_aliases(struct symtab *t, const struct symtab_candidate *c,
			 size_t n)
{
	size_t room = count_aliases(c, n);

	t->aliases = room ? mem_alloc(room * sizeof(*t->aliases)) : NULL;
	for (size_t i = 1; t->n_aliases < room; i++)
		if (c[i].start == c[i - 1].start &&
		    !sv_eq(name_of(&c[i]), name_of(&c[i - 1])))
			t->aliases[t->n_aliases++] = (struct symtab_alias){
				c[i].start, hash64(name_of(&c[i]), 0)};
}

/* One winner an address, in front; returns how many. */
static size_t pick_winners(struct symtab_candidate *c, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct symtab_candidate *last = kept ? &c[kept - 1] : NULL;

		if (!last || last->start != c[i].start)
			c[kept++] = c[i];
		else if (last->type == c[i].type)
			last->size = MAX(last->size, c[i].size);
	}
	return kept;
}

static size_t drop_labels(struct symtab_candidate *c, size_t n)
{
	uint64_t covered = 0; /* end of the sized functions so far */
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		bool label = c[i].type == SYMTAB_NOTYPE;

		if ((label || !c[i].size) && c[i].start < covered)
			continue;
		if (!label && c[i].size)
			covered = MAX(covered, c[i].start + c[i].size);
		c[kept++] = c[i];
	}
	return kept;
}

static void fill_entry(struct symtab_entry *e, const struct symtab_candidate *c,
		       const struct symtab_candidate *next)
{
	*e = (struct symtab_entry){.size = c->size, .outer = NONE};
	if (c->size)
		return;
	e->approx = 1;
	e->size = next ? clamp(next->start - c->start, c->room) : c->room;
}

static uint64_t end_of(const struct symtab *t, size_t i)
{
	return t->starts[i] + t->entries[i].size;
}

static void link_outer(struct symtab *t)
{
	for (size_t i = 1; i < t->n; i++) {
		uint32_t o = (uint32_t)(i - 1);

		while (o != NONE && end_of(t, o) <= end_of(t, i))
			o = t->entries[o].outer;
		t->entries[i].outer = o;
	}
}

/* About one symbol a bucket, so that a look-up reads two cache lines. */
static void fill_buckets(struct symtab *t)
{
	uint64_t base = t->starts[0], span = t->starts[t->n - 1] - base;
	size_t k = 0;

	while (span >> t->shift >= t->n)
		t->shift++;
	t->n_buckets = (size_t)(span >> t->shift) + 2;
	t->buckets = mem_alloc(t->n_buckets * sizeof(*t->buckets));
	for (size_t i = 0; i < t->n; i++)
		while (k <= (t->starts[i] - base) >> t->shift)
			t->buckets[k++] = (uint32_t)i;
	while (k < t->n_buckets)
		t->buckets[k++] = (uint32_t)t->n;
}

static bool fill_names(struct symtab *t, const struct symtab_candidate *c)
{
	struct buf pool = {0};
	size_t total = 0;

	for (size_t i = 0; i < t->n; i++)
		total += c[i].name_len + 1;
	if (total > SYMTAB_MAX_NAMES)
		return false;
	pool.p = mem_alloc(total);
	pool.cap = total;
	for (size_t i = 0; i < t->n; i++) {
		struct symtab_entry *e = &t->entries[i];

		e->name = (uint32_t)pool.n;
		hygiene_utf8(&pool, (sv){c[i].name, c[i].name_len});
		e->name_len = (uint32_t)(pool.n - e->name) & INT32_MAX;
		buf_ch(&pool, '\0');
	}
	t->names_size = pool.n;
	t->names = mem_realloc(pool.p, pool.n);
	return true;
}

static bool make_index(struct symtab *t, const struct symtab_candidate *c)
{
	t->starts = mem_alloc(t->n * sizeof(*t->starts));
	t->entries = mem_alloc(t->n * sizeof(*t->entries));
	for (size_t i = 0; i < t->n; i++) {
		t->starts[i] = c[i].start;
		fill_entry(&t->entries[i], &c[i],
			   i + 1 < t->n ? &c[i + 1] : NULL);
	}
	link_outer(t);
	fill_buckets(t);
	return fill_names(t, c);
}

bool symtab_build(struct symtab_builder *b, struct symtab *t)
{
	bool ok = true;

	*t = (struct symtab){0};
	if (b->n) {
		sort(b->list, b->n, first_shift(b->list, b->n));
		keep_aliases(t, b->list, b->n);
		t->n = pick_winners(b->list, b->n);
		t->n = drop_labels(b->list, t->n);
		b->list = mem_realloc(b->list, t->n * sizeof(*b->list));
		ok = make_index(t, b->list);
	}
	symtab_drop(b);
	if (!ok)
		symtab_release(t);
	return ok;
}

void symtab_release(struct symtab *t)
{
	mem_free(t->starts);
	mem_free(t->entries);
	mem_free(t->buckets);
	mem_free(t->names);
	mem_free(t->aliases);
	*t = (struct symtab){0};
}

void symtab_get(const struct symtab *t, size_t i, struct symtab_hit *hit)
{
	const struct symtab_entry *e = &t->entries[i];

	*hit = (struct symtab_hit){
		.name = {t->names + e->name, e->name_len},
		.start = t->starts[i],
		.size = e->size,
		.index = (uint32_t)i,
		.approx = e->approx,
	};
}

/* Index of the last start at or below addr, or NONE. */
static uint32_t last_at_or_below(const struct symtab *t, uint64_t addr)
{
	uint32_t lo, hi; /* the answer + 1 is in [lo, hi] */
	uint64_t k;

	if (!t->n || addr < t->starts[0])
		return NONE;
	k = (addr - t->starts[0]) >> t->shift;
	if (k + 1 >= t->n_buckets)
		return (uint32_t)(t->n - 1);
	lo = t->buckets[k];
	hi = t->buckets[k + 1];
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (t->starts[mid] <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo - 1;
}

bool symtab_find(const struct symtab *t, uint64_t addr, struct symtab_hit *hit)
{
	uint32_t i = last_at_or_below(t, addr);

	for (int n = 0; i != NONE && n < MAX_OUTER_STEPS; n++) {
		if (addr - t->starts[i] < t->entries[i].size) {
			symtab_get(t, i, hit);
			return true;
		}
		i = t->entries[i].outer;
	}
	return false;
}

bool symtab_is_alias(const struct symtab *t, uint64_t start, sv name)
{
	uint64_t hash = hash64(name, 0);
	size_t lo = 0, hi = t->n_aliases;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->aliases[mid].start < start)
			lo = mid + 1;
		else
			hi = mid;
	}
	while (lo < t->n_aliases && t->aliases[lo].start == start)
		if (t->aliases[lo++].hash == hash)
			return true;
	return false;
}

size_t symtab_bytes(const struct symtab *t)
{
	return t->n * (sizeof(*t->starts) + sizeof(*t->entries)) +
	       t->n_buckets * sizeof(*t->buckets) +
	       t->n_aliases * sizeof(*t->aliases) + t->names_size;
}

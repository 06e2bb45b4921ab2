/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/pclntab.h"

enum {
	MAGIC_1_2 = 0xfb, /* the lowest byte of 0xffffffXX */
	MAGIC_1_16 = 0xfa,
	MAGIC_1_18 = 0xf0,
	MAGIC_1_20 = 0xf1,
	HEADER = 8,
	MAX_NAME = 16 * KIB,
};

static uint64_t number(const struct pclntab *t, size_t at, size_t n)
{
	const uint8_t *p = (const uint8_t *)t->data.p + at;
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[t->big ? i : n - 1 - i];
	return v;
}

/* False: not inside of the data. */
static bool get(const struct pclntab *t, size_t at, size_t n, uint64_t *v)
{
	if (at > t->data.n || n > t->data.n - at)
		return false;
	*v = number(t, at, n);
	return true;
}

/* The i-th pointer-sized word behind the header's first eight bytes. */
static bool header_word(const struct pclntab *t, size_t i, uint64_t *v)
{
	return get(t, HEADER + i * t->ptr, t->ptr, v);
}

static bool header_offset(const struct pclntab *t, size_t i, size_t *offset)
{
	uint64_t v;

	if (!header_word(t, i, &v) || v >= t->data.n)
		return false;
	*offset = (size_t)v;
	return true;
}

/* Words: functions, files, [text,] names, units, files, pcs, functions. */
static bool read_1_16(struct pclntab *t)
{
	size_t shift = t->relative;

	if (t->relative) {
		t->text_at = HEADER + 2 * t->ptr;
		if (!header_word(t, 2, &t->text))
			return false;
	}
	if (!header_offset(t, 2 + shift, &t->names) ||
	    !header_offset(t, 6 + shift, &t->functab))
		return false;
	t->funcs = t->functab;
	return true;
}

static size_t entry_size(const struct pclntab *t)
{
	return t->relative ? 4 : t->ptr;
}

/* Addresses rise; two of them are enough to tell noise from a table. */
static bool looks_right(const struct pclntab *t)
{
	struct pclntab_func f;

	return pclntab_func(t, 0, &f) && f.name.n &&
	       pclntab_func(t, t->n - 1, &f) && f.start < f.end;
}

bool pclntab_open(sv data, bool big, struct pclntab *t)
{
	uint8_t magic;
	uint64_t v;

	*t = (struct pclntab){.data = data, .big = big};
	if (!get(t, 0, 4, &v) || data.n < HEADER || v >> 8 != 0xffffff ||
	    data.p[4] || data.p[5])
		return false;
	magic = (uint8_t)v;
	t->ptr = (uint8_t)data.p[7];
	t->relative = magic == MAGIC_1_18 || magic == MAGIC_1_20;
	if ((t->ptr != 4 && t->ptr != 8) || !strchr("\1\2\4", data.p[6]) ||
	    !data.p[6] || !header_word(t, 0, &v))
		return false;
	if (magic == MAGIC_1_2)
		t->functab = HEADER + t->ptr;
	else if ((!t->relative && magic != MAGIC_1_16) || !read_1_16(t))
		return false;
	/* A pair for each function and the last one's end. */
	if (v == 0 || t->functab > data.n ||
	    v >= (data.n - t->functab) / (2 * entry_size(t)))
		return false;
	t->n = (size_t)v;
	return looks_right(t);
}

static sv name_at(const struct pclntab *t, uint64_t offset)
{
	sv s;
	size_t at, n;

	if (offset >= t->data.n - t->names)
		return SV_NULL;
	at = t->names + (size_t)offset;
	s = sv_first(sv_from(t->data, at), MAX_NAME);
	n = sv_find(s, '\0');
	return n == SIZE_MAX ? SV_NULL : sv_first(s, n);
}

bool pclntab_func(const struct pclntab *t, size_t i, struct pclntab_func *f)
{
	size_t size = entry_size(t), at = t->functab + 2 * i * size;
	uint64_t func, name;

	f->start = number(t, at, size);
	f->end = number(t, at + 2 * size, size);
	func = number(t, at + size, size);
	if (t->relative) {
		f->start += t->text;
		f->end += t->text;
	}
	if (f->start >= f->end || func > t->data.n - t->funcs)
		return false;
	/* A function begins with its entry, and its name follows. */
	if (!get(t, t->funcs + (size_t)func + size, 4, &name))
		return false;
	f->name = name_at(t, name);
	return f->name.n > 0;
}

size_t pclntab_search(sv data, bool big, struct pclntab *t)
{
	const char *p = data.p;

	/* Tables are aligned; the three equal bytes of the magic are rare. */
	for (size_t at = 0; data.n - at >= HEADER; at += 4) {
		if (p[at + 1] == '\xff' && p[at + 2] == '\xff' &&
		    p[big ? at : at + 3] == '\xff' &&
		    pclntab_open(sv_from(data, at), big, t))
			return at;
	}
	return SIZE_MAX;
}

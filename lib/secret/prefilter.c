/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/prefilter.h"

#include "base/arena.h"
#include "base/mem.h"

#define GRAM_BITS 15
#define GRAM_MASK ((1u << GRAM_BITS) - 1)

struct literal {
	sv text; /* lower case */
	uint64_t groups;
	size_t mark; /* its gram ends behind this many bytes */
	uint32_t gram;
};

struct prefilter {
	uint64_t bits[(GRAM_MASK + 1) / 64]; /* by gram */
	uint8_t fold[256];		     /* to lower case */
	uint8_t class[256];
	struct literal *literal;
	size_t n, cap;
	/* Literals of gram g: list[first[g]] to list[first[g + 1] - 1]. */
	uint32_t first[GRAM_MASK + 2];
	uint16_t *list;
	struct arena mem;
};

/* Classes beside those of the letters; j, q and z share one. */
enum class {
	CLASS_OTHER = 0,
	CLASS_RARE = 'j' & 31,
	CLASS_COLON = 'q' & 31,
	CLASS_BLANK = 'z' & 31,
	CLASS_DIGIT = 27,
	CLASS_SIGN = 28,
};

/* Each has a class of its own. */
static const char signs[] = "_-./";

/* How common a class is, the more the more. */
static const uint8_t commonness[32] = {
	[CLASS_OTHER] = 23,    [CLASS_DIGIT] = 40,    [CLASS_SIGN] = 8,
	[CLASS_SIGN + 1] = 24, [CLASS_SIGN + 2] = 22, [CLASS_SIGN + 3] = 25,
	['e' & 31] = 31,       ['o' & 31] = 30,	      ['a' & 31] = 29,
	['n' & 31] = 27,       ['s' & 31] = 27,	      ['r' & 31] = 26,
	['i' & 31] = 26,       ['t' & 31] = 26,	      ['m' & 31] = 21,
	['d' & 31] = 20,       ['l' & 31] = 20,	      ['c' & 31] = 20,
	['p' & 31] = 19,       ['u' & 31] = 18,	      ['b' & 31] = 16,
	['g' & 31] = 14,       ['h' & 31] = 13,	      ['y' & 31] = 12,
	['f' & 31] = 12,       ['w' & 31] = 10,	      ['v' & 31] = 9,
	['x' & 31] = 7,	       ['k' & 31] = 8,	      [CLASS_RARE] = 5,
	[CLASS_COLON] = 14,    [CLASS_BLANK] = 28,
};

static uint32_t gram(const struct prefilter *f, uint32_t before,
		     unsigned char c)
{
	return (before << 5 | f->class[c]) & GRAM_MASK;
}

/* A number, so that four of them cost one branch. */
static uint64_t has(const struct prefilter *f, uint32_t g)
{
	return f->bits[g >> 6] >> (g & 63) & 1;
}

struct prefilter *prefilter_new(void)
{
	struct prefilter *f = mem_zalloc(sizeof(*f));

	for (unsigned c = 0; c < 256; c++)
		f->fold[c] = (uint8_t)(c >= 'A' && c <= 'Z' ? c | 32 : c);
	for (unsigned c = 'a'; c <= 'z'; c++)
		f->class[c] = f->class[c & ~32u] = c & 31;
	f->class['q'] = f->class['Q'] = CLASS_RARE;
	f->class['z'] = f->class['Z'] = CLASS_RARE;
	f->class[':'] = CLASS_COLON;
	f->class[' '] = CLASS_BLANK;
	for (unsigned c = '0'; c <= '9'; c++)
		f->class[c] = CLASS_DIGIT;
	for (size_t i = 0; signs[i]; i++)
		f->class[(unsigned char)signs[i]] = (uint8_t)(CLASS_SIGN + i);
	return f;
}

void prefilter_free(struct prefilter *f)
{
	if (!f)
		return;
	arena_release(&f->mem);
	mem_free(f->literal);
	mem_free(f->list);
	mem_free(f);
}

/* Chooses the gram that a literal of three bytes or more is found by. */
static void choose(const struct prefilter *f, struct literal *l)
{
	const unsigned char *p = (const unsigned char *)l->text.p;
	int low = 1000;

	for (size_t i = 2; i < l->text.n; i++) {
		int score = commonness[f->class[p[i]]] +
			    commonness[f->class[p[i - 1]]] +
			    commonness[f->class[p[i - 2]]];

		if (score >= low)
			continue;
		low = score;
		l->mark = i + 1;
		l->gram =
			gram(f, gram(f, gram(f, 0, p[i - 2]), p[i - 1]), p[i]);
	}
}

void prefilter_add(struct prefilter *f, sv literal, int group)
{
	struct literal *l;
	char *p;

	if (f->n == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 512;
		f->literal = mem_realloc(f->literal, f->cap * sizeof(*l));
	}
	l = &f->literal[f->n++];
	p = arena_alloc(&f->mem, literal.n);
	for (size_t i = 0; i < literal.n; i++)
		p[i] = (char)f->fold[(unsigned char)literal.p[i]];
	*l = (struct literal){.text = {p, literal.n},
			      .groups = UINT64_C(1) << group,
			      .mark = literal.n};
	if (literal.n >= 3)
		choose(f, l);
	else
		for (size_t i = 0; i < literal.n; i++)
			l->gram = gram(f, l->gram, (unsigned char)p[i]);
}

/* Of a shorter literal, all grams that end with it: how many. */
static uint32_t variants(const struct literal *l)
{
	return l->text.n >= 3 ? 1 : l->text.n == 2 ? 1u << 5 : 1u << 10;
}

static uint32_t variant(const struct literal *l, uint32_t i)
{
	return (l->gram | i << (5 * MIN(l->text.n, 3u))) & GRAM_MASK;
}

void prefilter_compile(struct prefilter *f)
{
	uint32_t *first = f->first, total = 0;

	/* Counted one further, so that filling in moves each to its place. */
	for (size_t i = 0; i < f->n; i++)
		for (uint32_t v = 0; v < variants(&f->literal[i]); v++)
			first[variant(&f->literal[i], v) + 1]++;
	for (uint32_t g = 0; g <= GRAM_MASK + 1; g++) {
		total += first[g];
		first[g] = total;
	}
	f->list = mem_alloc(MAX(total, 1u) * sizeof(*f->list));
	for (size_t i = f->n; i-- > 0;)
		for (uint32_t v = 0; v < variants(&f->literal[i]); v++) {
			uint32_t g = variant(&f->literal[i], v);

			f->bits[g >> 6] |= UINT64_C(1) << (g & 63);
			f->list[--first[g + 1]] = (uint16_t)i;
		}
	/* Each start is now where the one before it ended. */
	memmove(first, first + 1, (GRAM_MASK + 1) * sizeof(*first));
	first[GRAM_MASK + 1] = total;
}

static bool equal(const struct prefilter *f, const struct literal *l,
		  const char *at)
{
	for (size_t i = 0; i < l->text.n; i++)
		if (f->fold[(unsigned char)at[i]] != (uint8_t)l->text.p[i])
			return false;
	return true;
}

/* The groups of the literals whose gram g ends behind byte i. */
static uint64_t verify(const struct prefilter *f, sv text, size_t i, uint32_t g,
		       uint64_t found)
{
	for (uint32_t k = f->first[g]; k < f->first[g + 1]; k++) {
		const struct literal *l = &f->literal[f->list[k]];
		size_t from = i + 1 - l->mark;

		if (l->groups & ~found && i + 1 >= l->mark &&
		    text.n - from >= l->text.n && equal(f, l, text.p + from))
			found |= l->groups;
	}
	return found;
}

uint64_t prefilter_scan(const struct prefilter *f, sv text)
{
	const unsigned char *p = (const unsigned char *)text.p;
	uint64_t found = 0;
	uint32_t g[5] = {0};
	size_t i = 0;

	for (; i + 4 <= text.n; i += 4) {
		g[1] = gram(f, g[0], p[i]);
		g[2] = gram(f, g[1], p[i + 1]);
		g[3] = gram(f, g[2], p[i + 2]);
		g[4] = gram(f, g[3], p[i + 3]);
		if (UNLIKELY(has(f, g[1]) | has(f, g[2]) | has(f, g[3]) |
			     has(f, g[4])))
			for (size_t k = 0; k < 4; k++)
				if (has(f, g[k + 1]))
					found = verify(f, text, i + k, g[k + 1],
						       found);
		g[0] = g[4];
	}
	for (; i < text.n; i++) {
		g[0] = gram(f, g[0], p[i]);
		if (has(f, g[0]))
			found = verify(f, text, i, g[0], found);
	}
	return found;
}

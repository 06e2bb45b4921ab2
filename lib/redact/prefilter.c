/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/prefilter.h"

#include "base/mem.h"

struct node {
	uint64_t groups; /* of all literals that end here */
	uint32_t fail;
	uint32_t row; /* where its row is in `next` */
};

/*
 * A state is the place of its row in `next`, so that a step is one addition
 * and one load. The rows of nodes that complete a literal come last: one
 * comparison tells them.
 */
struct prefilter {
	uint8_t class_of[256]; /* 0: in no literal */
	uint32_t nclasses;
	uint32_t *trie;	     /* [node][MAX_CLASSES]: next node, 0: none */
	uint32_t *next;	     /* [row + class]: next row */
	uint64_t *groups;    /* [(row - final_from) / nclasses] */
	uint32_t final_from; /* first row of a completing node */
	struct node *node;
	size_t nnodes, cap;
	size_t longest;		/* of all literals */
	uint64_t grams[1 << 9]; /* by gram(): bits */
};

#define MAX_CLASSES 64
#define GRAM_MASK 0x7fff

struct prefilter *prefilter_new(void)
{
	struct prefilter *f = mem_zalloc(sizeof(*f));

	f->nclasses = 1;
	f->nnodes = 1;
	f->cap = 256;
	f->trie = mem_zalloc(f->cap * MAX_CLASSES * sizeof(*f->trie));
	f->node = mem_zalloc(f->cap * sizeof(*f->node));
	return f;
}

void prefilter_free(struct prefilter *f)
{
	if (!f)
		return;
	mem_free(f->trie);
	mem_free(f->next);
	mem_free(f->groups);
	mem_free(f->node);
	mem_free(f);
}

static unsigned char fold(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 32) : c;
}

static uint32_t class_for(struct prefilter *f, unsigned char c)
{
	c = fold(c);
	if (!f->class_of[c]) {
		/* The literals are ours; past the room, all share the last. */
		if (f->nclasses == MAX_CLASSES)
			f->nclasses--;
		f->class_of[c] = (uint8_t)f->nclasses++;
		if (c >= 'a' && c <= 'z')
			f->class_of[c - 32] = f->class_of[c];
	}
	return f->class_of[c];
}

static uint32_t new_node(struct prefilter *f)
{
	if (f->nnodes == f->cap) {
		size_t row = MAX_CLASSES * sizeof(*f->trie);
		size_t old = f->cap;

		f->cap *= 2;
		f->trie = mem_realloc(f->trie, f->cap * row);
		f->node = mem_realloc(f->node, f->cap * sizeof(*f->node));
		memset(f->trie + old * MAX_CLASSES, 0, old * row);
		memset(f->node + old, 0, old * sizeof(*f->node));
	}
	return (uint32_t)f->nnodes++;
}

/*
 * Three bytes, five bits of each (letters lose their case), are looked up
 * before the automaton is started: of each literal the three that are least
 * common in command lines and paths. Most strings have none of them.
 */
static uint32_t gram(uint32_t before, unsigned char c)
{
	return (before << 5 | (c & 31)) & GRAM_MASK;
}

static int commonness(unsigned char c)
{
	const char *common = "etaoinsrldcu/-._mphgbfy01k2v3wx";
	const char *at = c ? strchr(common, fold(c)) : NULL;

	return at ? 40 - (int)(at - common) : 0;
}

static void mark_gram(struct prefilter *f, sv literal)
{
	uint32_t known, best = 0, g = 0;
	int score, low = 1000;

	for (size_t i = 0; i < literal.n; i++) {
		g = gram(g, (unsigned char)literal.p[i]);
		if (i < 2)
			continue;
		score = commonness((unsigned char)literal.p[i]) +
			commonness((unsigned char)literal.p[i - 1]) +
			commonness((unsigned char)literal.p[i - 2]);
		if (score < low) {
			low = score;
			best = g;
		}
	}
	/* Of a shorter one all that may stand in front. */
	known = literal.n >= 3 ? 1 : literal.n == 2 ? 1u << 5 : 1u << 10;
	best = literal.n >= 3 ? best : g;
	for (uint32_t i = 0; i < known; i++) {
		uint32_t at = best | i << (5 * MIN(literal.n, 3u));

		at &= GRAM_MASK;
		f->grams[at >> 6] |= UINT64_C(1) << (at & 63);
	}
}

void prefilter_add(struct prefilter *f, sv literal, int group)
{
	uint32_t at = 0;

	mark_gram(f, literal);
	f->longest = MAX(f->longest, literal.n);
	for (size_t i = 0; i < literal.n; i++) {
		uint32_t c = class_for(f, (unsigned char)literal.p[i]);
		uint32_t to = f->trie[at * MAX_CLASSES + c];

		if (!to) {
			to = new_node(f);
			f->trie[at * MAX_CLASSES + c] = to;
		}
		at = to;
	}
	f->node[at].groups |= UINT64_C(1) << group;
}

/*
 * Completes one node's row of the trie with where its fail node would go;
 * that one's row is complete.
 */
static void complete(struct prefilter *f, uint32_t at, uint32_t *queue,
		     size_t *tail)
{
	uint32_t fail = f->node[at].fail;

	f->node[at].groups |= f->node[fail].groups;
	for (uint32_t c = 0; c < f->nclasses; c++) {
		uint32_t *to = &f->trie[at * MAX_CLASSES + c];
		uint32_t down = at ? f->trie[fail * MAX_CLASSES + c] : 0;

		if (*to) {
			f->node[*to].fail = down;
			queue[(*tail)++] = *to;
		} else {
			*to = down;
		}
	}
}

/* Rows in the order of nodes, those that complete a literal last. */
static void place_rows(struct prefilter *f)
{
	uint32_t row = 0;

	for (int final = 0; final < 2; final++) {
		f->final_from = row;
		for (size_t i = 0; i < f->nnodes; i++) {
			if ((f->node[i].groups != 0) != (final == 1))
				continue;
			f->node[i].row = row;
			row += f->nclasses;
		}
	}
}

static void write_rows(struct prefilter *f)
{
	f->next = mem_alloc(f->nnodes * f->nclasses * sizeof(*f->next));
	f->groups = mem_zalloc(f->nnodes * sizeof(*f->groups));
	for (size_t i = 0; i < f->nnodes; i++) {
		const struct node *n = &f->node[i];

		if (n->groups)
			f->groups[(n->row - f->final_from) / f->nclasses] =
				n->groups;
		for (uint32_t c = 0; c < f->nclasses; c++)
			f->next[n->row + c] =
				f->node[f->trie[i * MAX_CLASSES + c]].row;
	}
}

void prefilter_compile(struct prefilter *f)
{
	uint32_t *queue = mem_alloc(f->nnodes * sizeof(*queue));
	size_t head = 0, tail = 0;

	complete(f, 0, queue, &tail);
	while (head < tail)
		complete(f, queue[head++], queue, &tail);
	place_rows(f);
	write_rows(f);
	mem_free(queue);
	mem_free(f->trie);
	f->trie = NULL;
}

static bool has_gram(const struct prefilter *f, uint32_t g)
{
	return f->grams[g >> 6] >> (g & 63) & 1;
}

/* Where a literal can begin, or text.n: none does. */
static size_t first_candidate(const struct prefilter *f, sv text)
{
	const unsigned char *p = (const unsigned char *)text.p;
	size_t i = 0;
	uint32_t g = 0;

	for (; i + 4 <= text.n; i += 4) {
		uint32_t a = gram(g, p[i]), b = gram(a, p[i + 1]);
		uint32_t c = gram(b, p[i + 2]), d = gram(c, p[i + 3]);

		if (UNLIKELY(has_gram(f, a) | has_gram(f, b) | has_gram(f, c) |
			     has_gram(f, d)))
			break;
		g = d;
	}
	for (; i < text.n; i++) {
		g = gram(g, p[i]);
		if (has_gram(f, g))
			return i + 1 > f->longest ? i + 1 - f->longest : 0;
	}
	return text.n;
}

uint64_t prefilter_scan(const struct prefilter *f, sv text)
{
	const unsigned char *p = (const unsigned char *)text.p;
	const uint32_t *next = f->next;
	uint32_t at = 0, final_from = f->final_from;
	uint64_t found = 0;

	for (size_t i = first_candidate(f, text); i < text.n; i++) {
		at = next[at + f->class_of[p[i]]];
		if (UNLIKELY(at >= final_from))
			found |= f->groups[(at - final_from) / f->nclasses];
	}
	return found;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names FILE: symbol names a second. FILE has one raw name a line, as
 * `nm -D LIB | sed 's/.* //'` prints them. Each row is the best of twenty runs
 * over all of them, in CPU seconds:
 *
 *	both names	demangle_symbol: symbol and function_name
 *	cached		names_get, every name known
 *	libiberty	the peer: cplus_demangle with and without parameters,
 *			each allocating its result, as binutils' tools call it
 *	callback	the floor: with parameters only, printed to nowhere
 */
#include <libiberty/demangle.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "canon/names.h"
#include "names/demangle.h"
#include "names/hygiene.h"

enum { ROUNDS = 20 };

struct bench {
	char *text;
	sv *names;
	size_t n;
	struct buf symbol, function;
	struct names *cache;
	size_t sum; /* keeps the compiler from dropping the work */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool load(struct bench *b, const char *file)
{
	FILE *f = fopen(file, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!f)
		return false;
	while ((n = getline(&line, &cap, f)) > 0) {
		n -= line[n - 1] == '\n';
		line[n] = '\0';
		if (!(b->n & (b->n + 1)))
			b->names = mem_realloc(b->names,
					       (2 * b->n + 2) * sizeof(sv));
		b->names[b->n++] = sv_str(mem_strdup(line));
	}
	free(line);
	fclose(f);
	return b->n > 0;
}

static void ours(struct bench *b)
{
	for (size_t i = 0; i < b->n; i++) {
		b->symbol.n = b->function.n = 0;
		demangle_symbol(b->names[i], false, &b->symbol, &b->function);
		b->sum += b->symbol.n + b->function.n;
	}
}

static void cached(struct bench *b)
{
	for (size_t i = 0; i < b->n; i++)
		b->sum += names_get(b->cache, b->names[i])->symbol.n;
}

static void peer_one(struct bench *b, const char *name, int options)
{
	char *s = cplus_demangle(name, options);

	b->sum += s ? strlen(s) : 0;
	free(s);
}

static void peer(struct bench *b)
{
	for (size_t i = 0; i < b->n; i++) {
		peer_one(b, b->names[i].p, DMGL_PARAMS | DMGL_ANSI | DMGL_AUTO);
		peer_one(b, b->names[i].p, DMGL_AUTO);
	}
}

static void drop(const char *p, size_t n, void *arg)
{
	(void)p;
	((struct bench *)arg)->sum += n;
}

static void floor_full(struct bench *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (!rust_demangle_callback(b->names[i].p, DMGL_PARAMS, drop,
					    b))
			cplus_demangle_v3_callback(b->names[i].p,
						   DMGL_PARAMS | DMGL_ANSI,
						   drop, b);
}

static double rate(struct bench *b, void (*run)(struct bench *))
{
	double best = 0;

	for (int i = 0; i < ROUNDS; i++) {
		double t = now();

		run(b);
		t = now() - t;
		if (!i || t < best)
			best = t;
	}
	return (double)b->n / best;
}

static void show(const char *what, double names, double peers)
{
	printf("%-12s %10.0f names/s %7.2f x\n", what, names, names / peers);
}

int main(int argc, char **argv)
{
	struct bench b = {0};
	double p;

	if (argc != 2 || !load(&b, argv[1])) {
		fputs("usage: names FILE-OF-RAW-NAMES\n", stderr);
		return 2;
	}
	b.cache = names_new(SIZE_MAX);
	p = rate(&b, peer);
	printf("%zu names\n", b.n);
	show("libiberty", p, p);
	show("callback", rate(&b, floor_full), p);
	show("both names", rate(&b, ours), p);
	cached(&b);
	show("cached", rate(&b, cached), p);
	return b.sum == 0;
}

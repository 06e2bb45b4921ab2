/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redact-strings FILE [ROUNDS]: how fast argument text is judged, one string
 * a line, on one core; beside it the same patterns as one RE2 set, and the
 * floor of touching each byte once. Best of ROUNDS (5), each of which starts
 * with its patterns compiled and without having seen any of the strings.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/mem.h"
#include "redact/redact.h"
#include "secret/patterns.h"
#include "text/regex.h"

struct strings {
	struct buf text;
	sv *v;
	size_t n, bytes;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool load(const char *file, struct strings *s)
{
	FILE *f = fopen(file, "r");
	size_t n, cap = 0;
	sv rest;

	if (!f)
		return false;
	do {
		n = fread(buf_reserve(&s->text, 65536), 1, 65536, f);
		s->text.n += n;
	} while (n);
	fclose(f);
	for (rest = buf_view(&s->text); rest.n;) {
		sv line = sv_first(rest, sv_find(rest, '\n'));

		if (s->n == cap) {
			cap = cap ? cap * 2 : 4096;
			s->v = mem_realloc(s->v, cap * sizeof(*s->v));
		}
		s->v[s->n++] = line;
		s->bytes += line.n;
		rest = sv_from(rest, line.n + 1);
	}
	return s->n > 0;
}

static struct redact *redact;

static size_t judge_as(const struct strings *s, sv binary)
{
	static struct buf out;
	size_t changed = 0;

	for (size_t i = 0; i < s->n; i++) {
		out.n = 0;
		changed += redact_cmdline(redact, binary, s->v[i], false, &out);
	}
	return changed;
}

static size_t judge(const struct strings *s)
{
	return judge_as(s, SV("/opt/app/bin/worker"));
}

/* Verdicts are kept by program: what another's were helps nobody. */
static void fresh(const struct strings *s)
{
	redact_free(redact);
	redact = redact_new(NULL);
	judge_as(s, SV("/opt/app/bin/keeper"));
}

static size_t match_set(const struct strings *s)
{
	static struct regex_set *set;
	struct regex_opts o = {.latin1 = true, .max_mem = 16 * (int64_t)MIB};
	size_t hits = 0;
	int id;

	if (!set) {
		set = regex_set_new(&o);
		for (size_t i = 0; i < patterns_n; i++)
			regex_set_add(set, sv_str(patterns[i].re), NULL);
		regex_set_compile(set);
	}
	for (size_t i = 0; i < s->n; i++)
		hits += regex_set_match(set, s->v[i], &id, 1) > 0;
	return hits;
}

static size_t touch(const struct strings *s)
{
	size_t sum = 0;

	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < s->v[i].n; k++)
			sum += (unsigned char)s->v[i].p[k];
	return sum;
}

static void measure(const char *name, size_t (*run)(const struct strings *),
		    const struct strings *s, int rounds)
{
	double best = 1e9;
	size_t got = 0;

	for (int i = 0; i < rounds; i++) {
		double t;

		fresh(s);
		t = now();
		got = run(s);
		t = now() - t;
		best = t < best ? t : best;
	}
	printf("%-28s %8.1f MB/s %12.0f strings/s  (%zu)\n", name,
	       (double)s->bytes / best / 1e6, (double)s->n / best, got);
}

int main(int argc, char **argv)
{
	struct strings s = {.n = 0};
	int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5;

	if (argc < 2 || !load(argv[1], &s)) {
		fprintf(stderr, "usage: redact-strings FILE [ROUNDS]\n");
		return 2;
	}
	printf("%zu strings, %.1f bytes each, %zu patterns\n", s.n,
	       (double)s.bytes / (double)s.n, patterns_n);
	measure("rt-redact, command lines", judge, &s, rounds);
	measure("RE2 set of the patterns", match_set, &s, rounds);
	measure("every byte once (floor)", touch, &s, rounds);
	return 0;
}

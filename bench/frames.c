/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frames LIBRARY...: what a frame costs. The first library is looked up in:
 * one warm frame, one function id, the first frame of the cold file; beside
 * each what it cannot be faster than. Then every library is opened once and
 * the memory shown. At last lines and inlined functions of this program
 * itself, whose DWARF is at hand, beside what addr2line needs for the same
 * places.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "symbol/resolver.h"

#define ROUNDS 2000000

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static struct resolver *open_root(size_t max_bytes)
{
	struct resolver_opts o = {.sysroot = "/", .max_bytes = max_bytes};
	struct rt_err err;
	struct resolver *r = resolver_new(&o, &err);

	if (!r) {
		fprintf(stderr, "frames: %s\n", err.msg);
		exit(3);
	}
	return r;
}

/* File offsets with a function: what a stack holds. */
static size_t find_offsets(struct resolver *r, const char *path, uint64_t *out,
			   size_t n)
{
	const struct resolver_module *m = resolver_module(r, sv_str(path));
	struct resolver_frame f;
	uint64_t seed = 42;
	struct stat st;
	size_t got = 0;

	if (stat(path, &st) || !st.st_size)
		return 0;
	for (size_t tries = 0; got < n && tries < 1000 * n; tries++) {
		uint64_t off = next_random(&seed) % (uint64_t)st.st_size;

		resolver_frame(r, m, off, true, &f);
		if (f.found)
			out[got++] = off;
	}
	return got;
}

static void bench_warm(struct resolver *r, sv path, const uint64_t *offsets,
		       size_t n)
{
	struct resolver_frame f = {0};
	struct buf id = {0};
	uint64_t sum = 0;
	double t = now(), frame, ids, floor;

	for (size_t i = 0; i < ROUNDS; i++) {
		resolver_frame(r, resolver_module(r, path), offsets[i % n],
			       true, &f);
		sum += f.offset;
	}
	frame = (now() - t) / ROUNDS;
	t = now();
	for (size_t i = 0; i < ROUNDS; i++) {
		id.n = 0;
		resolver_function_id(&id, &f, f.offset);
		sum += id.n;
	}
	ids = (now() - t) / ROUNDS;
	t = now();
	for (size_t i = 0; i < ROUNDS; i++)
		sum += hash64(path, sum);
	floor = (now() - t) / ROUNDS;
	printf("warm frame            %8.1f ns   (hash of its path %.1f ns)\n",
	       frame, floor);
	t = now();
	for (size_t i = 0; i < ROUNDS; i++) {
		struct buf copy = {buf_reserve(&id, 256) + 128, 0, 128};

		buf_add(&copy, id.p, MIN(id.n, 128));
		sum += (uint8_t)copy.p[i % copy.n];
	}
	floor = (now() - t) / ROUNDS;
	printf("function id           %8.1f ns   (copy of its bytes %.1f ns)\n",
	       ids, floor);
	fprintf(stderr, "%s", sum == 1 ? "\n" : "");
	buf_release(&id);
}

static double read_file(const char *path)
{
	static char chunk[1 << 20];
	double t = now();
	FILE *f = fopen(path, "re");

	while (f && fread(chunk, 1, sizeof(chunk), f) > 0)
		;
	if (f)
		fclose(f);
	return (now() - t) / 1e6;
}

static void bench_cold(const char *path, uint64_t offset)
{
	struct resolver *r = open_root(256 * MIB);
	struct resolver_frame f;
	double floor = read_file(path), t = now();

	resolver_frame(r, resolver_module(r, sv_str(path)), offset, true, &f);
	printf("first frame of file   %8.1f us   (reading it %.1f us)\n",
	       (now() - t) / 1e3, floor * 1e3);
	resolver_free(r);
}

static struct resolver *open_lines(void)
{
	struct resolver_opts o = {
		.sysroot = "/", .lines = true, .inlines = true};
	struct rt_err err;

	return resolver_new(&o, &err);
}

/* Microseconds a place; those that have no line are taken out. */
static double ask(struct resolver *r, sv path, uint64_t *offsets, size_t *n)
{
	size_t asked = *n, found = 0;
	double t = now();

	for (size_t i = 0; i < asked; i++) {
		const struct resolver_module *m = resolver_module(r, path);
		struct resolver_frame f;

		resolver_frame(r, m, offsets[i], false, &f);
		if (resolver_lines(r, m, &f))
			offsets[found++] = offsets[i];
	}
	*n = found;
	return (now() - t) / 1e3 / (double)asked;
}

/* In the code of this program addresses are offsets. 0: it is not there. */
static double ask_peer(const char *program, const char *path,
		       const uint64_t *offsets, size_t n)
{
	char command[512];
	double t = now();
	FILE *p;

	snprintf(command, sizeof(command), "%s -i -f -e '%s' >/dev/null",
		 program, path);
	p = popen(command, "w");
	for (size_t i = 0; p && i < n; i++)
		fprintf(p, "0x%llx\n", (unsigned long long)offsets[i]);
	return p && pclose(p) == 0 ? (now() - t) / 1e3 / (double)n : 0;
}

static void bench_lines(void)
{
	static uint64_t offsets[16384];
	char path[256] = "";
	struct resolver *r = open_lines();
	double cold, warm;
	size_t n;

	if (!r || readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		return;
	n = find_offsets(r, path, offsets, ARRAY_LEN(offsets));
	ask(r, sv_str(path), offsets, &n);
	resolver_free(r);
	if (!n)
		return;
	r = open_lines();
	cold = ask(r, sv_str(path), offsets, &n);
	warm = ask(r, sv_str(path), offsets, &n);
	resolver_free(r);
	printf("lines of %5zu places, file opened %5.2f us each "
	       "(addr2line %.2f, eu-addr2line %.2f)\n",
	       n, cold, ask_peer("addr2line", path, offsets, n),
	       ask_peer("eu-addr2line", path, offsets, n));
	printf("lines asked for again %8.1f ns\n", warm * 1e3);
}

static long resident_kib(void)
{
	long pages = 0, all;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f && fscanf(f, "%ld %ld", &all, &pages) != 2)
		pages = 0;
	if (f)
		fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char **argv)
{
	static uint64_t offsets[1024];
	struct resolver *r;
	struct resolver_stats st;
	size_t n;

	if (argc < 2)
		return 2;
	r = open_root(256 * MIB);
	n = find_offsets(r, argv[1], offsets, ARRAY_LEN(offsets));
	if (!n) {
		fprintf(stderr, "frames: no functions in '%s'\n", argv[1]);
		return 1;
	}
	bench_cold(argv[1], offsets[0]);
	bench_warm(r, sv_str(argv[1]), offsets, n);
	resolver_free(r);
	r = open_root(0);
	for (int i = 1; i < argc; i++)
		resolver_module(r, sv_str(argv[i]));
	resolver_get_stats(r, &st);
	printf("%d modules            %6ld KiB resident, %zu kept, "
	       "%llu read, %llu shared\n",
	       argc - 1, resident_kib(), st.modules,
	       (unsigned long long)st.loads, (unsigned long long)st.shared);
	resolver_free(r);
	bench_lines();
	return 0;
}

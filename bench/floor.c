// SPDX-License-Identifier: Apache-2.0
//
// floor: what this machine does at best with a file's bytes, for `make bench`
// to print ratios against. One line each, "name MB/s", best of a few rounds.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 5
#define MOST ((size_t)256 << 20)  // bytes of the file looked at
#define BLOCK ((size_t)256 << 10) // as a tool's input buffer

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "floor: error: %s: %s\n", what, strerror(errno));
	exit(3);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct input {
	int fd;
	char *bytes;
	char *copy;
	size_t n;
};

// Each adds up a number that depends on the work, so that none is left out.
static volatile size_t sink;

static size_t by_read(struct input *in)
{
	size_t sum = 0;
	ssize_t n;

	if (lseek(in->fd, 0, SEEK_SET) < 0)
		die("cannot seek");
	while (sum < in->n && (n = read(in->fd, in->copy, BLOCK)) > 0)
		sum += (size_t)n;
	return sum;
}

static size_t by_memcpy(struct input *in)
{
	memcpy(in->copy, in->bytes, in->n);
	return (size_t)(unsigned char)in->copy[in->n / 2];
}

// block after block into the same buffer: what stays in the cache
static size_t by_block_copy(struct input *in)
{
	size_t sum = 0, n;

	for (size_t at = 0; at < in->n; at += n) {
		n = in->n - at < BLOCK ? in->n - at : BLOCK;
		memcpy(in->copy, in->bytes + at, n);
		sum += (unsigned char)in->copy[n / 2];
	}
	return sum;
}

static size_t by_memchr(struct input *in)
{
	const char *p = in->bytes, *end = p + in->n;
	size_t lines = 0;

	for (; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		lines++;
	return lines;
}

static void measure(const char *name, size_t (*work)(struct input *),
		    struct input *in)
{
	double best = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double t = seconds();

		sink += work(in);
		t = seconds() - t;
		best = t < best ? t : best;
	}
	printf("%s %.0f\n", name, (double)in->n / best / 1e6);
}

int main(int argc, char **argv)
{
	struct input in = {.fd = argc == 2 ? open(argv[1], O_RDONLY) : -1};
	struct stat st;

	if (argc != 2)
		return fputs("usage: floor FILE\n", stderr), 2;
	if (in.fd < 0 || fstat(in.fd, &st) < 0)
		die(argv[1]);
	in.n = (size_t)st.st_size < MOST ? (size_t)st.st_size : MOST;
	in.bytes = malloc(in.n + BLOCK);
	in.copy = malloc(in.n + BLOCK);
	if (!in.bytes || !in.copy ||
	    pread(in.fd, in.bytes, in.n, 0) != (ssize_t)in.n)
		die(argv[1]);
	measure("read", by_read, &in);
	measure("memcpy", by_memcpy, &in);
	measure("memcpy_block", by_block_copy, &in);
	measure("memchr_newline", by_memchr, &in);
	return fflush(stdout) == 0 ? 0 : 3;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream in: however it is cut into pieces, the same records come out, and
 * reading ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "stream/recin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
	uint64_t records, bad;
	uint64_t hash;
	enum recin_status end;
};

/* A pipe holds all that a fuzzer makes; a longer input is not of use here. */
#define MAX_INPUT 4096

static struct input *pipe_with(const uint8_t *data, size_t size)
{
	int fd[2];

	if (pipe(fd) != 0 || write(fd[1], data, size) != (ssize_t)size)
		abort();
	close(fd[1]);
	return input_open(fd[0], "fuzz");
}

/* The same bytes, from a child that writes one at a time. */
static struct input *slow_pipe(const uint8_t *data, size_t size)
{
	int fd[2];

	if (pipe(fd) != 0)
		abort();
	if (fork() == 0) {
		for (size_t i = 0; i < size; i++)
			if (write(fd[1], data + i, 1) != 1)
				_exit(1);
		_exit(0);
	}
	close(fd[1]);
	return input_open(fd[0], "fuzz");
}

static struct result read_all(struct input *in, enum recin_format format)
{
	struct recin *r = recin_new(format, 1024);
	struct result res = {.end = RECIN_RECORD};
	struct record rec;

	recin_attach(r, in);
	for (;;) {
		enum recin_status st = recin_next(r, &rec);

		if (st == RECIN_RECORD) {
			res.records++;
			res.hash = hash64(rec.wire, res.hash);
		} else if (st == RECIN_BAD) {
			res.bad++;
		} else {
			res.end = st;
			break;
		}
	}
	recin_free(r);
	return res;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum recin_format format;
	struct result a, b;

	if (!size || size > MAX_INPUT)
		return 0;
	format = (enum recin_format)(data[0] % 4);
	a = read_all(pipe_with(data + 1, size - 1), format);
	if (data[0] < 0x80)
		return 0;
	b = read_all(slow_pipe(data + 1, size - 1), format);
	wait(NULL);
	if (a.records == b.records && a.bad == b.bad && a.hash == b.hash &&
	    a.end == b.end)
		return 0;
	fprintf(stderr, "records %llu %llu bad %llu %llu end %d %d\n",
		(unsigned long long)a.records, (unsigned long long)b.records,
		(unsigned long long)a.bad, (unsigned long long)b.bad,
		(int)a.end, (int)b.end);
	abort();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "pipe/inflate.h"
#include "pipe/stop.h"

#define PACKED_SIZE (128 * KIB) /* compressed bytes read at a time */
#define PIPE_SIZE (1024 * 1024)
#define MAGIC_SIZE 4

struct input {
	int fd;
	char *name;
	bool may_block; /* anything but a regular file */
	bool eof;
	bool may_grow;
	uint64_t raw_bytes;
	input_idle *idle;
	void *idle_arg;
	/* The first bytes, until it is known what they are. */
	char magic[MAGIC_SIZE];
	size_t n_magic, magic_used;
	bool probed;
	struct inflate *inflate; /* NULL: plain bytes */
	bool corrupt; /* known, but what came before is still to be given */
	char *packed;
	size_t packed_n, packed_used;
};

struct input *input_open(int fd, const char *name)
{
	struct input *in = mem_zalloc(sizeof(*in));
	struct stat st;

	in->fd = fd;
	in->name = mem_strdup(name);
	in->may_block = fstat(fd, &st) != 0 || !S_ISREG(st.st_mode);
	/* A bigger pipe is the cheapest speed there is; it may be refused. */
	if (S_ISFIFO(st.st_mode))
		(void)fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE);
	return in;
}

void input_close(struct input *in)
{
	if (!in)
		return;
	close(in->fd);
	inflate_free(in->inflate);
	mem_free(in->packed);
	mem_free(in->name);
	mem_free(in);
}

void input_on_idle(struct input *in, input_idle *fn, void *arg)
{
	in->idle = fn;
	in->idle_arg = arg;
}

void input_may_grow(struct input *in)
{
	in->may_grow = true;
}

bool input_is_cut(const struct input *in)
{
	return in->inflate && !inflate_at_boundary(in->inflate);
}

const char *input_name(const struct input *in)
{
	return in->name;
}

uint64_t input_raw_bytes(const struct input *in)
{
	return in->raw_bytes;
}

/*
 * Waits until there is something to read; false when a signal says stop, at
 * once or after the time that draining may take.
 */
static bool wait_readable(struct input *in)
{
	struct pollfd p = {.fd = in->fd, .events = POLLIN};

	if (!in->may_block)
		return !stop_now();
	if (poll(&p, 1, 0) != 0)
		return !stop_now();
	for (;;) {
		int again = in->idle ? in->idle(in->idle_arg) : -1;
		int left = stop_wait_ms(), r;

		if (left == 0)
			return false;
		if (left < 0 || (again >= 0 && again < left))
			left = again;
		r = poll(&p, 1, left);
		if (r > 0)
			return !stop_now();
		if (r < 0 && errno != EINTR)
			return true; /* read(2) will say what is wrong */
	}
}

static enum input_status read_fd(struct input *in, char *dst, size_t cap,
				 size_t *n)
{
	for (;;) {
		ssize_t r;

		if (!wait_readable(in))
			return INPUT_STOPPED;
		r = read(in->fd, dst, cap);
		if (r > 0) {
			in->raw_bytes += (uint64_t)r;
			*n = (size_t)r;
			return INPUT_OK;
		}
		if (r == 0) {
			if (in->may_grow)
				return INPUT_PAUSED;
			in->eof = true;
			return INPUT_EOF;
		}
		if (errno != EINTR && errno != EAGAIN)
			return INPUT_ERROR;
	}
}

/* Gathers the magic bytes, however slowly they come. */
static enum input_status probe(struct input *in)
{
	enum inflate_kind kind;

	while (in->n_magic < MAGIC_SIZE && !in->eof) {
		size_t n;
		enum input_status st = read_fd(in, in->magic + in->n_magic,
					       MAGIC_SIZE - in->n_magic, &n);

		if (st == INPUT_OK)
			in->n_magic += n;
		else if (st != INPUT_EOF)
			return st;
	}
	kind = inflate_probe((sv){in->magic, in->n_magic});
	if (kind != INFLATE_NONE) {
		in->inflate = inflate_new(kind);
		in->packed = mem_alloc(PACKED_SIZE);
		memcpy(in->packed, in->magic, in->n_magic);
		in->packed_n = in->n_magic;
		in->n_magic = 0;
	}
	in->probed = true;
	return INPUT_OK;
}

static enum input_status read_packed(struct input *in, char *dst, size_t cap,
				     size_t *n)
{
	while (!in->corrupt) {
		size_t used = 0;
		enum inflate_status r;
		enum input_status st;

		r = inflate_some(in->inflate,
				 (sv){in->packed + in->packed_used,
				      in->packed_n - in->packed_used},
				 &used, dst, cap, n);
		in->packed_used += used;
		in->corrupt = r == INFLATE_BAD;
		if (*n)
			return INPUT_OK;
		if (in->corrupt)
			break;
		if (in->packed_used < in->packed_n)
			continue;
		in->packed_used = 0;
		in->packed_n = 0;
		st = in->eof ? INPUT_EOF
			     : read_fd(in, in->packed, PACKED_SIZE,
				       &in->packed_n);
		if (st == INPUT_EOF)
			return inflate_at_boundary(in->inflate)
				       ? INPUT_EOF
				       : INPUT_TRUNCATED;
		if (st != INPUT_OK)
			return st;
	}
	return INPUT_CORRUPT;
}

enum input_status input_read(struct input *in, char *dst, size_t cap,
			     size_t *n)
{
	*n = 0;
	if (!in->probed) {
		enum input_status st = probe(in);

		if (st != INPUT_OK)
			return st;
	}
	if (in->magic_used < in->n_magic) {
		*n = MIN(cap, in->n_magic - in->magic_used);
		memcpy(dst, in->magic + in->magic_used, *n);
		in->magic_used += *n;
		return INPUT_OK;
	}
	if (in->inflate)
		return read_packed(in, dst, cap, n);
	return in->eof ? INPUT_EOF : read_fd(in, dst, cap, n);
}

static enum input_status discard(struct input *in, uint64_t n)
{
	char *scratch = mem_alloc(PACKED_SIZE);
	enum input_status st = INPUT_OK;

	while (n && st == INPUT_OK) {
		size_t got;

		st = input_read(in, scratch, (size_t)MIN(n, PACKED_SIZE), &got);
		n -= got;
	}
	mem_free(scratch);
	return st;
}

enum input_status input_skip(struct input *in, uint64_t n)
{
	enum input_status st = n ? probe(in) : INPUT_OK;

	if (!n || st != INPUT_OK)
		return st;
	if (in->inflate || in->may_block)
		return discard(in, n);
	if (lseek(in->fd, (off_t)n, SEEK_SET) < 0)
		return INPUT_ERROR;
	in->n_magic = 0;
	in->eof = false;
	return INPUT_OK;
}

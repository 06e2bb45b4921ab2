/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIPE_SIZE (1024 * 1024)
/* A record that made the buffer grow past this does not keep it so. */
#define KEEP_AT_MOST (1024 * KIB)

void output_open(struct output *o, int fd)
{
	struct stat st;

	*o = (struct output){.fd = fd, .eager = isatty(fd)};
	if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode))
		(void)fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE);
}

static bool write_all(struct output *o, const char *p, size_t n)
{
	while (n) {
		ssize_t r = write(o->fd, p, n);

		if (r >= 0) {
			p += r;
			n -= (size_t)r;
			o->bytes += (uint64_t)r;
		} else if (errno == EAGAIN) {
			struct pollfd pfd = {.fd = o->fd, .events = POLLOUT};

			poll(&pfd, 1, -1);
		} else if (errno != EINTR) {
			o->err = errno;
			return false;
		}
	}
	return true;
}

bool output_flush(struct output *o)
{
	if (!o->err && o->buf.n)
		write_all(o, o->buf.p, o->buf.n);
	o->buf.n = 0;
	if (o->buf.cap > KEEP_AT_MOST)
		buf_release(&o->buf);
	return o->err == 0;
}

int output_close(struct output *o)
{
	output_flush(o);
	buf_release(&o->buf);
	if (close(o->fd) != 0 && !o->err && errno != EINTR)
		o->err = errno;
	o->fd = -1;
	return o->err;
}

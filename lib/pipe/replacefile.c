/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe/replacefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"

static bool write_all(int fd, sv s)
{
	while (s.n) {
		ssize_t r = write(fd, s.p, s.n);

		if (r < 0 && errno != EINTR)
			return false;
		if (r > 0)
			s = sv_from(s, (size_t)r);
	}
	return true;
}

/* Keeps the errno of what failed first. */
static bool finish(int fd, bool written, const char *tmp, const char *file)
{
	int err = written ? 0 : errno;

	if (close(fd) != 0 && !err)
		err = errno;
	if (!err && rename(tmp, file) != 0)
		err = errno;
	if (err)
		unlink(tmp);
	errno = err;
	return !err;
}

bool replacefile_write(const char *file, sv text)
{
	struct buf tmp = {0};
	bool ok = false;
	int fd, err;

	buf_printf(&tmp, "%s.tmp.%d", file, (int)getpid());
	fd = open(buf_cstr(&tmp), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		  0644);
	if (fd >= 0)
		ok = finish(fd, write_all(fd, text), tmp.p, file);
	err = errno;
	buf_release(&tmp);
	errno = err;
	return ok;
}

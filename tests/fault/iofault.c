/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An LD_PRELOAD library that makes the kernel look as mean as it may be:
 *
 *	IOFAULT_MAX=N    read(2) and write(2) move N bytes at most
 *	IOFAULT_EINTR=N  every N-th call fails with EINTR before it does anything
 *	IOFAULT_READ=N   the N-th read from descriptor 0 or above 2 fails with EIO
 *	IOFAULT_WRITE=N  the N-th write to descriptor 1 fails with ENOSPC
 *
 * stderr is left alone.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static long setting(const char *name)
{
	const char *s = getenv(name);

	return s ? strtol(s, NULL, 10) : 0;
}

static size_t cut(size_t n)
{
	long max = setting("IOFAULT_MAX");

	return max > 0 && n > (size_t)max ? (size_t)max : n;
}

static int interrupted(void)
{
	static long calls;
	long every = setting("IOFAULT_EINTR");

	return every > 0 && ++calls % every == 0;
}

ssize_t read(int fd, void *p, size_t n)
{
	static ssize_t (*next)(int, void *, size_t);
	static long calls;

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "read");
	if (interrupted()) {
		errno = EINTR;
		return -1;
	}
	if ((fd == 0 || fd > 2) && ++calls == setting("IOFAULT_READ")) {
		errno = EIO;
		return -1;
	}
	return next(fd, p, cut(n));
}

ssize_t write(int fd, const void *p, size_t n)
{
	static ssize_t (*next)(int, const void *, size_t);
	static long calls;

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "write");
	if (fd == 2)
		return next(fd, p, n);
	if (interrupted()) {
		errno = EINTR;
		return -1;
	}
	if (fd == 1 && ++calls == setting("IOFAULT_WRITE")) {
		errno = ENOSPC;
		return -1;
	}
	return next(fd, p, cut(n));
}

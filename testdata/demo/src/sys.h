/*
 * Direct system calls. glibc is built without frame pointers, so a stack walk
 * that starts inside its write() loses the function that called it. Code that
 * goes through these wrappers keeps every frame; code that calls libc shows the
 * loss. The demo has both on purpose.
 */
#ifndef SHOP_SYS_H
#define SHOP_SYS_H

#include <fcntl.h>
#include <sys/syscall.h>

static inline __attribute__((always_inline)) long sys4(long nr, long a, long b,
						       long c, long d)
{
	register long r10 __asm__("r10") = d;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return ret;
}

static inline __attribute__((always_inline)) int sys_open(const char *path,
							  int flags, int mode)
{
	return (int)sys4(SYS_openat, AT_FDCWD, (long)path, flags, mode);
}

static inline __attribute__((always_inline)) long sys_read(int fd, void *buf,
							   long len)
{
	return sys4(SYS_read, fd, (long)buf, len, 0);
}

static inline __attribute__((always_inline)) long
sys_write(int fd, const void *buf, long len)
{
	return sys4(SYS_write, fd, (long)buf, len, 0);
}

static inline __attribute__((always_inline)) void sys_close(int fd)
{
	sys4(SYS_close, fd, 0, 0, 0);
}

/* Only for functions that the compiler would otherwise inline: their frames are
 * the point of the demo. */
#define FRAME __attribute__((noinline))
#define COLD __attribute__((cold))

#endif

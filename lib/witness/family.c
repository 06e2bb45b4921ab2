/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/observe.h"

const char *observe_family_name(enum observe_family f)
{
	static const char *const names[OBSERVE_FAMILIES] = {
		"filesystem", "ipc",	 "memory",
		"network",    "process", "security"};

	return names[f];
}

/*
 * System calls of Linux by what they touch; see the sections of syscalls(2).
 * Prefixes: a name is of the first family whose entry begins it.
 */
static const struct {
	const char *prefix;
	enum observe_family family;
} table[] = {
	{"accept", OBSERVE_NETWORK},
	{"bind", OBSERVE_NETWORK},
	{"connect", OBSERVE_NETWORK},
	{"getpeername", OBSERVE_NETWORK},
	{"getsockname", OBSERVE_NETWORK},
	{"getsockopt", OBSERVE_NETWORK},
	{"listen", OBSERVE_NETWORK},
	{"recv", OBSERVE_NETWORK},
	{"sendfile", OBSERVE_FILESYSTEM},
	{"send", OBSERVE_NETWORK},
	{"setsockopt", OBSERVE_NETWORK},
	{"shutdown", OBSERVE_NETWORK},
	{"socket", OBSERVE_NETWORK},

	{"clone", OBSERVE_PROCESS},
	{"execve", OBSERVE_PROCESS},
	{"exit", OBSERVE_PROCESS},
	{"fork", OBSERVE_PROCESS},
	{"getp", OBSERVE_PROCESS},
	{"kill", OBSERVE_PROCESS},
	{"nanosleep", OBSERVE_PROCESS},
	{"pidfd", OBSERVE_PROCESS},
	{"prctl", OBSERVE_PROCESS},
	{"ptrace", OBSERVE_PROCESS},
	{"rt_sig", OBSERVE_PROCESS},
	{"sched_", OBSERVE_PROCESS},
	{"setns", OBSERVE_PROCESS},
	{"setpgid", OBSERVE_PROCESS},
	{"setsid", OBSERVE_PROCESS},
	{"tgkill", OBSERVE_PROCESS},
	{"tkill", OBSERVE_PROCESS},
	{"unshare", OBSERVE_PROCESS},
	{"vfork", OBSERVE_PROCESS},
	{"wait", OBSERVE_PROCESS},

	{"brk", OBSERVE_MEMORY},
	{"madvise", OBSERVE_MEMORY},
	{"memfd_", OBSERVE_MEMORY},
	{"mlock", OBSERVE_MEMORY},
	{"mmap", OBSERVE_MEMORY},
	{"mprotect", OBSERVE_MEMORY},
	{"mremap", OBSERVE_MEMORY},
	{"munmap", OBSERVE_MEMORY},
	{"pkey_", OBSERVE_MEMORY},
	{"process_vm_", OBSERVE_MEMORY},

	{"eventfd", OBSERVE_IPC},
	{"futex", OBSERVE_IPC},
	{"mq_", OBSERVE_IPC},
	{"msg", OBSERVE_IPC},
	{"pipe", OBSERVE_IPC},
	{"sem", OBSERVE_IPC},
	{"shm", OBSERVE_IPC},

	{"add_key", OBSERVE_SECURITY},
	{"bpf", OBSERVE_SECURITY},
	{"capset", OBSERVE_SECURITY},
	{"delete_module", OBSERVE_SECURITY},
	{"finit_module", OBSERVE_SECURITY},
	{"init_module", OBSERVE_SECURITY},
	{"kexec", OBSERVE_SECURITY},
	{"keyctl", OBSERVE_SECURITY},
	{"landlock", OBSERVE_SECURITY},
	{"perf_event", OBSERVE_SECURITY},
	{"seccomp", OBSERVE_SECURITY},
	{"setfsgid", OBSERVE_SECURITY},
	{"setfsuid", OBSERVE_SECURITY},
	{"setgid", OBSERVE_SECURITY},
	{"setgroups", OBSERVE_SECURITY},
	{"setre", OBSERVE_SECURITY},
	{"setuid", OBSERVE_SECURITY},

	{"access", OBSERVE_FILESYSTEM},
	{"chdir", OBSERVE_FILESYSTEM},
	{"chmod", OBSERVE_FILESYSTEM},
	{"chown", OBSERVE_FILESYSTEM},
	{"chroot", OBSERVE_FILESYSTEM},
	{"close", OBSERVE_FILESYSTEM},
	{"copy_file", OBSERVE_FILESYSTEM},
	{"creat", OBSERVE_FILESYSTEM},
	{"dup", OBSERVE_FILESYSTEM},
	{"faccess", OBSERVE_FILESYSTEM},
	{"fallocate", OBSERVE_FILESYSTEM},
	{"fchdir", OBSERVE_FILESYSTEM},
	{"fchmod", OBSERVE_FILESYSTEM},
	{"fchown", OBSERVE_FILESYSTEM},
	{"fcntl", OBSERVE_FILESYSTEM},
	{"fdatasync", OBSERVE_FILESYSTEM},
	{"fgetxattr", OBSERVE_FILESYSTEM},
	{"flock", OBSERVE_FILESYSTEM},
	{"fs", OBSERVE_FILESYSTEM},
	{"ftruncate", OBSERVE_FILESYSTEM},
	{"getdents", OBSERVE_FILESYSTEM},
	{"getxattr", OBSERVE_FILESYSTEM},
	{"inotify", OBSERVE_FILESYSTEM},
	{"ioctl", OBSERVE_FILESYSTEM},
	{"lchown", OBSERVE_FILESYSTEM},
	{"link", OBSERVE_FILESYSTEM},
	{"lseek", OBSERVE_FILESYSTEM},
	{"lstat", OBSERVE_FILESYSTEM},
	{"mkdir", OBSERVE_FILESYSTEM},
	{"mknod", OBSERVE_FILESYSTEM},
	{"mount", OBSERVE_FILESYSTEM},
	{"newfstat", OBSERVE_FILESYSTEM},
	{"open", OBSERVE_FILESYSTEM},
	{"pread", OBSERVE_FILESYSTEM},
	{"pwrite", OBSERVE_FILESYSTEM},
	{"pivot_root", OBSERVE_FILESYSTEM},
	{"read", OBSERVE_FILESYSTEM},
	{"rename", OBSERVE_FILESYSTEM},
	{"rmdir", OBSERVE_FILESYSTEM},
	{"setxattr", OBSERVE_FILESYSTEM},
	{"splice", OBSERVE_FILESYSTEM},
	{"stat", OBSERVE_FILESYSTEM},
	{"symlink", OBSERVE_FILESYSTEM},
	{"sync", OBSERVE_FILESYSTEM},
	{"truncate", OBSERVE_FILESYSTEM},
	{"umount", OBSERVE_FILESYSTEM},
	{"unlink", OBSERVE_FILESYSTEM},
	{"utime", OBSERVE_FILESYSTEM},
	{"write", OBSERVE_FILESYSTEM},
};

enum observe_family observe_family_of(sv syscall)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (sv_starts(syscall, sv_str(table[i].prefix)))
			return table[i].family;
	return OBSERVE_FAMILIES;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Names and ids as agents of all ages and architectures write them. */
#include "event/hook.h"
#include "tap.h"

static void is(const char *what, sv got, const char *want)
{
	ok(sv_eq(got, sv_str(want)), "%s -> '%.*s'", what, SV_ARG(got));
}

static void syscalls(void)
{
	static const char *const v[][2] = {
		{"__x64_sys_openat", "openat"},
		{"__arm64_sys_openat", "openat"},
		{"__se_sys_openat", "openat"},
		{"__ia32_sys_openat", "openat"},
		{"__ia32_compat_sys_openat", "openat"},
		{"__x64_compat_sys_openat", "openat"},
		{"__x32_compat_sys_ioctl", "ioctl"},
		{"__arm64_compat_sys_open", "open"},
		{"__se_compat_sys_open", "open"},
		{"__do_sys_clone", "clone"},
		{"__s390x_sys_read", "read"},
		{"__s390_sys_read", "read"},
		{"__riscv_sys_read", "read"},
		{"sys_openat", "openat"},
		{"SyS_openat", "openat"},
		{"compat_sys_open", "open"},
		{"__x64_sys_sys_thing", "sys_thing"},
		/* No system calls: */
		{"fd_install", ""},
		{"security_file_open", ""},
		{"tcp_connect", ""},
		{"ksys_read", ""},
		{"__sys_connect", ""},
		{"__sys_connect_file", ""},
		{"do_sys_open", ""},
		{"do_sys_openat2", ""},
		{"x64_sys_openat", ""},
		{"__x64_openat", ""},
		{"__x64_sys", ""},
		{"sys", ""},
		{"", ""},
		{"__", ""},
		{"__x64_", ""},
		{"__x64_SyS_open", ""},
		{"my_sys_open", ""}};

	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		is(v[i][0], hook_syscall(sv_str(v[i][0])), v[i][1]);
}

static void tracepoints(void)
{
	is("syscalls:sys_enter_openat",
	   hook_tracepoint_syscall(SV("syscalls"), SV("sys_enter_openat")),
	   "openat");
	is("syscalls:sys_exit_read",
	   hook_tracepoint_syscall(SV("syscalls"), SV("sys_exit_read")),
	   "read");
	is("raw_syscalls:sys_enter",
	   hook_tracepoint_syscall(SV("raw_syscalls"), SV("sys_enter")), "");
	is("sched:sched_process_exec",
	   hook_tracepoint_syscall(SV("sched"), SV("sys_enter_x")), "");
	is("syscalls:", hook_tracepoint_syscall(SV("syscalls"), SV("")), "");
}

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void references(void)
{
	static const char *const ids[][2] = {
		{"containerd://" HEX64, HEX64}, {"docker://" HEX64, HEX64},
		{"cri-o://" HEX64, HEX64},	{HEX64, HEX64},
		{"0123456789abcde", "0123456789abcde"}, {"", ""},
		{"://", ""},			{"x:/y", "x:/y"}};
	static const char *const images[][2] = {
		{"docker.io/library/nginx@sha256:" HEX64, "sha256:" HEX64},
		{"docker-pullable://quay.io/x/y@sha256:" HEX64,
		 "sha256:" HEX64},
		{"sha256:" HEX64, "sha256:" HEX64},
		{"docker://sha256:" HEX64, "sha256:" HEX64},
		{"reg:5000/a/b:tag@sha256:" HEX64, "sha256:" HEX64},
		{"reg/sha256:0/x@sha256:" HEX64, "sha256:" HEX64},
		{"ssssha256:" HEX64, "sha256:" HEX64},
		{"nginx:latest", ""},
		{"nginx@sha256:0123", ""},
		{"nginx@sha256:" HEX64 "0", ""},
		{"nginx@sha512:" HEX64 HEX64, ""},
		{"nginx@sha256:g" HEX64, ""},
		{"", ""}};

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		is(ids[i][0], hook_container_id(sv_str(ids[i][0])), ids[i][1]);
	for (size_t i = 0; i < ARRAY_LEN(images); i++)
		is(images[i][0], hook_image_digest(sv_str(images[i][0])),
		   images[i][1]);
}

int main(void)
{
	syscalls();
	tracepoints();
	references();
	return tap_done();
}

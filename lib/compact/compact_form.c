/* SPDX-License-Identifier: Apache-2.0 */
#include "compact/compact_form.h"

#include "compact/compact_arg.h"

#define MAX_ARGS 8

/*
 * Parts: f path, d path or descriptor, s socket, o BPF object, n number,
 * b number of bytes, z the same where its type is a size, m access mask,
 * p memory protection, N kind of namespace; '>' an arrow before the next.
 */
static const struct compact_form syscalls[] = {
	{SV("open"), "open", "f"},
	{SV("openat"), "openat", "f"},
	{SV("openat2"), "openat2", "f"},
	{SV("creat"), "creat", "f"},
	{SV("close"), "close", "d"},
	{SV("read"), "read", "dz"},
	{SV("write"), "write", "dz"},
	{SV("pread64"), "pread64", "dz"},
	{SV("pwrite64"), "pwrite64", "dz"},
	{SV("execve"), "execve", "f"},
	{SV("execveat"), "execveat", "f"},
	{SV("mount"), "mount", "f>f"},
	{SV("umount"), "umount", "f"},
	{SV("umount2"), "umount", "f"},
	{SV("pivot_root"), "pivot_root", "f>f"},
	{SV("chroot"), "chroot", "f"},
	{SV("unlink"), "unlink", "f"},
	{SV("unlinkat"), "unlinkat", "f"},
	{SV("rename"), "rename", "f>f"},
	{SV("renameat"), "renameat", "f>f"},
	{SV("renameat2"), "renameat2", "f>f"},
	{SV("link"), "link", "f>f"},
	{SV("linkat"), "linkat", "f>f"},
	{SV("symlink"), "symlink", "f>f"},
	{SV("connect"), "connect", "s"},
	{SV("bind"), "bind", "s"},
	{SV("accept"), "accept", "s"},
	{SV("accept4"), "accept", "s"},
	{SV("sendto"), "sendto", "sz"},
	{SV("sendmsg"), "sendmsg", "s"},
	{SV("setuid"), "setuid", "n"},
	{SV("setgid"), "setgid", "n"},
	{SV("setreuid"), "setreuid", "nn"},
	{SV("setregid"), "setregid", "nn"},
	{SV("setresuid"), "setresuid", "nnn"},
	{SV("setresgid"), "setresgid", "nnn"},
	{SV("dup2"), "dup2", "n>n"},
	{SV("dup3"), "dup3", "n>n"},
	{SV("setns"), "setns", "N"},
};

static const struct compact_form functions[] = {
	{SV("fd_install"), "open", "f"},
	{SV("tcp_connect"), "connect", "s"},
	{SV("tcp_close"), "close", "s"},
	{SV("tcp_sendmsg"), "sendmsg", "sb"},
	{SV("tcp_recvmsg"), "recvmsg", "sb"},
	{SV("udp_sendmsg"), "sendmsg", "sb"},
	{SV("inet_csk_accept"), "accept", "s"},
	{SV("security_socket_connect"), "connect", "s"},
	{SV("security_socket_bind"), "bind", "s"},
	{SV("security_file_permission"), "access", "mf"},
	{SV("security_mmap_file"), "mmap", "fp"},
	{SV("security_path_truncate"), "truncate", "f"},
	{SV("bpf_check"), "bpf_load", "o"},
	{SV("security_bpf_prog_load"), "bpf_load", "o"},
	{SV("security_bpf_map_alloc"), "bpf_map", "o"},
	{SV("security_bpf_map_create"), "bpf_map", "o"},
	{SV("security_perf_event_alloc"), "perf_event", "o"},
};

static const struct compact_form *find(const struct compact_form *forms,
				       size_t n, sv name)
{
	for (size_t i = 0; i < n; i++)
		if (sv_eq(forms[i].name, name))
			return &forms[i];
	return NULL;
}

const struct compact_form *compact_form_find(sv function, sv syscall)
{
	return syscall.n
		       ? find(syscalls, ARRAY_LEN(syscalls), syscall)
		       : find(functions, ARRAY_LEN(functions), function);
}

/* --- parts -------------------------------------------------------------- */

struct args {
	sv v[MAX_ARGS];
	bool used[MAX_ARGS];
	size_t n;
};

static void gather(struct args *a, sv body, uint32_t num)
{
	struct pb_cur c = pb_walk(body);
	struct pb_field f;

	a->n = 0;
	while (a->n < MAX_ARGS && pb_next(&c, &f) > 0)
		if (f.num == num) {
			a->used[a->n] = false;
			a->v[a->n++] = f.data;
		}
}

static bool fits(char part, enum compact_arg_class c)
{
	switch (part) {
	case 'f':
		return c == ARG_PATH;
	case 'd':
		return c == ARG_PATH || c == ARG_NUMBER;
	case 's':
		return c == ARG_SOCKET;
	case 'o':
		return c == ARG_OBJECT;
	case 'z':
		return c == ARG_SIZE;
	default:
		return c == ARG_NUMBER || c == ARG_SIZE;
	}
}

/* The next argument that fits; the last one for a kind of namespace. */
static bool take(struct args *a, char part, sv *arg)
{
	size_t at = MAX_ARGS;

	for (size_t i = 0; i < a->n; i++) {
		if (a->used[i] || !fits(part, compact_arg_class(a->v[i])))
			continue;
		at = i;
		if (part != 'N')
			break;
	}
	if (at == MAX_ARGS)
		return false;
	a->used[at] = true;
	*arg = a->v[at];
	return true;
}

/* MAY_EXEC, MAY_WRITE, MAY_READ of linux/fs.h; PROT_* of sys/mman.h. */
static void put_bits(struct compact_line *l, int64_t v, const char *letters)
{
	size_t before = l->out->n;

	for (int i = 0; letters[i]; i++)
		if (v >> i & 1)
			buf_ch(l->out, letters[i]);
	if (l->out->n == before)
		compact_line_int(l, v);
}

/* CLONE_NEW* of linux/sched.h. */
static void put_namespace(struct compact_line *l, int64_t v)
{
	static const struct {
		int64_t flag;
		const char *name;
	} names[] = {{0, "any"},	       {0x80, "time"},
		     {0x20000, "mnt"},	       {0x2000000, "cgroup"},
		     {0x4000000, "uts"},       {0x8000000, "ipc"},
		     {0x10000000, "user"},     {0x20000000, "pid"},
		     {0x40000000, "net"}};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].flag == v) {
			buf_str(l->out, names[i].name);
			return;
		}
	compact_line_hex(l, (uint64_t)v);
}

static void put_part(struct compact_line *l, char part, sv arg)
{
	bool is_number;
	int64_t v;

	is_number = compact_arg_number(arg, &v);
	switch (part) {
	case 'd':
		if (is_number)
			buf_add(l->out, "fd ", 3);
		compact_arg_put_bare(l, arg);
		break;
	case 'm':
		put_bits(l, v, "xwra");
		break;
	case 'p':
		put_bits(l, v, "rwx");
		break;
	case 'N':
		put_namespace(l, v);
		break;
	case 'b':
	case 'z':
		compact_arg_put_bare(l, arg);
		buf_add(l->out, " bytes", 6);
		break;
	default:
		compact_arg_put_bare(l, arg);
		break;
	}
}

bool compact_form_put(struct compact_line *l, const struct compact_form *f,
		      sv body, uint32_t num)
{
	size_t before = l->out->n;
	const char *arrow = "";
	struct args a;
	sv arg;

	gather(&a, body, num);
	for (const char *p = f->parts; *p; p++) {
		if (*p == '>') {
			arrow = l->out->n != before ? " ->" : "";
		} else if (take(&a, *p, &arg)) {
			buf_str(l->out, arrow);
			buf_ch(l->out, ' ');
			put_part(l, *p, arg);
			arrow = "";
		}
	}
	return l->out->n != before;
}

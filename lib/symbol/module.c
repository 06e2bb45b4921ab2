/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/module.h"

const char *module_kind_name(enum module_kind kind)
{
	switch (kind) {
	case MODULE_UNSPECIFIED:
		break;
	case MODULE_FILE:
		return "file";
	case MODULE_VDSO:
		return "vdso";
	case MODULE_VSYSCALL:
		return "vsyscall";
	case MODULE_HEAP:
		return "heap";
	case MODULE_STACK:
		return "stack";
	case MODULE_ANON:
		return "anon";
	case MODULE_MEMFD:
		return "memfd";
	case MODULE_DELETED:
		return "deleted";
	case MODULE_KERNEL:
		return "kernel";
	case MODULE_ZERO:
		return "zero";
	}
	return "unspecified";
}

bool module_is_memory(enum module_kind kind)
{
	return kind == MODULE_ANON || kind == MODULE_MEMFD ||
	       kind == MODULE_HEAP || kind == MODULE_ZERO;
}

/* Names in brackets; "[stack:123]" is a thread's stack on old kernels. */
static enum module_kind classify_bracket(sv name)
{
	if (sv_eq(name, SV("[vdso]")) || sv_eq(name, SV("[vdso32]")))
		return MODULE_VDSO;
	if (sv_eq(name, SV("[vsyscall]")))
		return MODULE_VSYSCALL;
	if (sv_eq(name, SV("[heap]")))
		return MODULE_HEAP;
	if (sv_eq(name, SV("[stack]")) || sv_starts(name, SV("[stack:")))
		return MODULE_STACK;
	if (sv_eq(name, SV("[kernel]")) ||
	    sv_starts(name, SV("[kernel.kallsyms]")))
		return MODULE_KERNEL;
	return MODULE_ANON; /* [anon:x], [anon_shmem:x], [uprobes], [vvar] */
}

/* Files without a name that a container could open. */
static bool is_nameless(sv path)
{
	static const sv prefixes[] = {
		SV("//anon"),	    SV("anon_inode:"), SV("/anon_hugepage"),
		SV("/anon_inode:"), SV("/SYSV"),       SV("/[aio]"),
		SV("socket:["),	    SV("/dmabuf:"),
	};

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (sv_starts(path, prefixes[i]))
			return true;
	return false;
}

/* Behind /proc/PID/root or /proc/self/root, or the path itself. */
static sv strip_proc_root(sv path)
{
	sv rest = path, proc = SV("/proc/"), root = SV("/root/");
	size_t n = 0;

	if (!sv_starts(path, proc))
		return path;
	rest = sv_from(path, proc.n);
	while (n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9')
		n++;
	if (sv_starts(rest, SV("self/")))
		n = 4;
	rest = sv_from(rest, n);
	return n && sv_starts(rest, root) ? sv_from(rest, root.n - 1) : path;
}

/* Behind one path component that `ok` takes whole, and a '/'. */
static bool skip_component(sv *s, const char *ok)
{
	size_t n = 0;

	while (n < s->n && s->p[n] != '/') {
		if (ok && !strchr(ok, s->p[n]))
			return false;
		n++;
	}
	if (!n || n == s->n)
		return false;
	*s = sv_from(*s, n + 1);
	return true;
}

static bool skip_text(sv *s, sv text)
{
	if (!sv_starts(*s, text))
		return false;
	*s = sv_from(*s, text.n);
	return true;
}

/*
 * Where runtimes mount a container's root on the host, as a process sees it
 * that is outside of the container or not yet in it. Only whole, known forms:
 * a container may have a folder called "merged", too.
 */
static sv strip_mount(sv path)
{
	static const char hex[] = "0123456789abcdef", digits[] = "0123456789";
	sv s = path;

	if (skip_text(&s, SV("/var/lib/docker/overlay2/")) ||
	    skip_text(&s, SV("/var/lib/containers/storage/overlay/"))) {
		if (!skip_component(&s, hex) || !skip_text(&s, SV("merged/")))
			return path;
	} else if (skip_text(&s, SV("/run/containerd/"
				    "io.containerd.runtime.v2.task/"))) {
		if (!skip_component(&s, NULL) || !skip_component(&s, NULL) ||
		    !skip_text(&s, SV("rootfs/")))
			return path;
	} else if (skip_text(&s, SV("/var/lib/containerd/"
				    "io.containerd.snapshotter.v1.overlayfs/"
				    "snapshots/"))) {
		if (!skip_component(&s, digits) || !skip_text(&s, SV("fs/")))
			return path;
	} else {
		return path;
	}
	return (sv){s.p - 1, s.n + 1};
}

enum module_kind module_classify(sv name, sv *path)
{
	bool deleted = sv_ends(name, SV(" (deleted)"));

	if (deleted)
		name = sv_first(name, name.n - SV(" (deleted)").n);
	*path = name;
	if (!name.n)
		return MODULE_ANON;
	if (name.p[0] == '[')
		return classify_bracket(name);
	if (sv_starts(name, SV("/memfd:")))
		return MODULE_MEMFD;
	if (sv_eq(name, SV("/dev/zero")))
		return MODULE_ZERO;
	if (is_nameless(name))
		return MODULE_ANON;
	*path = strip_mount(strip_proc_root(name));
	return deleted ? MODULE_DELETED : MODULE_FILE;
}

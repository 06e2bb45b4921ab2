/* SPDX-License-Identifier: Apache-2.0 */
/*
 * module.h - what the path of a mapping stands for. /proc/PID/maps, and so
 * the agent, writes pseudo names where there is no file: "[vdso]",
 * "/memfd:x (deleted)", "anon_inode:bpf-map", "" and more.
 */
#ifndef RT_MODULE_H
#define RT_MODULE_H

#include "base/base.h"

/* Numbers and names of rt.v1.CanonicalStackFrame.ModuleKind. */
enum module_kind {
	MODULE_UNSPECIFIED,
	MODULE_FILE,
	MODULE_VDSO,
	MODULE_VSYSCALL,
	MODULE_HEAP,
	MODULE_STACK,
	MODULE_ANON, /* also JIT code, SysV and anonymous shared memory */
	MODULE_MEMFD,
	MODULE_DELETED, /* unlinked; what has the path now is another file */
	MODULE_KERNEL,
	MODULE_ZERO, /* /dev/zero */
};

const char *module_kind_name(enum module_kind kind);

/* Mappings without a file, where programs put code that they make. */
bool module_is_memory(enum module_kind kind);

/*
 * The kind, and in *path (a part of `name`) the path without " (deleted)",
 * without a leading /proc/PID/root, and without the place on the host where
 * Docker, Podman or containerd mount a root (overlayfs).
 */
enum module_kind module_classify(sv name, sv *path);

#endif

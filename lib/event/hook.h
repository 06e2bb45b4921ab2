/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hook.h - names and ids as the agent writes them, normalised: syscalls out of
 * hook names, container ids and image digests out of runtime references.
 */
#ifndef RT_HOOK_H
#define RT_HOOK_H

#include "base/base.h"

/*
 * "openat" of "__x64_sys_openat", "__arm64_sys_openat", "__se_sys_openat",
 * "__ia32_compat_sys_openat", "sys_openat"; empty where the hook is no
 * syscall's wrapper (asm/syscall_wrapper.h of each architecture in Linux).
 */
sv hook_syscall(sv function);
/* The same of a tracepoint of the subsystem "syscalls". */
sv hook_tracepoint_syscall(sv subsys, sv event);

/* "containerd://<id>" -> "<id>". */
sv hook_container_id(sv reference);
/* The "sha256:<64 hex>" in an image reference, whatever its form; or empty. */
sv hook_image_digest(sv reference);

#endif

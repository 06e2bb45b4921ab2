/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem.h - allocation that does not fail: out of memory ends the process with
 * exit code 3 and a message, after what was already written is in the pipe.
 * Sizes that come from foreign data are checked against a limit before they
 * reach these functions.
 */
#ifndef RT_MEM_H
#define RT_MEM_H

#include "base/base.h"

C_DECLS_BEGIN

void *mem_alloc(size_t n);
void *mem_zalloc(size_t n);
void *mem_realloc(void *p, size_t n);
void *mem_dup(const void *p, size_t n);
char *mem_strdup(const char *s);
void mem_free(void *p);

/* A private, NUL-terminated copy of the view. */
char *mem_sv(sv s);

C_DECLS_END

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WALK_H
#define WALK_H

/* In a library of its own: a stack through program, library, libc and back. */
int sort_in_library(int *list, unsigned long n,
		    int (*compare)(const void *, const void *));

/* Prints the caller's stack; not static, so that it has a dynamic symbol. */
void report_stack(void);

#endif

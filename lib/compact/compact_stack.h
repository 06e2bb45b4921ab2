/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compact_stack.h - the frames under an event, innermost first, one a line:
 *
 *	    kernel  tcp_connect+0x1
 *	    user    /usr/lib/libc.so.6+0x1234 connect
 *	    user    shop::price+0x1f /srv/app price.c:12 id=a1b2c3
 *
 * The last is a frame that rt-canon made: function and offset in it, module,
 * source line, verdict, package and the front of the function id (the rest of
 * which stands at the left), as far as known.
 */
#ifndef RT_COMPACT_STACK_H
#define RT_COMPACT_STACK_H

#include "compact/compact_line.h"

/* More than the 127 that the kernel takes (PERF_MAX_STACK_DEPTH), twice. */
#define COMPACT_STACK_MAX 256

/* Each frame begins with the newline that ends the line before. */
void compact_stack_tetragon(struct compact_line *l, sv kprobe);
void compact_stack_call(struct compact_line *l, sv call);

#endif

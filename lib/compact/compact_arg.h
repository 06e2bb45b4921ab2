/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compact_arg.h - one tetragon.KprobeArgument for people: a path, a string in
 * quotes, a socket as "tcp 10.0.0.1:80 -> 10.0.0.2:4711", a number. Where the
 * agent sends a message, what names the thing is shown, not all of it.
 */
#ifndef RT_COMPACT_ARG_H
#define RT_COMPACT_ARG_H

#include "compact/compact_line.h"

/* What an argument is good for when a line is made of some of them. */
enum compact_arg_class {
	ARG_OTHER,
	ARG_PATH,   /* file, path, string, program, kernel module */
	ARG_SOCKET, /* socket, packet, address */
	ARG_NUMBER, /* int, uint, long, size */
	ARG_SIZE,   /* size: also a number */
	ARG_OBJECT, /* BPF program or map, perf event */
};

enum compact_arg_class compact_arg_class(sv arg);

/* The number of an argument that is one. */
bool compact_arg_number(sv arg, int64_t *v);

void compact_arg_put(struct compact_line *l, sv arg);

/* Without its label; a string, which is a path here, without quotes. */
void compact_arg_put_bare(struct compact_line *l, sv arg);

/* The same as a function's result: a small negative number gets its errno. */
void compact_arg_put_result(struct compact_line *l, sv arg);

#endif

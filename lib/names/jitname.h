/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jitname.h - from the names that run-time compilers give their code (in perf
 * maps, and so in what perf prints) to the two names people read.
 *
 *	raw		JS:*settle /srv/shop.js:12:3		V8
 *	symbol		settle
 *	function_name	settle		source /srv/shop.js, line 12
 *
 *	raw		long shop.Price.settle(int, long)	HotSpot
 *	symbol		shop.Price.settle(int, long)
 *	function_name	shop.Price.settle
 *
 * How well the code is compiled ('~', '^', '+', '*') is no part of the name:
 * the same function runs in all of these forms. A function of V8 without a
 * name is "(anonymous)", the body of a script "(program)". Names that a
 * demangler knows are demangled; any other stands as it is.
 */
#ifndef RT_JITNAME_H
#define RT_JITNAME_H

#include "base/base.h"
#include "base/buf.h"

struct jitname {
	sv symbol, function_name, raw; /* valid UTF-8 */
	sv source_file;		       /* empty: not told */
	uint32_t line;
};

/* Room for the names; zeroed at first. */
struct jitname_bufs {
	struct buf raw, symbol, function;
};

/* Views live until the next call with the same room. */
void jitname_parse(sv name, struct jitname_bufs *room, struct jitname *out);
void jitname_release(struct jitname_bufs *room);

#endif

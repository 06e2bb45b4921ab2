/* SPDX-License-Identifier: Apache-2.0 */
/*
 * perfscript.h - the text that `perf script` prints, line by line:
 *
 *	shopd 6336/6340 [001] 28765.504004:  1001001 cpu-clock:u:
 *		ffffffff816b90ea ksys_write+0xba ([kernel.kallsyms])
 *		           f8350 write+0x10 (/usr/lib/libc.so.6)
 *		            1230 main+0xe (/opt/shop/bin/shopd)
 *
 * The cpu, the thread and the period may lack, and so may the stack, where
 * the address stands behind the event instead. A blank line ends a sample.
 *
 * In a stack perf prints a user-space address as the offset in the module's
 * file; behind the event it is a run-time address. A run-time address (there,
 * or from 1 TiB on) becomes an offset through the mappings that `perf script
 * --show-mmap-events` prints; `-F +dsoff` gives the offset as well. Where none
 * of this is known the frame is its symbol and the offset in it. Times are
 * perf's clock as it stands there: since boot, unless recorded otherwise.
 */
#ifndef RT_PERFSCRIPT_H
#define RT_PERFSCRIPT_H

#include "event/sample.h"

#define PERFSCRIPT_MAX_MAPPINGS 16384

struct perfscript;

enum perfscript_status {
	PERFSCRIPT_MORE,   /* nothing to hand out yet */
	PERFSCRIPT_SAMPLE, /* *x, until the next call but one */
	PERFSCRIPT_BAD,	   /* the line is neither header nor frame */
};

struct perfscript *perfscript_new(void);
void perfscript_free(struct perfscript *p);

/* One line without its newline. The sample is the one that it ended. */
enum perfscript_status perfscript_line(struct perfscript *p, sv line,
				       struct sample *x);
/* The sample that the end of the text ended, if any. */
bool perfscript_end(struct perfscript *p, struct sample *x);

/* Frames over SAMPLE_MAX_FRAMES and mappings over the limit: not kept. */
uint64_t perfscript_cut(const struct perfscript *p);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folded.h - folded stacks, the input of flame graphs: a line a stack,
 * outermost frame first, and how often it was seen.
 *
 *	main;serve;handle;write_[k] 12
 *
 * `_[k]` marks a kernel frame, `_[i]` an inlined and `_[j]` a compiled one
 * (stackcollapse-perf.pl --annotate-all); inlined ones are left out, as no
 * address of their own belongs to them. What stands before the first `;` is a
 * frame like any other: some writers put the process' name there. There are
 * no modules, so a frame is its name and nothing more.
 */
#ifndef RT_FOLDED_H
#define RT_FOLDED_H

#include "event/sample.h"

struct folded {
	struct adapter_frame frames[SAMPLE_MAX_FRAMES];
};

/*
 * One line without its newline; the sample's views are into it and into f.
 * False: no count, no frame, or more than SAMPLE_MAX_FRAMES.
 */
bool folded_parse(struct folded *f, sv line, struct sample *x);

#endif

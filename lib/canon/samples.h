/* SPDX-License-Identifier: Apache-2.0 */
/*
 * samples.h - the text of other profilers instead of an agent's records:
 * standard input, a line at a time, into calls.
 */
#ifndef RT_SAMPLES_H
#define RT_SAMPLES_H

#include "event/sample.h"
#include "event/stage.h"

enum samples_form { SAMPLES_PERF_SCRIPT, SAMPLES_FOLDED };

/*
 * All of a filter, like stage_run_filter, from the stage's descriptor 0. Each
 * sample counts as one record in; a line that is none is dropped as
 * "bad_line", and a gap at the end says how many.
 */
int samples_run(struct stage *s, const struct stage_opts *o,
		enum samples_form form, struct sampler *sampler);

#endif

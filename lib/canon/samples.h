/* SPDX-License-Identifier: Apache-2.0 */
/*
 * samples.h - the text of other profilers instead of an agent's records:
 * standard input, a line at a time, into calls.
 */
#ifndef RT_SAMPLES_H
#define RT_SAMPLES_H

#include "event/sample.h"
#include "stream/stage.h"

enum samples_form { SAMPLES_PERF_SCRIPT, SAMPLES_FOLDED };

/* --input-format's choices: a stage's, and ours behind them. */
extern const char *const samples_input_forms[];

/* False: a form that the stage reads itself. */
bool samples_form(const char *name, enum samples_form *form);

/*
 * All of the input (taken over) into an open stage; frames are written by
 * `frame`. Each sample counts as one record in; a line that is none is dropped
 * as "bad_line", and a gap at the end says how many. TOOL_BAD where there were
 * some, or as the input ended.
 */
enum tool_exit samples_feed(struct stage *s, struct input *in,
			    enum samples_form form, uint64_t max_line,
			    adapter_frame_fn *frame, void *ctx);

#endif

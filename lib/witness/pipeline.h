/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline.h - tools one behind the other: those beside this program, else
 * those in PATH.
 */
#ifndef RT_WITNESS_PIPELINE_H
#define RT_WITNESS_PIPELINE_H

#include "base/base.h"

#define PIPELINE_MAX_STAGES 16
#define PIPELINE_MAX_ARGS 64

struct pipeline_stage {
	const char *argv[PIPELINE_MAX_ARGS + 1]; /* the last one NULL */
	size_t n;
};

/*
 * Runs them to their ends; stdin of the first and stdout of the last are
 * nowhere. A stage's exit code 1 (bad records) is no failure. False with the
 * stage that failed and how.
 */
bool pipeline_run(struct pipeline_stage *stages, size_t n, size_t *which,
		  struct rt_err *err);

#endif

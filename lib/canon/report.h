/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - how often the agent's symbols were right, module by module
 * (rt-canon --report).
 *
 * The error rate is corrected / (same + corrected): of the frames for which
 * the agent gave a symbol and a file could be asked.
 */
#ifndef RT_REPORT_H
#define RT_REPORT_H

#include "base/base.h"
#include "base/buf.h"
#include "canon/verdict.h"

#define REPORT_MAX_MODULES 8192 /* the rest is one row, "(other)" */

struct report;

enum report_form { REPORT_TABLE, REPORT_JSON };

struct report *report_new(void);
void report_free(struct report *r);

void report_count(struct report *r, sv module, sv build_id,
		  enum frame_verdict v);

/*
 * Most corrected first, then most frames, then by name. A table ends with a
 * line for all modules; JSON has an object a line and a module.
 */
void report_write(struct report *r, enum report_form form, struct buf *out);

#endif

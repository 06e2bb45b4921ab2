/* SPDX-License-Identifier: Apache-2.0 */
/*
 * viewtable.h - the functions that most events went through, the most frequent
 * first. SELF: the events in which the function was innermost; TOTAL: those in
 * whose stack it was, however often.
 */
#ifndef RT_VIEWTABLE_H
#define RT_VIEWTABLE_H

#include "hotsym/view.h"

void viewtable_write(const struct view_data *d, size_t top, size_t width,
		     struct buf *out);

#endif

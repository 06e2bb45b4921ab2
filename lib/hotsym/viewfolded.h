/* SPDX-License-Identifier: Apache-2.0 */
/*
 * viewfolded.h - the form that flame graph tools read: a line a stack, frames
 * parted by ';', a blank and the count at the end. Frames of the kernel end in
 * "_[k]", those of code made at run time in "_[j]", as those tools mark them.
 */
#ifndef RT_VIEWFOLDED_H
#define RT_VIEWFOLDED_H

#include "hotsym/view.h"

void viewfolded_write(const struct view_data *d, struct buf *out);

#endif

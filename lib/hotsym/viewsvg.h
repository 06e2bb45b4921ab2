/* SPDX-License-Identifier: Apache-2.0 */
/*
 * viewsvg.h - a flame graph (Brendan Gregg's form of drawing stacks: width is
 * how often, height is depth, the order from left to right is that of names)
 * in one SVG file that needs nothing else. In a browser a click zooms in, one
 * on the lowest frame or Escape out again, Ctrl-F searches; `#zoom=N` and
 * `#search=TEXT` behind its address do the same. Without scripts it is a
 * picture with tooltips.
 *
 * Frames too narrow to be seen are left out: a tenth of a pixel, at first.
 */
#ifndef RT_VIEWSVG_H
#define RT_VIEWSVG_H

#include "hotsym/view.h"

void viewsvg_write(const struct view_data *d, struct buf *out);

#endif

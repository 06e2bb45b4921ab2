/* SPDX-License-Identifier: Apache-2.0 */
/*
 * textgrid.h - the rows of the last statement as a table for people: names,
 * then rows, columns aligned but for the last. Control characters, which
 * function names from hostile programs may hold, become '?'.
 */
#ifndef RT_TEXTGRID_H
#define RT_TEXTGRID_H

#include "base/buf.h"
#include "load/dbconn.h"

void textgrid_put(const struct dbconn *db, struct buf *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * getevents.h - a tetragon.GetEventsRequest from the options of select.h.
 */
#ifndef RT_GETEVENTS_H
#define RT_GETEVENTS_H

#include "base/buf.h"
#include "select/select.h"

/* Exits 2 where an option or a file is wrong. */
void getevents_write(const struct select_opts *o, struct buf *out);

#endif

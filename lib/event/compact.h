/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compact.h - one line a record for people. Every string is made safe for a
 * terminal: control bytes and what is not UTF-8 show as '?'.
 */
#ifndef RT_COMPACT_H
#define RT_COMPACT_H

#include "base/base.h"
#include "base/buf.h"

/* no-color.org and TERM=dumb. */
bool compact_colour(bool terminal);

/* Without a newline; false where the bytes are no record. */
bool compact_record(struct buf *out, sv wire, bool colour, struct rt_err *err);

#endif

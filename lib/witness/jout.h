/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jout.h - JSON text, member by member, for jcs_canon to put into canonical
 * form. Commas are its business, the order is nobody's.
 */
#ifndef RT_WITNESS_JOUT_H
#define RT_WITNESS_JOUT_H

#include "base/buf.h"
#include "text/rfc3339.h"

/* A value follows; a member's where there is a name, else an element's. */
void jout_name(struct buf *b, const char *name);

void jout_object(struct buf *b, const char *name); /* then jout_end */
void jout_array(struct buf *b, const char *name);  /* then jout_end_array */
void jout_end(struct buf *b);
void jout_end_array(struct buf *b);

void jout_string(struct buf *b, const char *name, sv s);
/* Leaves out what is empty. */
void jout_text(struct buf *b, const char *name, sv s);
/* Beyond 2^53 - 1 as a string, as RFC 7493 wants it. */
void jout_uint(struct buf *b, const char *name, uint64_t v);
void jout_bool(struct buf *b, const char *name, bool v);
/* Leaves out a time that is not set. */
void jout_time(struct buf *b, const char *name, struct timestamp t);

#endif

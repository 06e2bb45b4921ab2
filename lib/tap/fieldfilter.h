/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fieldfilter.h - tetragon.FieldFilter: which fields of an event's own message
 * stay. What stands around it (node_name, time, ...) always does. Done on wire
 * bytes: fields are copied or left out, nothing is decoded.
 */
#ifndef RT_FIELDFILTER_H
#define RT_FIELDFILTER_H

#include "base/base.h"
#include "base/buf.h"

struct fieldfilter;

/*
 * wire: the message's bytes, which must stay. NULL: the words in why (a path
 * that no event type has).
 */
struct fieldfilter *fieldfilter_new(sv wire, char *why, size_t why_size);
void fieldfilter_free(struct fieldfilter *f);

/* The event's wire bytes with fewer fields, appended to out. */
void fieldfilter_cut(const struct fieldfilter *f, sv event, struct buf *out);

#endif

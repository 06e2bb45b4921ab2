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
 * that no event type has). Paths take both forms of names. Of two paths of
 * which one holds the other the longer one counts, as in the agent
 * (fieldmask-utils' MaskFromPaths).
 */
struct fieldfilter *fieldfilter_new(sv wire, char *why, size_t why_size);
void fieldfilter_free(struct fieldfilter *f);

/*
 * Does it include a member of a oneof below the event (args.string_arg)? The
 * agent walks Go's structures, where there is no field of that name.
 */
bool fieldfilter_is_ours(const struct fieldfilter *f);

/*
 * The event's wire bytes with fewer fields, appended to out. False where they
 * are malformed.
 */
bool fieldfilter_cut(const struct fieldfilter *f, sv event, struct buf *out);

#endif

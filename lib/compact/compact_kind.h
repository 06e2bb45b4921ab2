/* SPDX-License-Identifier: Apache-2.0 */
/* compact_kind.h - the lines of records that are no events. */
#ifndef RT_COMPACT_KIND_H
#define RT_COMPACT_KIND_H

#include "compact/compact_line.h"
#include "compact/compact_view.h"
#include "event/record.h"

/* Behind the time: the word and what there is to say. */
void compact_kind_put(struct compact_line *l, const struct record *r);

/* Events of Tetragon without a process: throttle, rate limit, test. */
void compact_kind_put_notice(struct compact_line *l,
			     const struct compact_view *v);

#endif

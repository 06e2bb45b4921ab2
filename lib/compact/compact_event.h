/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compact_event.h - the line of an event. Behind the time:
 *
 *	WORD PID WHERE [BINARY] WHAT [= RESULT] [[ACTION]] [policy=...] ...
 *
 * WHERE is namespace/pod, else container:ID (12 digits), else the node, else
 * "-". WHAT is the process's arguments for exec and exit (behind its signal or
 * status), else what was called, opened, connected, loaded.
 */
#ifndef RT_COMPACT_EVENT_H
#define RT_COMPACT_EVENT_H

#include "compact/compact_line.h"
#include "compact/compact_view.h"

void compact_event_put(struct compact_line *l, const struct compact_view *v);

#endif

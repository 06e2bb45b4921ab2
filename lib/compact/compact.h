/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compact.h - one line a record for people, and under it one a stack frame,
 * indented by four blanks. Columns: the time (RFC 3339, UTC, milliseconds; "-"
 * where the record has none), what happened, the pid or a count, then the
 * rest; see compact_event.h and compact_stack.h.
 *
 * Every string of a record is made safe for a terminal (termsafe.h) and is
 * cut where it is very long (compact_line.h), so no record makes a line that
 * nobody can read, or one that is not there.
 */
#ifndef RT_COMPACT_H
#define RT_COMPACT_H

#include "base/base.h"
#include "base/buf.h"

enum compact_when { COMPACT_AUTO, COMPACT_ALWAYS, COMPACT_NEVER };

/* --color's choices, in the order of the enum. */
extern const char *const compact_when[];

struct compact_style {
	bool colour;
	unsigned int columns; /* lines are cut there; 0: they are not */
};

/*
 * For output to fd: as wide as the terminal that it is. AUTO is coloured on a
 * terminal unless NO_COLOR, CLICOLOR=0 or TERM speak against it, and elsewhere
 * with CLICOLOR_FORCE (no-color.org, bixense.com/clicolors).
 */
struct compact_style compact_style_of(int fd, enum compact_when when);
/* The terminal may have another width by now. */
void compact_style_resize(struct compact_style *s, int fd);

/*
 * Appends the lines, without the last newline; false where the bytes are no
 * record. What is malformed inside of one still gets its line.
 */
bool compact_record(struct buf *out, sv wire, const struct compact_style *style,
		    struct rt_err *err);

#endif

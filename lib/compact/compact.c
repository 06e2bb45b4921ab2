/* SPDX-License-Identifier: Apache-2.0 */
#include "compact/compact.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "compact/compact_event.h"
#include "compact/compact_kind.h"
#include "compact/compact_line.h"
#include "compact/compact_stack.h"
#include "compact/compact_view.h"
#include "event/record.h"

const char *const compact_when[] = {"auto", "always", "never", NULL};

static bool is_set(const char *name)
{
	const char *v = getenv(name);

	return v && *v;
}

static bool is_zero(const char *name)
{
	const char *v = getenv(name);

	return v && !strcmp(v, "0");
}

static bool wants_colour(bool terminal)
{
	const char *term = getenv("TERM");

	if (is_set("NO_COLOR"))
		return false;
	if (is_set("CLICOLOR_FORCE") && !is_zero("CLICOLOR_FORCE"))
		return true;
	return terminal && !is_zero("CLICOLOR") && term && *term &&
	       strcmp(term, "dumb") != 0;
}

struct compact_style compact_style_of(int fd, enum compact_when when)
{
	struct compact_style s = {.columns = 0};
	bool terminal = isatty(fd);

	s.colour = when == COMPACT_ALWAYS ||
		   (when == COMPACT_AUTO && wants_colour(terminal));
	if (terminal)
		compact_style_resize(&s, fd);
	return s;
}

void compact_style_resize(struct compact_style *s, int fd)
{
	struct winsize w;

	if (ioctl(fd, TIOCGWINSZ, &w) == 0)
		s->columns = w.ws_col;
}

static void put_event(struct compact_line *l, const struct record *r)
{
	struct compact_view v;
	bool ok = r->kind == RECORD_CALL ? compact_view_call(r->body, &v)
					 : compact_view_tetragon(r->body, &v);
	bool notice = r->kind == RECORD_TETRAGON &&
		      v.type == PROBE_UNSPECIFIED;

	if (notice)
		compact_kind_put_notice(l, &v);
	else
		compact_event_put(l, &v);
	if (!ok)
		buf_str(l->out, " (malformed)");
	if (r->kind == RECORD_CALL)
		compact_stack_call(l, r->body);
	else if (v.type == PROBE_KPROBE)
		compact_stack_tetragon(l, v.body);
}

bool compact_record(struct buf *out, sv wire, const struct compact_style *style,
		    struct rt_err *err)
{
	struct compact_line l = {out, style->colour, style->columns, out->n};
	struct timestamp t = {0, 0};
	struct record r;
	bool timed;

	if (!record_parse(wire, &r)) {
		*err = (struct rt_err){.msg = "not a record"};
		return false;
	}
	timed = record_time(&r, &t);
	compact_line_time(&l, timed, t);
	if (r.kind == RECORD_TETRAGON || r.kind == RECORD_CALL)
		put_event(&l, &r);
	else
		compact_kind_put(&l, &r);
	compact_line_end(&l);
	return true;
}

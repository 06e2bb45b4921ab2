/* SPDX-License-Identifier: Apache-2.0 */
#include "event/compact.h"

#include <stdlib.h>

#include "codec/pbwire.h"
#include "event/adapter.h"
#include "event/ledger.h"
#include "event/record.h"
#include "event/tetragon.h"
#include "text/rfc3339.h"
#include "base/utf8.h"

#define MAX_TEXT 400 /* bytes of one untrusted string */

struct line {
	struct buf *out;
	bool colour;
};

bool compact_colour(bool terminal)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return terminal && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

/* What a terminal can be tricked with shows as '?'. */
static void safe(struct line *l, sv s)
{
	const char *p = s.p, *end = sv_end(sv_first(s, MAX_TEXT));

	while (p < end) {
		size_t k = utf8_seq(p, end);
		unsigned char c = (unsigned char)*p;
		/* C1 controls are U+0080 to U+009F: c2 80 to c2 9f. */
		bool c1 = k == 2 && c == 0xc2 && (unsigned char)p[1] < 0xa0;

		if (!k || c < 0x20 || c == 0x7f || c1)
			buf_ch(l->out, '?');
		else
			buf_add(l->out, p, k);
		p += k ? k : 1;
	}
	if (s.n > MAX_TEXT)
		buf_str(l->out, "...");
}

static void paint(struct line *l, const char *code, const char *text)
{
	if (l->colour)
		buf_printf(l->out, "\033[%sm%s\033[0m", code, text);
	else
		buf_str(l->out, text);
}

static void put_time(struct line *l, bool known, struct timestamp t)
{
	char text[RFC3339_MAX + 1];

	if (!known) {
		buf_printf(l->out, "%-30s ", "-");
		return;
	}
	*rfc3339_format(text, t) = '\0';
	buf_printf(l->out, "%-30s ", text);
}

/* A word and a string, where there is one. */
static void put_text(struct line *l, const char *before, sv s)
{
	if (!s.n)
		return;
	buf_str(l->out, before);
	safe(l, s);
}

/* First field of the number in a message; empty where there is none. */
static struct pb_field get(sv wire, uint32_t num)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;

	while (pb_next(&c, &f) > 0)
		if (f.num == num)
			return f;
	return (struct pb_field){0};
}

static size_t count(sv wire, uint32_t num)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	size_t n = 0;

	while (pb_next(&c, &f) > 0)
		n += f.num == num;
	return n;
}

static void put_process(struct line *l, sv process)
{
	uint64_t pid = 0;

	pb_get_wrapper(get(process, 2).data, &pid);
	put_text(l, " ", get(process, 5).data);
	put_text(l, " ", get(process, 6).data);
	buf_printf(l->out, " pid=%llu", (unsigned long long)pid);
}

static void put_tetragon(struct line *l, sv body)
{
	struct tetragon_event e;
	struct tetragon_process p;
	struct tetragon_pod pod;

	if (!tetragon_parse(body, &e))
		return;
	paint(l, "36", e.type == TETRAGON_NONE
			       ? "event"
			       : probe_type_name(probe_type_of(e.type)));
	if (tetragon_process(e.part[PART_PROCESS].data, &p) &&
	    tetragon_pod(p.pod, &pod) && pod.name.n) {
		put_text(l, " ", pod.namespace);
		put_text(l, "/", pod.name);
	}
	put_process(l, e.part[PART_PROCESS].data);
	put_text(l, " ", e.part[PART_PATH].data);
	put_text(l, " ", e.part[PART_FUNCTION].data);
	put_text(l, " ", e.part[PART_SIGNAL].data);
	put_text(l, " cgroup=", e.part[PART_CGROUP].data);
}

static void put_call(struct line *l, sv body)
{
	sv frame = get(body, 7).data;
	size_t frames = count(body, 7);

	paint(l, "32", probe_type_name((enum probe_type)MIN(
			       get(body, 3).v, (uint64_t)PROBE_TYPES - 1)));
	put_text(l, " ", get(body, 10).data);
	put_text(l, "/", get(body, 9).data);
	put_process(l, get(body, 4).data);
	put_text(l, " ", get(body, 11).data);
	if (frames) {
		put_text(l, " at ", get(frame, 7).data);
		buf_printf(l->out, " (%zu frames)", frames);
	}
}

static void put_hot_symbol(struct line *l, sv body)
{
	paint(l, "33", "hot");
	buf_printf(l->out, " %8llu ",
		   (unsigned long long)get(body, 9).v);
	safe(l, get(body, 5).data);
	put_text(l, " in ", get(body, get(body, 4).data.n ? 4 : 6).data);
	put_text(l, " of ", sv_first(get(body, 3).data, 19));
}

static void put_gap(struct line *l, sv body)
{
	paint(l, "31", "gap");
	put_text(l, " ", get(body, 1).data);
	put_text(l, " ", get(body, 2).data);
	if (get(body, 4).v)
		buf_str(l->out, get(body, 3).v ? " at least" : " unknown number");
	if (get(body, 3).v)
		buf_printf(l->out, " %llu",
			   (unsigned long long)get(body, 3).v);
	put_text(l, " in ", get(body, 7).data);
	put_text(l, ": ", get(body, 8).data);
}

static void put_ledger(struct line *l, sv body)
{
	struct ledger_view v;

	if (!ledger_parse(body, &v))
		return;
	paint(l, "35", "ledger");
	put_text(l, " ", v.stage);
	buf_printf(l->out,
		   " in=%llu out=%llu dropped=%llu merged=%llu created=%llu%s",
		   (unsigned long long)v.in, (unsigned long long)v.out,
		   (unsigned long long)v.dropped, (unsigned long long)v.merged,
		   (unsigned long long)v.created,
		   v.complete ? "" : " incomplete");
}

bool compact_record(struct buf *out, sv wire, bool colour, struct rt_err *err)
{
	struct line l = {out, colour};
	struct timestamp t;
	struct record r;
	bool timed;

	if (!record_parse(wire, &r)) {
		*err = (struct rt_err){.msg = "not a record"};
		return false;
	}
	timed = record_time(&r, &t);
	put_time(&l, timed, t);
	switch (r.kind) {
	case RECORD_TETRAGON:
		put_tetragon(&l, r.body);
		break;
	case RECORD_CALL:
		put_call(&l, r.body);
		break;
	case RECORD_HOT_SYMBOL:
		put_hot_symbol(&l, r.body);
		break;
	case RECORD_GAP:
		put_gap(&l, r.body);
		break;
	case RECORD_LEDGER:
		put_ledger(&l, r.body);
		break;
	case RECORD_UNKNOWN:
	case RECORD_PACKAGE_SEEN:
	case RECORD_WITNESS:
	case RECORD_CONTAINER:
	case RECORD_POSTURE:
	case RECORD_EVIDENCE:
		paint(&l, "34", record_kind_name(r.kind));
		break;
	}
	return true;
}

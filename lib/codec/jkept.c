/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/jkept.h"

#include "codec/pbwire.h"

#define KIND "\"kind\":\"unknown\""
#define PB "\"" SCHEMA_UNKNOWN_PB_KEY "\":"

/* One length-delimited field and nothing else? */
static bool is_record(sv wire)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;

	return pb_next(&c, &f) == 1 && c.p == c.end && f.wt == PB_LEN;
}

/* The one string between head and tail, with its quotes; else SV_NULL. */
static sv string_between(sv text, sv head, sv tail)
{
	sv s;

	if (text.n < head.n + tail.n + 2 || !sv_starts(text, head) ||
	    memcmp(text.p + text.n - tail.n, tail.p, tail.n) != 0)
		return SV_NULL;
	s = (sv){text.p + head.n, text.n - head.n - tail.n};
	if (*s.p != '"' || memchr(s.p + 1, '"', s.n - 1) != s.p + s.n - 1)
		return SV_NULL;
	return s;
}

bool jkept_restore(struct jtoken_out *o, sv minified)
{
	char *start = o->p;
	sv s = string_between(minified, SV("{" KIND "," PB), SV("}"));

	if (!s.n)
		s = string_between(minified, SV("{" PB), SV("," KIND "}"));
	if (s.n && jtoken_unknown_pb(o, s) &&
	    is_record((sv){start, (size_t)(o->p - start)}))
		return true;
	o->p = start;
	o->err = NULL;
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/jout.h"

#include "witness/jcs.h"

#define MAX_SAFE ((UINT64_C(1) << 53) - 1)
#define TIME_ROOM 40

void jout_name(struct buf *b, const char *name)
{
	char last = b->n ? b->p[b->n - 1] : '[';

	/* ':' ends a member's name whose value comes now. */
	if (!strchr("{[:", last))
		buf_ch(b, ',');
	if (!name)
		return;
	jcs_string(b, sv_str(name));
	buf_ch(b, ':');
}

void jout_object(struct buf *b, const char *name)
{
	jout_name(b, name);
	buf_ch(b, '{');
}

void jout_array(struct buf *b, const char *name)
{
	jout_name(b, name);
	buf_ch(b, '[');
}

void jout_end(struct buf *b)
{
	buf_ch(b, '}');
}

void jout_end_array(struct buf *b)
{
	buf_ch(b, ']');
}

void jout_string(struct buf *b, const char *name, sv s)
{
	jout_name(b, name);
	jcs_string(b, s);
}

void jout_text(struct buf *b, const char *name, sv s)
{
	if (s.n)
		jout_string(b, name, s);
}

void jout_uint(struct buf *b, const char *name, uint64_t v)
{
	const char *quote = v > MAX_SAFE ? "\"" : "";

	jout_name(b, name);
	buf_printf(b, "%s%llu%s", quote, (unsigned long long)v, quote);
}

void jout_bool(struct buf *b, const char *name, bool v)
{
	jout_name(b, name);
	buf_str(b, v ? "true" : "false");
}

void jout_time(struct buf *b, const char *name, struct timestamp t)
{
	char text[TIME_ROOM];

	if (!timestamp_is_set(t))
		return;
	jout_string(b, name,
		    (sv){text, (size_t)(rfc3339_format(text, t) - text)});
}

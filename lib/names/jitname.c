/* SPDX-License-Identifier: Apache-2.0 */
#include "names/jitname.h"

#include "names/demangle.h"
#include "names/hygiene.h"

/* --- V8: src/logging/log.cc, LogEventListener and CodeKindToMarker -------- */

static bool cut_number(sv *s, uint64_t *v)
{
	size_t end = s->n;
	uint64_t n = 0;

	while (end && s->p[end - 1] >= '0' && s->p[end - 1] <= '9')
		end--;
	if (end == s->n || s->n - end > 9 || !end || s->p[end - 1] != ':')
		return false;
	for (size_t i = end; i < s->n; i++)
		n = n * 10 + (uint64_t)(s->p[i] - '0');
	*v = n;
	*s = sv_first(*s, end - 1);
	return true;
}

/* Where a script's name begins: behind a blank, though it may hold some. */
static size_t script_at(sv s)
{
	static const sv starts[] = {SV(" /"), SV(" file://"), SV(" node:"),
				    SV(" wasm:"), SV(" evalmachine.")};

	for (size_t i = 0; i < s.n; i++)
		for (size_t k = 0; s.p[i] == ' ' && k < ARRAY_LEN(starts); k++)
			if (sv_starts(sv_from(s, i), starts[k]))
				return i;
	return sv_rfind(s, ' ');
}

/* "settle /srv/shop.js:12:3" */
static bool cut_script(sv *s, struct jitname *out)
{
	uint64_t line, column;
	sv rest = *s;
	size_t at;

	if (!cut_number(&rest, &column))
		return false;
	if (!cut_number(&rest, &line))
		line = column;
	at = script_at(rest);
	if (at == SIZE_MAX || at + 1 == rest.n)
		return false;
	out->source_file = sv_from(rest, at + 1);
	out->line = (uint32_t)line;
	*s = sv_first(rest, at);
	return true;
}

static bool parse_v8(sv name, struct jitname *out)
{
	static const struct {
		sv prefix, unnamed;
	} kinds[] = {
		{SV("JS:"), SV("(anonymous)")},
		{SV("LazyCompile:"), SV("(anonymous)")},
		{SV("Function:"), SV("(anonymous)")},
		{SV("Script:"), SV("(program)")},
		{SV("Eval:"), SV("(program)")},
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		sv rest;

		if (!sv_starts(name, kinds[i].prefix))
			continue;
		rest = sv_from(name, kinds[i].prefix.n);
		if (rest.n && rest.p[0] && strchr("~^+*", rest.p[0]))
			rest = sv_from(rest, 1);
		if (!cut_script(&rest, out) && !rest.n)
			return false;
		out->symbol = out->function_name =
			rest.n ? rest : kinds[i].unnamed;
		return true;
	}
	return false;
}

/* --- HotSpot: Method::external_name ----------------------------------------
 */

/* "long shop.Price.settle(int, long)": a type, a name, its parameters. */
static bool parse_java(sv name, struct jitname *out)
{
	size_t open = sv_find(name, '('), blank;
	sv before;

	if (open == SIZE_MAX || !sv_ends(name, SV(")")))
		return false;
	before = sv_first(name, open);
	blank = sv_find(before, ' ');
	if (blank == SIZE_MAX || !blank || blank + 1 == before.n ||
	    sv_find(sv_from(before, blank + 1), ' ') != SIZE_MAX)
		return false;
	out->symbol = sv_from(name, blank + 1);
	out->function_name = sv_from(before, blank + 1);
	return true;
}

/* --- any -------------------------------------------------------------------
 */

void jitname_parse(sv name, struct jitname_bufs *room, struct jitname *out)
{
	room->raw.n = room->symbol.n = room->function.n = 0;
	hygiene_utf8(&room->raw, name);
	*out = (struct jitname){.raw = buf_view(&room->raw)};
	if (parse_v8(out->raw, out) || parse_java(out->raw, out))
		return;
	out->symbol = out->function_name = out->raw;
	if (!sv_starts(out->raw, SV("_")))
		return;
	demangle_symbol(out->raw, false, &room->symbol, &room->function);
	out->symbol = buf_view(&room->symbol);
	out->function_name = buf_view(&room->function);
}

void jitname_release(struct jitname_bufs *room)
{
	buf_release(&room->raw);
	buf_release(&room->symbol);
	buf_release(&room->function);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "select/capfilter.h"

#include <stdio.h>

#include "codec/pbwire.h"

static void add(uint64_t *caps, uint64_t v)
{
	if (v < 64)
		*caps |= (uint64_t)1 << v;
}

/* A repeated enum field, packed or one by one. */
static void add_field(uint64_t *caps, const struct pb_field *f)
{
	const char *p = f->data.p, *end = sv_end(f->data);
	uint64_t v;

	if (f->wt == PB_VARINT)
		add(caps, f->v);
	while (f->wt == PB_LEN && p && p < end) {
		p = pb_varint(p, end, &v);
		if (p)
			add(caps, v);
	}
}

static bool parse_set(sv wire, enum capfilter_how *how, uint64_t *caps)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;

	*how = CAPS_FREE;
	while (pb_next(&c, &f) > 0) {
		if (f.num < CAPS_ANY || f.num > CAPS_NONE)
			continue;
		if (*how != CAPS_FREE && *how != (enum capfilter_how)f.num)
			return false;
		*how = (enum capfilter_how)f.num;
		add_field(caps, &f);
	}
	return *how != CAPS_FREE;
}

bool capfilter_parse(sv wire, struct capfilter *f, char *why, size_t why_size)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field pf;

	*f = (struct capfilter){0};
	while (pb_next(&c, &pf) > 0) {
		if (pf.num < 1 || pf.num > 3)
			continue;
		if (parse_set(pf.data, &f->set[pf.num - 1].how,
			      &f->set[pf.num - 1].caps))
			continue;
		snprintf(why, why_size,
			 "capabilities: a set takes exactly one of any, all, "
			 "exactly and none");
		return false;
	}
	return true;
}

static bool holds(enum capfilter_how how, uint64_t want, uint64_t have)
{
	switch (how) {
	case CAPS_ANY:
		return (have & want) != 0;
	case CAPS_ALL:
		return (have & want) == want;
	case CAPS_EXACTLY:
		return have == want;
	case CAPS_NONE:
		return (have & want) == 0;
	case CAPS_FREE:
		break;
	}
	return true;
}

bool capfilter_match(const struct capfilter *f, sv cap)
{
	struct pb_cur c = pb_walk(cap);
	uint64_t have[3] = {0};
	struct pb_field pf;

	while (pb_next(&c, &pf) > 0)
		if (pf.num >= 1 && pf.num <= 3)
			add_field(&have[pf.num - 1], &pf);
	for (size_t i = 0; i < 3; i++)
		if (!holds(f->set[i].how, f->set[i].caps, have[i]))
			return false;
	return true;
}

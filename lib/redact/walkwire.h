/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walkwire.h - the wire bytes of a message as recordwalk.c reads them, fast,
 * and writes them anew where something changed.
 */
#ifndef RT_WALKWIRE_H
#define RT_WALKWIRE_H

#include "codec/pbwire.h"
#include "codec/schema.h"

/* A message being rewritten: unchanged bytes are copied in runs. */
struct walkwire {
	struct buf *out;
	const char *from; /* first byte not copied yet */
	bool changed;
};

static inline void walkwire_drop(struct walkwire *rw, const struct pb_field *f)
{
	if (!rw->changed)
		rw->out->n = 0;
	rw->changed = true;
	buf_add(rw->out, rw->from, (size_t)(f->raw.p - rw->from));
	rw->from = f->raw.p + f->raw.n;
}

static inline void walkwire_replace(struct walkwire *rw,
				    const struct pb_field *f, sv with)
{
	walkwire_drop(rw, f);
	pb_put_bytes(rw->out, f->num, with);
}

static inline bool walkwire_finish(struct walkwire *rw, sv wire, sv *out)
{
	if (!rw->changed)
		return false;
	buf_add(rw->out, rw->from, (size_t)(wire.p + wire.n - rw->from));
	*out = buf_view(rw->out);
	return true;
}

/*
 * The next field, as pb_next, faster where it is a string or a message with a
 * tag and a length of one or two bytes: nearly all are.
 */
static inline int walkwire_next(struct pb_cur *c, struct pb_field *f)
{
	const unsigned char *p = (const unsigned char *)c->p, *start = p;
	size_t room = (size_t)(c->end - c->p), num, n;

	if (room < 5 || (*p & 7) != PB_LEN)
		return pb_next(c, f);
	num = *p++ & 0x7f;
	if (start[0] & 0x80)
		num |= (size_t)*p++ << 7;
	n = *p++;
	if (n & 0x80)
		n = (n & 0x7f) | (size_t)*p++ << 7;
	/* A third byte of either, a field 0, or more than there is. */
	if (num >> 14 || n >> 14 || num < 8 || n > room - (size_t)(p - start))
		return pb_next(c, f);
	f->num = (uint32_t)(num >> 3);
	f->wt = PB_LEN;
	f->v = 0;
	f->data = (sv){(const char *)p, n};
	c->p = (const char *)p + n;
	f->raw = (sv){(const char *)start, (size_t)(p - start) + n};
	return 1;
}

/* Nothing but varints of the fields 1 to last, 2 at most. */
static inline bool walkwire_is_numbers(sv wire, uint32_t last)
{
	for (size_t i = 0; i < wire.n;) {
		size_t stop = i + 1 + PB_MAX_VARINT;

		if (wire.p[i] != 8 && (wire.p[i] != 16 || last < 2))
			return false;
		while (++i < MIN(stop, wire.n) && wire.p[i] & 0x80)
			;
		if (i++ >= MIN(stop, wire.n))
			return false;
	}
	return true;
}

/* Any text is a row of varints; only known values of an enum pass as one. */
static inline bool walkwire_is_enums(const struct schema_field *sf, sv wire)
{
	const char *p = wire.p, *end = wire.p + wire.n;
	uint64_t v;

	if (sf->kind != SCHEMA_ENUM)
		return false;
	while (p && p < end) {
		p = pb_varint(p, end, &v);
		if (!p || v > INT32_MAX ||
		    !schema_enum_by_number(sf->enm, (int32_t)v))
			return false;
	}
	return true;
}

#endif

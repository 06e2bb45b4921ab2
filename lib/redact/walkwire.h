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

/* Bytes of the varint at p, of n bytes; 0: it does not end there. */
static inline size_t walkwire_varint(const char *p, size_t n)
{
	uint64_t w, ends;
	size_t i = 0;

	if (n >= 8) {
		memcpy(&w, p, 8);
		ends = ~w & UINT64_C(0x8080808080808080);
		if (LIKELY(ends))
			return (size_t)__builtin_ctzll(ends) / 8 + 1;
		i = 8;
	}
	for (; i < MIN(n, PB_MAX_VARINT); i++)
		if (!(p[i] & 0x80))
			return i + 1;
	return 0;
}

/* Nothing but varints of the fields 1 to last, 2 at most. */
static inline bool walkwire_is_numbers(sv wire, uint32_t last)
{
	for (size_t i = 0, k; i < wire.n; i += k) {
		if (wire.p[i] != 8 && (wire.p[i] != 16 || last < 2))
			return false;
		i++;
		k = walkwire_varint(wire.p + i, wire.n - i);
		if (!k)
			return false;
	}
	return true;
}

/* A number of field 1, in field 1. */
static inline bool walkwire_is_thread(sv wire)
{
	return wire.n > 2 && wire.n < 2 + 0x80 &&
	       wire.p[0] == (1 << 3 | PB_LEN) &&
	       (size_t)(unsigned char)wire.p[1] == wire.n - 2 &&
	       walkwire_is_numbers(sv_from(wire, 2), 1);
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

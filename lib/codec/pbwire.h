/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pbwire.h - the protobuf wire format (protobuf.dev, "Encoding") as views: a
 * reader that yields one field at a time without copying, and writers that
 * append to a struct buf. Groups (wire types 3 and 4) are malformed here.
 */
#ifndef RT_PBWIRE_H
#define RT_PBWIRE_H

#include "base/base.h"
#include "base/buf.h"

C_DECLS_BEGIN

enum pb_wt { PB_VARINT = 0, PB_FIXED64 = 1, PB_LEN = 2, PB_FIXED32 = 5 };

#define PB_MAX_FIELD 536870911u
#define PB_MAX_VARINT 10

struct pb_cur {
	const char *p, *end;
};

struct pb_field {
	uint32_t num;
	uint32_t wt;
	uint64_t v;  /* PB_VARINT, PB_FIXED*; else 0 */
	sv data;     /* PB_LEN: contents; else empty */
	sv raw;	     /* tag and value */
};

static inline struct pb_cur pb_walk(sv s)
{
	return (struct pb_cur){s.p, sv_end(s)};
}

/* The byte behind the varint, or NULL where there is none. */
static inline const char *pb_varint(const char *p, const char *end,
				    uint64_t *v)
{
	uint64_t r = 0;

	if (LIKELY(p < end && !(*p & 0x80))) {
		*v = (uint8_t)*p;
		return p + 1;
	}
	for (unsigned int shift = 0; shift < 70 && p < end; shift += 7) {
		uint64_t b = (uint8_t)*p++;

		if (shift == 63 && b > 1)
			return NULL;
		r |= (b & 0x7f) << shift;
		if (!(b & 0x80)) {
			*v = r;
			return p;
		}
	}
	return NULL;
}

/* 1: a field; 0: the end; -1: malformed, c->p is where. */
static inline int pb_next(struct pb_cur *c, struct pb_field *f)
{
	const char *p = c->p, *start = p;
	uint64_t tag, n;

	if (p == c->end)
		return 0;
	p = pb_varint(p, c->end, &tag);
	if (!p || tag >> 3 == 0 || tag >> 3 > PB_MAX_FIELD)
		return -1;
	f->num = (uint32_t)(tag >> 3);
	f->wt = tag & 7;
	f->v = 0;
	f->data = SV_NULL;
	switch (f->wt) {
	case PB_LEN:
		p = pb_varint(p, c->end, &n);
		if (!p || n > (uint64_t)(c->end - p))
			return -1;
		f->data = (sv){p, (size_t)n};
		p += n;
		break;
	case PB_VARINT:
		p = pb_varint(p, c->end, &f->v);
		if (!p)
			return -1;
		break;
	case PB_FIXED64:
		if (c->end - p < 8)
			return -1;
		memcpy(&f->v, p, 8);
		p += 8;
		break;
	case PB_FIXED32: {
		uint32_t w;

		if (c->end - p < 4)
			return -1;
		memcpy(&w, p, 4);
		f->v = w;
		p += 4;
		break;
	}
	default:
		return -1;
	}
	f->raw = (sv){start, (size_t)(p - start)};
	c->p = p;
	return 1;
}

static inline int pb_found(struct pb_cur *c, struct pb_field *f,
				 size_t num, const char *data, size_t n)
{
	const char *start = c->p;

	c->p = data + n;
	*f = (struct pb_field){.num = (uint32_t)num,
			       .wt = PB_LEN,
			       .v = 0,
			       .data = {data, n},
			       .raw = {start, (size_t)(c->p - start)}};
	return 1;
}

/*
 * The next field, as pb_next, faster where it is a string or a message with a
 * tag and a length of one or two bytes: nearly all are.
 */
static inline int pb_step(struct pb_cur *c, struct pb_field *f)
{
	const unsigned char *p = (const unsigned char *)c->p;
	size_t room = (size_t)(c->end - c->p), num, n;

	if (UNLIKELY(room < 5) || (p[0] & 7) != PB_LEN)
		return pb_next(c, f);
	num = p[0] >> 3;
	n = p[1];
	/* A tag of one byte, and a length that fits. */
	if (LIKELY(!((p[0] | n) & 0x80) && num && n <= room - 2))
		return pb_found(c, f, num, c->p + 2, n);
	if (p[0] & 0x80) {
		if (p[1] & 0x80)
			return pb_next(c, f);
		num = (num & 15) | (size_t)p[1] << 4;
		n = p[2];
		p++;
	}
	p += 2;
	if (n & 0x80) {
		n = (n & 0x7f) | (size_t)*p << 7;
		if (*p++ & 0x80)
			return pb_next(c, f);
	}
	if (!num || n > (size_t)((const unsigned char *)c->end - p))
		return pb_next(c, f);
	return pb_found(c, f, num, (const char *)p, n);
}

static inline size_t pb_varint_size(uint64_t v)
{
	return (size_t)(63 - __builtin_clzll(v | 1)) / 7 + 1;
}

static inline char *pb_write_varint(char *p, uint64_t v)
{
	while (v >= 0x80) {
		*p++ = (char)(v | 0x80);
		v >>= 7;
	}
	*p++ = (char)v;
	return p;
}

static inline char *pb_write_tag(char *p, uint32_t num, enum pb_wt wt)
{
	return pb_write_varint(p, (uint64_t)num << 3 | (uint64_t)wt);
}

/* Exactly `width` bytes (1 to 10), padded with continuation bits. */
static inline void pb_patch_varint(char *p, size_t width, uint64_t v)
{
	for (size_t i = 0; i + 1 < width; i++, v >>= 7)
		p[i] = (char)(v | 0x80);
	p[width - 1] = (char)v;
}

static inline void pb_put_varint(struct buf *b, uint32_t num, uint64_t v)
{
	char *p = buf_reserve(b, 2 * PB_MAX_VARINT);
	char *q = pb_write_varint(pb_write_tag(p, num, PB_VARINT), v);

	b->n += (size_t)(q - p);
}

static inline void pb_put_bytes(struct buf *b, uint32_t num, sv s)
{
	char *p = buf_reserve(b, 2 * PB_MAX_VARINT + s.n);
	char *q = pb_write_varint(pb_write_tag(p, num, PB_LEN), s.n);

	if (s.n)
		memcpy(q, s.p, s.n);
	b->n += (size_t)(q - p) + s.n;
}

/* A proto3 plain field: the default value is not written. */
static inline void pb_put_string(struct buf *b, uint32_t num, sv s)
{
	if (s.n)
		pb_put_bytes(b, num, s);
}

static inline void pb_put_uint(struct buf *b, uint32_t num, uint64_t v)
{
	if (v)
		pb_put_varint(b, num, v);
}

static inline void pb_put_double(struct buf *b, uint32_t num, double v)
{
	char *p = buf_reserve(b, PB_MAX_VARINT + 8);
	char *q = pb_write_tag(p, num, PB_FIXED64);

	memcpy(q, &v, 8);
	b->n += (size_t)(q - p) + 8;
}

/*
 * A nested message of unknown length: pb_open leaves `hint` bytes for the
 * length (1 to 4) and returns where the contents start; pb_close fills it in
 * and moves the contents only where the hint was wrong. The width needed is
 * returned: it is the best hint for the next message of that kind.
 */
static inline size_t pb_open(struct buf *b, uint32_t num, uint8_t hint)
{
	char *p = buf_reserve(b, PB_MAX_VARINT + 4);
	char *q = pb_write_tag(p, num, PB_LEN);

	b->n += (size_t)(q - p) + hint;
	return b->n;
}

uint8_t pb_close_moved(struct buf *b, size_t start, uint8_t hint);

static inline uint8_t pb_close(struct buf *b, size_t start, uint8_t hint)
{
	size_t n = b->n - start;

	if (UNLIKELY(pb_varint_size(n) != hint))
		return pb_close_moved(b, start, hint);
	pb_patch_varint(b->p + start - hint, hint, n);
	return hint;
}

/* google.protobuf.Timestamp as field num; `n` is at most 16 bytes. */
void pb_put_timestamp(struct buf *b, uint32_t num, int64_t sec, int32_t nsec);
/* A google.protobuf wrapper of an integer or boolean; a zero is said. */
void pb_put_wrapper(struct buf *b, uint32_t num, uint64_t v);
/* A timestamp's contents; false where malformed. Missing parts are 0. */
bool pb_get_timestamp(sv s, int64_t *sec, int32_t *nsec);
/* The `value` of a google.protobuf wrapper; 0 where absent. */
bool pb_get_wrapper(sv s, uint64_t *v);

C_DECLS_END

#endif

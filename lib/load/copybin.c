/* SPDX-License-Identifier: Apache-2.0 */
#include "load/copybin.h"

#include <endian.h>

#define TEXT_OID 25	   /* pg_type.dat */
#define EPOCH_2000 946684800 /* 2000-01-01T00:00:00Z, PostgreSQL's zero */
#define JSONB_VERSION 1
#define NULL_LENGTH UINT32_MAX

static void put16(struct buf *b, uint16_t v)
{
	uint8_t be[2] = {(uint8_t)(v >> 8), (uint8_t)v};

	buf_add(b, be, sizeof(be));
}

static void put32(struct buf *b, uint32_t v)
{
	v = htobe32(v);
	buf_add(b, &v, sizeof(v));
}

static void put64(struct buf *b, uint64_t v)
{
	v = htobe64(v);
	buf_add(b, &v, sizeof(v));
}

size_t copybin_row(struct copybin *c, uint16_t columns)
{
	static const char head[] = "PGCOPY\n\377\r\n\0" /* signature */
				   "\0\0\0\0"	      /* flags */
				   "\0\0\0";	      /* extension; and NUL */
	size_t at;

	if (!c->data.n)
		buf_add(&c->data, head, sizeof(head));
	at = c->data.n;
	put16(&c->data, columns);
	c->rows++;
	return at;
}

void copybin_null(struct copybin *c)
{
	put32(&c->data, NULL_LENGTH);
}

void copybin_text(struct copybin *c, sv s)
{
	put32(&c->data, (uint32_t)s.n);
	buf_sv(&c->data, s);
}

void copybin_bigint(struct copybin *c, int64_t v)
{
	put32(&c->data, 8);
	put64(&c->data, (uint64_t)v);
}

void copybin_time(struct copybin *c, struct timestamp t)
{
	if (timestamp_is_set(t))
		copybin_bigint(c, (t.sec - EPOCH_2000) * 1000000 +
					  t.nsec / 1000);
	else
		copybin_null(c);
}

void copybin_jsonb(struct copybin *c, sv json)
{
	if (!json.n) {
		copybin_null(c);
		return;
	}
	put32(&c->data, (uint32_t)json.n + 1);
	buf_ch(&c->data, JSONB_VERSION);
	buf_sv(&c->data, json);
}

size_t copybin_list_open(struct copybin *c)
{
	size_t at = c->data.n;

	put32(&c->data, 0); /* length, for copybin_list_close */
	put32(&c->data, 1); /* dimensions */
	put32(&c->data, 0); /* holds no NULLs */
	put32(&c->data, TEXT_OID);
	put32(&c->data, 0); /* items, likewise */
	put32(&c->data, 1); /* lower bound */
	return at;
}

static void patch32(struct buf *b, size_t at, uint32_t v)
{
	v = htobe32(v);
	memcpy(b->p + at, &v, sizeof(v));
}

void copybin_list_close(struct copybin *c, size_t at, uint32_t n)
{
	if (!n) { /* an empty array has no dimension */
		patch32(&c->data, at + 4, 0);
		c->data.n = at + 16;
	} else {
		patch32(&c->data, at + 16, n);
	}
	patch32(&c->data, at, (uint32_t)(c->data.n - at - 4));
}

sv copybin_finish(struct copybin *c)
{
	put16(&c->data, UINT16_MAX);
	return buf_view(&c->data);
}

void copybin_reset(struct copybin *c)
{
	c->data.n = 0;
	c->rows = 0;
}

void copybin_release(struct copybin *c)
{
	buf_release(&c->data);
	c->rows = 0;
}

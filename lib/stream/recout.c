/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/recout.h"

#include <unistd.h>

#include "codec/jwrite.h"
#include "codec/pbwire.h"
#include "event/digest.h"

/* Bytes of the length prefix while a frame is being built. */
#define FRAME_HINT 2

const char *const recout_formats[] = {"auto", "json", "pb", "compact", NULL};

const char *recout_open(struct recout *o, int fd, enum recout_format f)
{
	bool terminal = isatty(fd);

	if (f == RECOUT_AUTO)
		f = terminal ? RECOUT_COMPACT : RECOUT_JSON;
	if (f == RECOUT_PB && terminal)
		return "binary records do not go to a terminal";
	*o = (struct recout){.format = f};
	memset(o->hint, 2, sizeof(o->hint));
	output_open(&o->out, fd);
	recout_colour(o, COMPACT_AUTO);
	return NULL;
}

void recout_colour(struct recout *o, enum compact_when when)
{
	o->style = compact_style_of(o->out.fd, when);
}

const struct rt_err *recout_err(const struct recout *o)
{
	return &o->err;
}

static void account(struct recout *o, enum record_kind kind, sv wire)
{
	if (!record_is_counted(kind))
		return;
	o->counted++;
	if (wire.p == o->known.wire.p && wire.n == o->known.wire.n &&
	    hash128_eq(o->digest, o->known.from))
		o->digest = o->known.to;
	else
		o->digest = digest_next(o->digest, wire);
	o->known.wire = SV_NULL;
}

/* One record as text behind what is buffered; false: cannot be written. */
static bool put_text(struct recout *o, sv wire)
{
	struct buf *b = &o->out.buf;

	if (o->format == RECOUT_COMPACT) {
		if (o->out.eager)
			compact_style_resize(&o->style, o->out.fd);
		if (!compact_record(b, wire, &o->style, &o->err))
			return false;
	} else if (!jwrite_record(b, record_schema(), wire, &o->err)) {
		return false;
	}
	buf_ch(b, '\n');
	return true;
}

bool recout_put(struct recout *o, const struct record *r)
{
	struct buf *b = &o->out.buf;

	if (o->format == RECOUT_PB) {
		char *p = buf_reserve(b, PB_MAX_VARINT + r->wire.n);
		char *q = pb_write_varint(p, r->wire.n);

		memcpy(q, r->wire.p, r->wire.n);
		b->n += (size_t)(q - p) + r->wire.n;
	} else if (!put_text(o, r->wire)) {
		o->unwritable++;
		return false;
	}
	account(o, r->kind, r->wire);
	output_commit(&o->out);
	return true;
}

struct buf *recout_begin(struct recout *o, enum record_kind kind)
{
	struct buf *b = &o->body;

	if (o->format == RECOUT_PB) {
		b = &o->out.buf;
		o->start = b->n;
		buf_reserve(b, FRAME_HINT);
		b->n += FRAME_HINT;
	} else {
		b->n = 0;
		o->start = 0;
	}
	o->mark = pb_open(b, (uint32_t)kind, o->hint[kind]);
	return b;
}

void recout_abandon(struct recout *o)
{
	if (o->format == RECOUT_PB)
		o->out.buf.n = o->start;
}

bool recout_end(struct recout *o, enum record_kind kind)
{
	struct buf *b = o->format == RECOUT_PB ? &o->out.buf : &o->body;
	sv wire;

	o->hint[kind] = pb_close(b, o->mark, o->hint[kind]);
	if (o->format != RECOUT_PB) {
		wire = buf_view(b);
		if (!put_text(o, wire)) {
			o->unwritable++;
			return false;
		}
	} else {
		size_t at = o->start + FRAME_HINT;
		size_t n = b->n - at;

		pb_close(b, at, FRAME_HINT);
		wire = (sv){b->p + b->n - n, n};
	}
	account(o, kind, wire);
	output_commit(&o->out);
	return true;
}

bool recout_flush(struct recout *o)
{
	return output_flush(&o->out);
}

int recout_close(struct recout *o)
{
	int err = output_close(&o->out);

	buf_release(&o->body);
	return err;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/recin.h"

#include <errno.h>

#include "base/mem.h"
#include "codec/pbwire.h"
#include "stream/recbuf.h"
#include "stream/recin_json.h"

const char *const recin_formats[] = {"auto", "json", "pb", "tetragon-pb",
				     NULL};

struct recin {
	struct recbuf buf;
	struct recin_json *json;
	enum recin_format wanted, format; /* of this stream */
	size_t max_record;
	struct buf frame; /* a raw event with a record around it */
	struct rt_err err;
	uint64_t index, offset; /* of the current unit */
	uint64_t raw_bytes;	/* of the streams before */
	struct recin_place place;
	uint64_t repeat; /* units to come that were handed out before */
	struct recin_skipped skipped;
	bool unsettled; /* bytes were skipped and not settled */
	bool ended;
};

struct recin *recin_new(enum recin_format format, size_t max_record)
{
	struct recin *r = mem_zalloc(sizeof(*r));

	r->wanted = format;
	r->max_record = max_record;
	r->buf.enough = max_record + PB_MAX_VARINT;
	r->ended = true;
	return r;
}

static void on_skipped(void *arg, sv bytes)
{
	struct recin *r = arg;

	if (r->repeat)
		return;
	r->unsettled = true;
	r->skipped.bytes(r->skipped.arg, bytes);
}

void recin_on_skipped(struct recin *r, const struct recin_skipped *s)
{
	r->skipped = *s;
	r->buf.on_skipped = on_skipped;
	r->buf.arg = r;
}

void recin_free(struct recin *r)
{
	recbuf_release(&r->buf);
	recin_json_free(r->json);
	buf_release(&r->frame);
	mem_free(r);
}

void recin_attach(struct recin *r, struct input *in)
{
	if (r->buf.in)
		r->raw_bytes += input_raw_bytes(r->buf.in);
	recbuf_attach(&r->buf, in);
	if (r->json)
		recin_json_reset(r->json);
	r->format = r->wanted;
	r->index = 0;
	r->repeat = 0;
	r->place = (struct recin_place){.format = r->format};
	r->ended = false;
}

void recin_attach_at(struct recin *r, struct input *in, struct recin_place p)
{
	recin_attach(r, in);
	r->buf.offset = p.offset;
	r->index = p.index;
	r->repeat = p.done;
	if (p.format != RECIN_AUTO)
		r->format = p.format;
	r->place = p;
}

struct recin_place recin_place(const struct recin *r)
{
	return r->place;
}

bool recin_paused(const struct recin *r, bool *unfinished)
{
	*unfinished = recbuf_view(&r->buf).n || r->index != r->place.index ||
		      (r->buf.in && input_is_cut(r->buf.in));
	return r->buf.last == INPUT_PAUSED;
}

const struct rt_err *recin_err(const struct recin *r)
{
	return &r->err;
}

const char *recin_name(const struct recin *r)
{
	return r->buf.in ? input_name(r->buf.in) : "";
}

uint64_t recin_index(const struct recin *r)
{
	return r->index;
}

uint64_t recin_offset(const struct recin *r)
{
	return r->offset;
}

uint64_t recin_raw_bytes(const struct recin *r)
{
	return r->raw_bytes + (r->buf.in ? input_raw_bytes(r->buf.in) : 0);
}

static enum recin_status fail(struct recin *r, enum recin_status st,
			      const char *msg)
{
	r->err = (struct rt_err){.msg = msg};
	return st;
}

/* The status that the input's end stands for. */
static enum recin_status at_end(struct recin *r)
{
	r->ended = true;
	switch (r->buf.last) {
	case INPUT_TRUNCATED:
		return fail(r, RECIN_TRUNCATED, "compressed data is cut");
	case INPUT_CORRUPT:
		return fail(r, RECIN_LOST, "compressed data is corrupt");
	case INPUT_ERROR:
		r->err = (struct rt_err){.msg = "cannot read",
					 .sys_errno = errno};
		return RECIN_ERROR;
	case INPUT_STOPPED:
		return RECIN_STOPPED;
	case INPUT_PAUSED:
		return RECIN_PAUSED;
	case INPUT_OK:
	case INPUT_EOF:
		break;
	}
	return RECIN_EOF;
}

/* How the stream ended matters more than the unit that it cut. */
static enum recin_status cut_at_end(struct recin *r, const char *msg)
{
	enum recin_status st = at_end(r);

	return st == RECIN_EOF ? fail(r, RECIN_TRUNCATED, msg) : st;
}

/* All that is left belongs to the unit, where somebody wants to see it. */
static void skip_rest(struct recin *r)
{
	if (!r->buf.on_skipped)
		return;
	do
		recbuf_skip(&r->buf, recbuf_view(&r->buf).n);
	while (recbuf_fill(&r->buf));
}

/*
 * A byte order mark of UTF-16 and an ASCII character. A length prefix can
 * begin with such bytes, but a tag follows it, and that is no ASCII character
 * and no NUL (record.proto).
 */
static bool is_utf16(struct recin *r)
{
	bool little, big;
	sv v;

	while ((v = recbuf_view(&r->buf)).n < 4 && recbuf_fill(&r->buf))
		;
	little = sv_starts(v, SV("\xff\xfe"));
	big = sv_starts(v, SV("\xfe\xff"));
	if (!little && !big)
		return false;
	if (r->format == RECIN_JSON)
		return true;
	return v.n >= 4 && (little ? !(v.p[2] & 0x80) && !v.p[3]
				   : !v.p[2] && !(v.p[3] & 0x80));
}

/*
 * Two bytes decide: the second byte of a framed record is the first of its
 * tag and has the high bit set, which no JSON text has there (record.proto).
 */
static bool detect(struct recin *r)
{
	sv v;

	while ((v = recbuf_view(&r->buf)).n < 2)
		if (!recbuf_fill(&r->buf))
			break;
	if (v.n == 0)
		return false;
	r->format = RECIN_JSON;
	if (!sv_starts(v, SV("\xef\xbb")) &&
	    ((unsigned char)v.p[0] | (unsigned char)v.p[v.n > 1]) & 0x80)
		r->format = RECIN_PB;
	return true;
}

/* Length prefix of the next frame; its size in *prefix. */
static enum recin_status frame_length(struct recin *r, size_t *prefix,
				      uint64_t *len)
{
	for (;;) {
		sv v = recbuf_view(&r->buf);
		const char *q = pb_varint(v.p, v.p + v.n, len);

		if (q) {
			*prefix = (size_t)(q - v.p);
			break;
		}
		if (v.n >= PB_MAX_VARINT)
			return fail(r, RECIN_LOST, "no length prefix");
		if (!recbuf_fill(&r->buf))
			return v.n ? cut_at_end(r, "a frame is cut")
				   : at_end(r);
	}
	return RECIN_RECORD;
}

/* Past a frame over the limit, if it is a frame at all. */
static enum recin_status skip_frame(struct recin *r, uint64_t left)
{
	for (;;) {
		size_t n = (size_t)MIN(left, recbuf_view(&r->buf).n);

		recbuf_skip(&r->buf, n);
		left -= n;
		if (!left)
			return fail(r, RECIN_BAD, "record over --max-record");
		if (!recbuf_fill(&r->buf))
			break;
	}
	r->ended = true;
	return fail(r, RECIN_LOST,
		    "a length over --max-record that leads past the end");
}

/* The frame's contents, and all of it, which is still to be taken. */
static enum recin_status next_frame(struct recin *r, sv *frame, size_t *n)
{
	size_t prefix = 0;
	uint64_t len = 0;
	enum recin_status st;

	r->offset = r->buf.offset;
	st = frame_length(r, &prefix, &len);
	if (st != RECIN_RECORD) {
		r->index += st != RECIN_EOF && st != RECIN_STOPPED &&
			    st != RECIN_PAUSED;
		r->ended = true;
		return st;
	}
	r->index++;
	if (len > r->max_record)
		return skip_frame(r, prefix + len);
	while (recbuf_view(&r->buf).n < prefix + len)
		if (!recbuf_fill(&r->buf)) {
			r->ended = true;
			return cut_at_end(r, "a frame is cut");
		}
	*frame = sv_first(sv_from(recbuf_view(&r->buf), prefix), (size_t)len);
	*n = prefix + (size_t)len;
	return RECIN_RECORD;
}

/* Are the top-level fields in order? What is inside them is read later. */
static bool is_wire(sv s)
{
	struct pb_cur c = pb_walk(s);
	struct pb_field f;
	int k;

	while ((k = pb_step(&c, &f)) > 0)
		;
	return k == 0;
}

static enum recin_status next_pb(struct recin *r, struct record *rec)
{
	sv frame;
	size_t n;
	enum recin_status st = next_frame(r, &frame, &n);

	if (st != RECIN_RECORD)
		return st;
	/* What an unknown kind holds is not ours to judge. */
	if (!record_parse(frame, rec) ||
	    (rec->kind != RECORD_UNKNOWN && !is_wire(rec->body))) {
		recbuf_skip(&r->buf, n);
		return fail(r, RECIN_BAD, "not a record");
	}
	recbuf_take(&r->buf, n);
	return RECIN_RECORD;
}

static enum recin_status next_tetragon_pb(struct recin *r, struct record *rec)
{
	sv frame;
	size_t n;
	enum recin_status st = next_frame(r, &frame, &n);

	if (st != RECIN_RECORD)
		return st;
	if (!frame.n || !is_wire(frame)) {
		recbuf_skip(&r->buf, n);
		return fail(r, RECIN_BAD, "not a Tetragon event");
	}
	recbuf_take(&r->buf, n);
	r->frame.n = 0;
	pb_put_bytes(&r->frame, RECORD_TETRAGON, frame);
	record_parse(buf_view(&r->frame), rec);
	rec->raw = true;
	return RECIN_RECORD;
}

static enum recin_status next_json(struct recin *r, struct record *rec)
{
	enum recin_status st;

	if (!r->json)
		r->json = recin_json_new(r->max_record);
	st = recin_json_next(r->json, &r->buf, rec, &r->err);
	r->offset = recin_json_offset(r->json);
	if (st == RECIN_EOF)
		return at_end(r);
	r->index++;
	if (st == RECIN_TRUNCATED) {
		struct rt_err err = r->err;

		st = cut_at_end(r, err.msg);
		if (st == RECIN_TRUNCATED)
			r->err = err;
	}
	return st;
}

static enum recin_status next(struct recin *r, struct record *rec)
{
	/* Of the other formats any bytes may be the first ones. */
	if (UNLIKELY(!r->buf.offset) && r->format <= RECIN_JSON &&
	    is_utf16(r)) {
		r->index++;
		r->offset = 0;
		r->ended = true;
		return fail(r, RECIN_LOST, "UTF-16 text; convert it to UTF-8");
	}
	if (r->format == RECIN_AUTO && !detect(r))
		return at_end(r);
	switch (r->format) {
	case RECIN_PB:
		return next_pb(r, rec);
	case RECIN_TETRAGON_PB:
		return next_tetragon_pb(r, rec);
	case RECIN_AUTO:
	case RECIN_JSON:
		break;
	}
	return next_json(r, rec);
}

/* A place that the units so far can be told from: no run is open there. */
static void keep_place(struct recin *r)
{
	if (r->json && recin_json_pending(r->json))
		r->place.done = r->index - r->place.index;
	else
		r->place = (struct recin_place){r->buf.offset, r->index,
						r->format, 0};
}

static void settle(struct recin *r, enum recin_status st)
{
	bool cut = st == RECIN_PAUSED || st == RECIN_STOPPED ||
		   st == RECIN_ERROR;

	/* What follows a cut cannot be read either. */
	if (st == RECIN_TRUNCATED || st == RECIN_LOST)
		skip_rest(r);
	if (r->unsettled)
		r->skipped.settle(r->skipped.arg, !cut);
	r->unsettled = false;
}

/* The same, but for what was handed out before the stream was left. */
static enum recin_status next_new(struct recin *r, struct record *rec)
{
	for (; r->repeat; r->repeat--) {
		enum recin_status st = next(r, rec);

		if (st != RECIN_RECORD && st != RECIN_BAD)
			return st;
	}
	keep_place(r);
	return next(r, rec);
}

enum recin_status recin_next(struct recin *r, struct record *rec)
{
	enum recin_status st;

	if (r->ended)
		return RECIN_EOF;
	st = next_new(r, rec);
	/* What a unit is that ends with the bytes so far is not known yet. */
	if (UNLIKELY(r->buf.last == INPUT_PAUSED) && st != RECIN_RECORD) {
		r->ended = true;
		st = RECIN_PAUSED;
	}
	if (UNLIKELY(r->unsettled || st != RECIN_RECORD))
		settle(r, st);
	return st;
}

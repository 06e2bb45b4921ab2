/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/jwrite.h"

#include "codec/jtext.h"
#include "codec/jwrite_text.h"
#include "codec/pbmerge.h"
#include "codec/pbwire.h"
#include "text/base64.h"
#include "text/rfc3339.h"
#include "base/utf8.h"

/* Messages inside messages; far more than any schema here nests. */
#define MAX_DEPTH 64

#define UNKNOWN_KEY "\"" SCHEMA_UNKNOWN_PB_KEY "\":"
/* Padded like schema_field.key. */
static const char unknown_key[SCHEMA_KEY_PAD] = UNKNOWN_KEY;

struct writer {
	struct buf *out;
	struct rt_err *err;
	const char *origin; /* of the whole record, for positions */
	int depth;
};

/* One message on its way out. */
struct level {
	const struct schema_msg *m;
	uint64_t seen; /* fields, by index */
	uint32_t oneofs;
	const struct schema_field *list; /* its '[' or '{' is open */
	bool comma;
	struct buf unknown; /* wire bytes of fields without a name */
};

static bool fail(struct writer *w, const char *at, const char *msg)
{
	w->err->msg = msg;
	w->err->pos = (size_t)(at - w->origin);
	w->err->sys_errno = 0;
	return false;
}

static bool write_message(struct writer *w, const struct schema_msg *m,
			  sv wire, bool comma);

/* --- values ------------------------------------------------------------- */

static char *put_uint64(char *q, uint64_t v)
{
	*q++ = '"';
	q = jwrite_digits(q, v);
	*q++ = '"';
	return q;
}

static char *put_int64(char *q, int64_t v)
{
	*q++ = '"';
	if (v < 0)
		*q++ = '-';
	q = jwrite_digits(q, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
	*q++ = '"';
	return q;
}

static void put_enum(struct writer *w, const struct schema_enum *e, int32_t v)
{
	const struct schema_enum_value *ev = schema_enum_by_number(e, v);
	char *q;

	if (!ev) {
		jwrite_int(w->out, v);
		return;
	}
	q = buf_reserve(w->out, ev->name.n + 2);
	*q = '"';
	memcpy(q + 1, ev->name.p, ev->name.n);
	q[1 + ev->name.n] = '"';
	w->out->n += ev->name.n + 2;
}

static void put_scalar(struct writer *w, uint8_t kind,
		       const struct schema_enum *e, uint64_t v)
{
	char *q = buf_reserve(w->out, 24), *start = q;
	double d;

	switch (kind) {
	case SCHEMA_BOOL:
		buf_str(w->out, v ? "true" : "false");
		return;
	case SCHEMA_INT32:
		jwrite_int(w->out, (int32_t)v);
		return;
	case SCHEMA_UINT32:
		q = jwrite_digits(q, (uint32_t)v);
		break;
	case SCHEMA_INT64:
		q = put_int64(q, (int64_t)v);
		break;
	case SCHEMA_UINT64:
		q = put_uint64(q, v);
		break;
	case SCHEMA_DOUBLE:
		memcpy(&d, &v, sizeof(d));
		jwrite_double(w->out, d);
		return;
	default:
		put_enum(w, e, (int32_t)v);
		return;
	}
	w->out->n += (size_t)(q - start);
}

static bool put_string(struct writer *w, sv s)
{
	if (!jwrite_text(w->out, s))
		return fail(w, s.p + utf8_valid_prefix(s), "invalid UTF-8");
	return true;
}

static void put_base64(struct writer *w, sv s)
{
	char *q = buf_reserve(w->out, base64_encoded_size(s.n) + 2), *e = q;

	*e++ = '"';
	e = base64_encode(e, s);
	*e++ = '"';
	w->out->n += (size_t)(e - q);
}

static bool put_timestamp(struct writer *w, sv s)
{
	struct timestamp t;
	char *q = buf_reserve(w->out, RFC3339_MAX + 2), *e = q;

	if (!pb_get_timestamp(s, &t.sec, &t.nsec))
		return fail(w, s.p, "malformed timestamp");
	if (!timestamp_valid(t))
		return fail(w, s.p, "timestamp out of range");
	*e++ = '"';
	e = rfc3339_format(e, t);
	*e++ = '"';
	w->out->n += (size_t)(e - q);
	return true;
}

static bool put_wrapper(struct writer *w, const struct schema_field *f, sv s)
{
	uint64_t v;

	if (!pb_get_wrapper(s, &v))
		return fail(w, s.p, "malformed wrapper");
	put_scalar(w, f->wrapped, NULL, v);
	return true;
}

static bool put_map_entry(struct writer *w, const struct schema_field *f, sv s)
{
	struct pb_cur c = pb_walk(s);
	struct pb_field e, key = {0}, val = {0};
	int r;

	while ((r = pb_next(&c, &e)) > 0) {
		if (e.num == 1 && e.wt == PB_LEN)
			key = e;
		else if (e.num == 2)
			val = e;
	}
	if (r < 0)
		return fail(w, c.p, "malformed map entry");
	if (!put_string(w, key.data))
		return false;
	buf_ch(w->out, ':');
	if (f->wrapped == SCHEMA_STRING)
		return put_string(w, val.data);
	put_scalar(w, f->wrapped, NULL, val.v);
	return true;
}

static bool put_value(struct writer *w, const struct schema_field *f,
		      const struct pb_field *v)
{
	switch (f->kind) {
	case SCHEMA_STRING:
		return put_string(w, v->data);
	case SCHEMA_BYTES:
		put_base64(w, v->data);
		return true;
	case SCHEMA_MESSAGE:
		buf_ch(w->out, '{');
		if (!write_message(w, f->msg, v->data, false))
			return false;
		buf_ch(w->out, '}');
		return true;
	case SCHEMA_TIMESTAMP:
		return put_timestamp(w, v->data);
	case SCHEMA_WRAPPER:
		return put_wrapper(w, f, v->data);
	case SCHEMA_MAP:
		return put_map_entry(w, f, v->data);
	default:
		put_scalar(w, f->kind, f->enm, v->v);
		return true;
	}
}

/* --- members ------------------------------------------------------------ */

static void put_key(struct writer *w, struct level *l, sv key)
{
	char *q = buf_reserve(w->out, key.n + SCHEMA_KEY_PAD + 1);

	*q = ',';
	q += l->comma;
	if (LIKELY(key.n <= SCHEMA_KEY_PAD))
		memcpy(q, key.p, SCHEMA_KEY_PAD);
	else
		memcpy(q, key.p, key.n);
	w->out->n += key.n + l->comma;
	l->comma = true;
}

static void close_list(struct writer *w, struct level *l)
{
	if (l->list)
		buf_ch(w->out, l->list->kind == SCHEMA_MAP ? '}' : ']');
	l->list = NULL;
}

/* Opens the list of f, or puts the comma before its next item. */
static void next_item(struct writer *w, struct level *l,
		      const struct schema_field *f)
{
	if (l->list == f) {
		buf_ch(w->out, ',');
		return;
	}
	put_key(w, l, f->key);
	buf_ch(w->out, f->kind == SCHEMA_MAP ? '{' : '[');
	l->list = f;
}

static bool put_packed(struct writer *w, struct level *l,
		       const struct schema_field *f, sv s)
{
	const char *p = s.p, *end = sv_end(s);

	while (p < end) {
		uint64_t v;

		if (f->kind == SCHEMA_DOUBLE) {
			if (end - p < 8)
				return fail(w, p, "malformed packed list");
			memcpy(&v, p, 8);
			p += 8;
		} else {
			const char *q = pb_varint(p, end, &v);

			if (!q)
				return fail(w, p, "malformed packed list");
			p = q;
		}
		next_item(w, l, f);
		put_scalar(w, f->kind, f->enm, v);
	}
	return true;
}

/* Kept JSON text: `"name":value`. False where it is not that. */
static bool put_kept(struct writer *w, struct level *l, sv s)
{
	size_t mark = w->out->n;
	const char *p, *end = s.p + s.n;
	char *q;

	if (s.n < 3 || s.p[0] != '"' || utf8_valid_prefix(s) != s.n)
		return false;
	if (l->comma)
		buf_ch(w->out, ',');
	q = buf_reserve(w->out, s.n);
	p = jtext_minify(s.p, end, q, &q);
	if (p && p < end && *p == ':') {
		*q++ = ':';
		p = jtext_minify(p + 1, end, q, &q);
		if (p == end) {
			w->out->n = (size_t)(q - w->out->p);
			l->comma = true;
			return true;
		}
	}
	w->out->n = mark;
	return false;
}

static void put_unknown(struct writer *w, struct level *l,
			const struct pb_field *v)
{
	close_list(w, l);
	if (v->num != SCHEMA_UNKNOWN_JSON || v->wt != PB_LEN ||
	    !put_kept(w, l, v->data))
		buf_sv(&l->unknown, v->raw);
}

/* 1: done; 0: the message must be merged first; -1: error. */
static int put_member(struct writer *w, struct level *l,
		      const struct schema_field *f, const struct pb_field *v)
{
	bool list = f->repeated || f->kind == SCHEMA_MAP;

	if (l->list != f)
		close_list(w, l);
	if (l->list != f && l->seen >> f->index & 1)
		return 0;
	if (f->oneof && l->oneofs >> f->oneof & 1)
		return 0;
	l->seen |= (uint64_t)1 << f->index;
	l->oneofs |= (uint32_t)(f->oneof != 0) << f->oneof;
	if (f->packed && v->wt == PB_LEN)
		return put_packed(w, l, f, v->data) ? 1 : -1;
	if (list)
		next_item(w, l, f);
	else if (!f->presence && v->v == 0 && v->data.n == 0)
		return 1;
	else
		put_key(w, l, f->key);
	return put_value(w, f, v) ? 1 : -1;
}

static int put_members(struct writer *w, struct level *l, sv wire)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field v;
	int r;

	while ((r = pb_next(&c, &v)) > 0) {
		const struct schema_field *f = schema_by_num(l->m, v.num);

		if (!f || !schema_accepts(f, v.wt)) {
			put_unknown(w, l, &v);
			continue;
		}
		r = put_member(w, l, f, &v);
		if (r <= 0)
			return r;
	}
	if (r < 0) {
		fail(w, c.p, "malformed protobuf field");
		return -1;
	}
	close_list(w, l);
	if (l->unknown.n) {
		put_key(w, l, (sv){unknown_key, sizeof(UNKNOWN_KEY) - 1});
		put_base64(w, buf_view(&l->unknown));
	}
	return 1;
}

/* The members of a message, without its braces. */
static bool write_message(struct writer *w, const struct schema_msg *m,
			  sv wire, bool comma)
{
	struct level l = {.m = m, .comma = comma};
	size_t mark = w->out->n;
	struct buf merged = {0};
	int r;

	if (++w->depth > MAX_DEPTH)
		return fail(w, wire.p, "nested too deeply");
	r = put_members(w, &l, wire);
	if (r == 0) {
		const char *origin = w->origin;

		w->out->n = mark;
		l.unknown.n = 0;
		pbmerge_message(&merged, m, wire);
		w->origin = merged.p; /* positions are of the merged bytes */
		l = (struct level){.m = m, .comma = comma,
				   .unknown = l.unknown};
		r = put_members(w, &l, buf_view(&merged));
		w->origin = origin;
	}
	if (r == 0)
		fail(w, wire.p, "fields out of order");
	buf_release(&merged);
	buf_release(&l.unknown);
	w->depth--;
	return r > 0;
}

bool jwrite_message(struct buf *out, const struct schema_msg *m, sv wire,
		    struct rt_err *err)
{
	struct writer w = {.out = out, .err = err, .origin = wire.p};
	size_t mark = out->n;

	buf_ch(out, '{');
	if (!write_message(&w, m, wire, false)) {
		out->n = mark;
		return false;
	}
	buf_ch(out, '}');
	return true;
}

/* A record with a member that we have no name for. */
static void unknown_record(struct writer *w, sv wire)
{
	buf_str(w->out, "{\"kind\":\"unknown\",\"" SCHEMA_UNKNOWN_PB_KEY "\":");
	put_base64(w, wire);
	buf_ch(w->out, '}');
}

/* A kind of the future that came as JSON goes out as it came. */
static bool kept_record(struct writer *w, sv text)
{
	char *q = buf_reserve(w->out, text.n), *e;

	if (!text.n || text.p[0] != '{' || utf8_valid_prefix(text) != text.n ||
	    jtext_minify(text.p, text.p + text.n, q, &e) != text.p + text.n)
		return false;
	w->out->n += (size_t)(e - q);
	return true;
}

bool jwrite_record(struct buf *out, const struct schema_msg *record, sv wire,
		   struct rt_err *err)
{
	struct writer w = {.out = out, .err = err, .origin = wire.p};
	struct pb_cur c = pb_walk(wire);
	const struct schema_field *f;
	size_t mark = out->n;
	struct pb_field v;

	if (pb_next(&c, &v) != 1 || c.p != c.end || v.wt != PB_LEN)
		return fail(&w, wire.p, "not a record");
	f = schema_by_num(record, v.num);
	if (!f) {
		if (v.num != SCHEMA_UNKNOWN_JSON || !kept_record(&w, v.data))
			unknown_record(&w, wire);
		return true;
	}
	buf_str(out, "{\"kind\":\"");
	buf_sv(out, f->name);
	buf_ch(out, '"');
	if (!write_message(&w, f->msg, v.data, true)) {
		out->n = mark;
		return false;
	}
	buf_ch(out, '}');
	return true;
}

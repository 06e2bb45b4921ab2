/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader walks simdjson's On-Demand cursor once. The output buffer is
 * reserved for the worst case beforehand (see OUT_FACTOR), so that the walk
 * writes through a bare pointer; `room` is the second line of defence.
 */
#include "codec/jread.h"

#include <simdjson.h>

#include "base/mem.h"
#include "codec/jtext.h"
#include "codec/pbwire.h"
#include "text/base64.h"
#include "text/rfc3339.h"

namespace od = simdjson::ondemand;

/*
 * Wire bytes per byte of text, at worst: an empty message in a list ("{},")
 * takes a tag of up to 3 bytes and a length of up to 4 until it is closed.
 */
#define OUT_FACTOR 3
#define OUT_SLACK 4096

/* What was seen last time, per message type: the best guess for this time. */
struct guess {
	uint8_t next[65]; /* index + 1 of a field -> index of the next */
	uint8_t len_hint; /* bytes of the length */
};

struct jread {
	od::parser parser;
	struct guess guess[SCHEMA_MAX_MSGS];
};

namespace {

struct walk {
	struct guess *guess;
	const char *text, *text_end;
	char *p, *end; /* output */
	const char *err;
	const char *err_at;
	/* A "kind" that is not the type being read: start again with it. */
	const struct schema_msg *record;
	const struct schema_field *as;
	bool other_kind;
	bool unknown_kind;
};

bool fail(walk &w, const char *msg, const char *at)
{
	w.err = msg;
	w.err_at = at;
	return false;
}

bool fail(walk &w, simdjson::error_code e, const char *at)
{
	switch (e) {
	case simdjson::UNCLOSED_STRING:
		return fail(w, "unterminated string", at);
	case simdjson::UTF8_ERROR:
		return fail(w, "invalid UTF-8", at);
	case simdjson::UNESCAPED_CHARS:
		return fail(w, "control byte inside a string", at);
	case simdjson::EMPTY:
		return fail(w, "no JSON value", at);
	case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
		return fail(w, "the object is cut", at);
	case simdjson::DEPTH_ERROR:
		return fail(w, "nested too deeply", at);
	default:
		return fail(w, "not valid JSON", at);
	}
}

bool room(walk &w, size_t n)
{
	if (LIKELY((size_t)(w.end - w.p) >= n))
		return true;
	return fail(w, "record too large", w.text);
}

sv token(od::value &v)
{
	std::string_view t = v.raw_json_token();

	return (sv){t.data(), t.size()};
}

/* null, "" and [] (white space inside allowed) stand for "not set". */
bool is_null(sv t)
{
	return t.n >= 4 && memcmp(t.p, "null", 4) == 0;
}

bool is_empty_string(sv t)
{
	return t.n >= 2 && t.p[0] == '"' && t.p[1] == '"';
}

/* The literal and nothing but white space behind it? */
bool is_word(sv t, sv word)
{
	if (!sv_starts(t, word))
		return false;
	for (size_t i = word.n; i < t.n; i++)
		if (t.p[i] != ' ' && t.p[i] != '\n' && t.p[i] != '\t' &&
		    t.p[i] != '\r')
			return false;
	return true;
}

bool null_or_fail(walk &w, sv t, const char *msg)
{
	return is_word(t, SV("null")) ? true : fail(w, msg, t.p);
}

/* --- unknown members ---------------------------------------------------- */

/* Keeps `"key": value` as JSON text; key starts behind its quote. */
bool keep_unknown(walk &w, const char *key, const char *value)
{
	char *q;

	if (!room(w, (size_t)(w.text_end - key) + 32))
		return false;
	char *lenp = pb_write_tag(w.p, SCHEMA_UNKNOWN_JSON, PB_LEN);
	char *start = q = lenp + 1;
	const char *r = jtext_minify(key - 1, w.text_end, q, &q);

	*q++ = ':';
	r = r ? jtext_minify(value, w.text_end, q, &q) : NULL;
	if (!r)
		return fail(w, "not valid JSON", value);
	size_t n = (size_t)(q - start), width = pb_varint_size(n);

	if (width > 1)
		memmove(lenp + width, start, n);
	pb_write_varint(lenp, n);
	w.p = lenp + width + n;
	return true;
}

/* The "@pb" member: wire bytes of fields that the writer did not know. */
bool unknown_pb(walk &w, sv t)
{
	char *end;

	if (!t.n || t.p[0] != '"' || !room(w, t.n + 32))
		return fail(w, "bad \"@pb\" member", t.p);
	if (!jtext_string(t.p + 1, w.p, &end))
		return fail(w, "bad escape in a string", t.p);
	size_t n = base64_decode(w.p, (sv){w.p, (size_t)(end - w.p)});
	if (n == SIZE_MAX)
		return fail(w, "not base64", t.p);
	struct pb_cur c = pb_walk((sv){w.p, n});
	struct pb_field f;
	int r;

	while ((r = pb_next(&c, &f)) > 0)
		;
	if (r < 0)
		return fail(w, "bad \"@pb\" member", t.p);
	w.p += n;
	return true;
}

/* --- scalars ------------------------------------------------------------ */

/* Tag, length and contents of the string token; skips an empty default. */
bool put_string(walk &w, sv t, uint32_t num, bool keep_empty)
{
	char *lenp, *end;

	if (t.n == 0 || t.p[0] != '"')
		return null_or_fail(w, t, "not a string");
	if (!keep_empty && is_empty_string(t))
		return true;
	if (!room(w, t.n + 48))
		return false;
	lenp = pb_write_tag(w.p, num, PB_LEN);
	if (!jtext_string(t.p + 1, lenp + 1, &end))
		return fail(w, "bad escape in a string", t.p);
	size_t n = (size_t)(end - lenp - 1), width = pb_varint_size(n);

	if (UNLIKELY(width > 1))
		memmove(lenp + width, lenp + 1, n);
	pb_write_varint(lenp, n);
	w.p = lenp + width + n;
	return true;
}

bool put_bytes(walk &w, sv t, const schema_field *f)
{
	char *lenp, *end;

	if (t.n == 0 || t.p[0] != '"')
		return null_or_fail(w, t, "not a base64 string");
	if (!f->presence && !f->repeated && is_empty_string(t))
		return true;
	if (!room(w, t.n + 48))
		return false;
	lenp = pb_write_tag(w.p, f->num, PB_LEN);
	char *body = lenp + 5;

	if (!jtext_string(t.p + 1, body, &end))
		return fail(w, "bad escape in a string", t.p);
	size_t n = base64_decode(body, (sv){body, (size_t)(end - body)});
	if (n == SIZE_MAX)
		return fail(w, "not base64", t.p);
	char *q = pb_write_varint(lenp, n);

	memmove(q, body, n);
	w.p = q + n;
	return true;
}

enum got { GOT, ABSENT, UNKNOWN_NAME, BAD };

/* The inside of a string token without escapes; false where it is none. */
bool plain_string(sv t, sv *s)
{
	if (t.n < 2 || t.p[0] != '"')
		return false;
	const char *e = (const char *)memchr(t.p + 1, '"', t.n - 1);

	if (!e)
		return false;
	*s = (sv){t.p + 1, (size_t)(e - t.p - 1)};
	return true;
}

/* An integer token, quoted or bare, in the range of the kind. */
got integer(walk &w, sv t, uint8_t kind, uint64_t *v)
{
	sv s = t;
	int64_t i = 0;
	jtext_num r;

	if (t.n && t.p[0] == '"') {
		if (!plain_string(t, &s))
			return fail(w, "not an integer", t.p), BAD;
		if (!s.n)
			return ABSENT;
	} else if (is_word(t, SV("null"))) {
		return ABSENT;
	}
	if (kind == SCHEMA_UINT64 || kind == SCHEMA_UINT32) {
		r = jtext_uint64(s, v);
		if (r == JTEXT_NUM_OK && kind == SCHEMA_UINT32 &&
		    *v > UINT32_MAX)
			r = JTEXT_NUM_RANGE;
	} else {
		r = jtext_int64(s, &i);
		if (r == JTEXT_NUM_OK && kind != SCHEMA_INT64 &&
		    (i > INT32_MAX || i < INT32_MIN))
			r = JTEXT_NUM_RANGE;
		*v = (uint64_t)i;
	}
	if (r == JTEXT_NUM_OK)
		return GOT;
	fail(w, r == JTEXT_NUM_BAD ? "not an integer" : "integer out of range",
	     t.p);
	return BAD;
}

got boolean(walk &w, sv t, uint64_t *v)
{
	if (is_word(t, SV("true")))
		*v = 1;
	else if (is_word(t, SV("false")))
		*v = 0;
	else if (is_empty_string(t) || is_word(t, SV("null")))
		return ABSENT;
	else
		return fail(w, "not a boolean", t.p), BAD;
	return GOT;
}

/*
 * Lists of enumerators (capabilities) mostly go up one by one: *next is a
 * guess at the index of this one, and then of the one behind it.
 */
got enumerator(walk &w, sv t, const schema_enum *e, size_t *next, uint64_t *v)
{
	const schema_enum_value *ev;
	sv name;

	if (t.n && t.p[0] == '"') {
		ev = &e->values[*next < e->n ? *next : 0];
		if (!schema_head_is(&ev->head, ev->name, t.p + 1)) {
			if (!plain_string(t, &name))
				return fail(w, "not an enum name", t.p), BAD;
			if (!name.n)
				return ABSENT;
			ev = schema_enum_by_name(e, name);
		}
		if (!ev)
			return UNKNOWN_NAME;
		*next = (size_t)(ev - e->values) + 1;
		*v = (uint64_t)(int64_t)ev->number;
		return GOT;
	}
	return integer(w, t, SCHEMA_INT32, v);
}

got floating(walk &w, od::value &v, sv t, uint64_t *bits)
{
	double d;

	if (is_word(t, SV("null")) || is_empty_string(t))
		return ABSENT;
	if (v.get_double().get(d))
		return fail(w, "not a number", t.p), BAD;
	memcpy(bits, &d, sizeof(d));
	return GOT;
}

got scalar(walk &w, od::value &v, sv t, uint8_t kind, const schema_enum *e,
	   size_t *next, uint64_t *out)
{
	switch (kind) {
	case SCHEMA_BOOL:
		return boolean(w, t, out);
	case SCHEMA_ENUM:
		return enumerator(w, t, e, next, out);
	case SCHEMA_DOUBLE:
		return floating(w, v, t, out);
	default:
		return integer(w, t, kind, out);
	}
}

void write_scalar(walk &w, uint32_t num, uint8_t kind, uint64_t v)
{
	if (kind == SCHEMA_DOUBLE) {
		w.p = pb_write_tag(w.p, num, PB_FIXED64);
		memcpy(w.p, &v, 8);
		w.p += 8;
		return;
	}
	w.p = pb_write_varint(pb_write_tag(w.p, num, PB_VARINT), v);
}

/* --- messages ----------------------------------------------------------- */

bool read_object(walk &w, od::object &obj, const schema_msg *m, bool top);

/* Closes a message whose contents start at `body`; `hint` bytes precede it. */
void close_message(walk &w, char *body, struct guess *g)
{
	size_t n = (size_t)(w.p - body), width = pb_varint_size(n);
	uint8_t hint = g->len_hint;

	if (UNLIKELY(width != hint)) {
		memmove(body - hint + width, body, n);
		w.p = body - hint + width + n;
		g->len_hint = (uint8_t)width;
	}
	pb_patch_varint(body - hint, width, n);
}

bool put_object(walk &w, od::value &v, sv t, const schema_field *f)
{
	struct guess *g = &w.guess[f->msg->id];
	od::object obj;

	if (!room(w, 64))
		return false;
	if (t.p[0] != '{') {
		od::array a;

		if (is_empty_string(t) || is_word(t, SV("null")))
			return true;
		if (t.p[0] == '[' && !v.get_array().get(a)) {
			bool empty;

			if (!a.is_empty().get(empty) && empty)
				return true;
		}
		return fail(w, "not an object", t.p);
	}
	if (simdjson::error_code e = v.get_object().get(obj))
		return fail(w, e, t.p);
	/* The hint may change inside, for the same type nested. */
	uint8_t hint = g->len_hint;
	char *body = pb_write_tag(w.p, f->num, PB_LEN) + hint;

	w.p = body;
	if (!read_object(w, obj, f->msg, false))
		return false;
	g->len_hint = hint;
	close_message(w, body, g);
	return true;
}

bool put_timestamp(walk &w, sv t, const schema_field *f)
{
	struct timestamp ts;
	sv s;

	if (t.n == 0 || t.p[0] != '"')
		return null_or_fail(w, t, "not a timestamp");
	if (!plain_string(t, &s) || (s.n && !rfc3339_parse(s, &ts)))
		return fail(w, "not an RFC 3339 timestamp", t.p);
	if (!s.n)
		return true;
	if (!room(w, 48))
		return false;
	char *lenp = pb_write_tag(w.p, f->num, PB_LEN), *q = lenp + 1;

	if (ts.sec)
		q = pb_write_varint(pb_write_tag(q, 1, PB_VARINT),
				    (uint64_t)ts.sec);
	if (ts.nsec)
		q = pb_write_varint(pb_write_tag(q, 2, PB_VARINT),
				    (uint64_t)ts.nsec);
	*lenp = (char)(q - lenp - 1);
	w.p = q;
	return true;
}

bool put_wrapper(walk &w, od::value &v, sv t, const schema_field *f)
{
	uint64_t x = 0;
	got r = scalar(w, v, t, f->wrapped, NULL, NULL, &x);

	if (r != GOT)
		return r != BAD;
	if (!room(w, 32))
		return false;
	char *lenp = pb_write_tag(w.p, f->num, PB_LEN), *q = lenp + 1;

	if (x)
		q = pb_write_varint(pb_write_tag(q, 1, PB_VARINT), x);
	*lenp = (char)(q - lenp - 1);
	w.p = q;
	return true;
}

bool map_entry(walk &w, od::field &&kv, const schema_field *f)
{
	od::value &v = kv.value();
	sv t = token(v), key = {kv.key().raw() - 1, 0};
	uint64_t x = 0;

	key.n = (size_t)(t.p - key.p);
	if (!room(w, key.n + t.n + 96))
		return false;
	char *lenp = pb_write_tag(w.p, f->num, PB_LEN), *body = lenp + 1;

	w.p = body;
	if (!put_string(w, key, 1, true))
		return false;
	if (f->wrapped == SCHEMA_STRING) {
		if (!put_string(w, t, 2, true))
			return false;
	} else if (scalar(w, v, t, f->wrapped, NULL, NULL, &x) == BAD) {
		return false;
	} else {
		write_scalar(w, 2, f->wrapped, x);
	}
	size_t n = (size_t)(w.p - body), width = pb_varint_size(n);

	if (width > 1)
		memmove(lenp + width, body, n);
	pb_write_varint(lenp, n);
	w.p = lenp + width + n;
	return true;
}

/* null, "" or []: a map or list that was not set. */
bool absent_container(walk &w, od::value &v, sv t, const char *msg)
{
	od::array a;
	bool empty;

	if (is_empty_string(t) || is_word(t, SV("null")))
		return true;
	if (t.p[0] == '[' && !v.get_array().get(a) &&
	    !a.is_empty().get(empty) && empty)
		return true;
	return fail(w, msg, t.p);
}

bool put_map(walk &w, od::value &v, sv t, const schema_field *f)
{
	od::object obj;

	if (t.p[0] != '{')
		return absent_container(w, v, t, "not an object");
	if (simdjson::error_code e = v.get_object().get(obj))
		return fail(w, e, t.p);
	for (auto r : obj) {
		if (r.error())
			return fail(w, r.error(), t.p);
		if (!map_entry(w, std::move(r).value_unsafe(), f))
			return false;
	}
	return true;
}

bool put_value(walk &w, od::value &v, sv t, const schema_field *f,
	       const char *key)
{
	uint64_t x = 0;
	size_t next = 0;
	got r;

	switch (f->kind) {
	case SCHEMA_STRING:
		return put_string(w, t, f->num, f->presence || f->repeated);
	case SCHEMA_BYTES:
		return put_bytes(w, t, f);
	case SCHEMA_MESSAGE:
		return put_object(w, v, t, f);
	case SCHEMA_TIMESTAMP:
		return put_timestamp(w, t, f);
	case SCHEMA_WRAPPER:
		return put_wrapper(w, v, t, f);
	case SCHEMA_MAP:
		return put_map(w, v, t, f);
	default:
		break;
	}
	r = scalar(w, v, t, f->kind, f->enm, &next, &x);
	if (r == UNKNOWN_NAME)
		return keep_unknown(w, key, t.p);
	if (r != GOT)
		return r != BAD;
	if (!room(w, 32))
		return false;
	if (x || f->presence)
		write_scalar(w, f->num, f->kind, x);
	return true;
}

/* Numbers of a packed list; *unknown: an enum name that we do not know. */
bool packed_items(walk &w, od::array &a, const schema_field *f, bool *unknown)
{
	size_t next = 0;

	*unknown = false;
	for (auto r : a) {
		uint64_t x = 0;

		if (r.error())
			return fail(w, r.error(), w.text);
		od::value &&v = std::move(r).value_unsafe();
		sv t = token(v);
		got g = scalar(w, v, t, f->kind, f->enm, &next, &x);

		if (g == BAD)
			return false;
		if (g == ABSENT)
			return fail(w, "null in a list", t.p);
		*unknown |= g == UNKNOWN_NAME;
		if (!room(w, 32))
			return false;
		if (f->kind == SCHEMA_DOUBLE) {
			memcpy(w.p, &x, 8);
			w.p += 8;
		} else {
			w.p = pb_write_varint(w.p, x);
		}
	}
	return true;
}

bool put_packed(walk &w, od::array &a, sv t, const schema_field *f,
		const char *key)
{
	char *start = w.p;
	char *lenp = pb_write_tag(w.p, f->num, PB_LEN), *body = lenp + 1;
	bool unknown;

	w.p = body;
	if (!packed_items(w, a, f, &unknown))
		return false;
	size_t n = (size_t)(w.p - body), width = pb_varint_size(n);

	if (unknown || n == 0) {
		w.p = start;
		return unknown ? keep_unknown(w, key, t.p) : true;
	}
	if (width > 1)
		memmove(lenp + width, body, n);
	pb_write_varint(lenp, n);
	w.p = lenp + width + n;
	return true;
}

bool put_list(walk &w, od::value &v, sv t, const schema_field *f,
	      const char *key)
{
	od::array a;

	if (t.p[0] != '[')
		return absent_container(w, v, t, "not a list");
	if (simdjson::error_code e = v.get_array().get(a))
		return fail(w, e, t.p);
	if (!room(w, 64))
		return false;
	if (f->packed)
		return put_packed(w, a, t, f, key);
	for (auto r : a) {
		if (r.error())
			return fail(w, r.error(), t.p);
		od::value &&item = std::move(r).value_unsafe();
		sv it = token(item);

		if (is_null(it))
			return fail(w, "null in a list", it.p);
		if (!put_value(w, item, it, f, key))
			return false;
	}
	return true;
}

/* --- fields ------------------------------------------------------------- */

/* Does the raw key spell the name? Keys end at their quote. */
bool key_is(const char *key, sv name)
{
	return memcmp(key, name.p, name.n) == 0 && key[name.n] == '"';
}

const schema_field *find_field(const schema_msg *m, const char *key,
			       const char *text_end)
{
	const char *e = (const char *)memchr(key, '"',
					     (size_t)(text_end - key));

	return e ? schema_by_name(m, (sv){key, (size_t)(e - key)}) : NULL;
}

/* "kind" at the top: our own key. True: go on with the next member. */
bool read_kind(walk &w, sv t)
{
	sv name;

	if (!plain_string(t, &name))
		return fail(w, "\"kind\" is not a string", t.p);
	if (w.as && sv_eq(w.as->name, name))
		return true;
	w.as = schema_by_name(w.record, name);
	w.unknown_kind = !w.as;
	w.other_kind = true;
	return false;
}

bool unknown_member(walk &w, od::value &v, const char *key, bool top)
{
	sv t = token(v);

	if (top && w.record && key_is(key, SV("kind")))
		return read_kind(w, t);
	if (key_is(key, SV(SCHEMA_UNKNOWN_PB_KEY)))
		return unknown_pb(w, t);
	return keep_unknown(w, key, t.p);
}

bool read_object(walk &w, od::object &obj, const schema_msg *m, bool top)
{
	struct guess *g = &w.guess[m->id];
	uint64_t seen = 0;
	uint32_t oneofs = 0;
	size_t last = 0;

	for (auto r : obj) {
		if (r.error())
			return fail(w, r.error(), NULL);
		/* By reference: copies of these small structs through the
		 * stack stall on store forwarding, a quarter of all time. */
		od::field &&kv = std::move(r).value_unsafe();
		const char *key = kv.key().raw();
		od::value &v = kv.value();
		const schema_field *f = &m->fields[g->next[last]];

		if (!(m->n && schema_head_is(&f->head, f->name, key))) {
			f = find_field(m, key, w.text_end);
			if (!f) {
				if (!unknown_member(w, v, key, top))
					return false;
				continue;
			}
			g->next[last] = f->index;
		}
		last = f->index + 1u;
		if (seen >> f->index & 1)
			return fail(w, "the same field twice", key);
		seen |= (uint64_t)1 << f->index;
		char *before = w.p;
		sv t = token(v);

		if (!(f->repeated ? put_list(w, v, t, f, key)
				  : put_value(w, v, t, f, key)))
			return false;
		if (f->oneof && w.p != before) {
			if (oneofs >> f->oneof & 1)
				return fail(w, "two members of one oneof", key);
			oneofs |= 1u << f->oneof;
		}
	}
	return true;
}

/* The whole text as JSON under SCHEMA_UNKNOWN_JSON: a kind of the future. */
bool keep_record(walk &w)
{
	char *q = pb_write_tag(w.p, SCHEMA_UNKNOWN_JSON, PB_LEN);
	char *body = q + 5, *end;

	if (!jtext_minify(w.text, w.text_end, body, &end))
		return fail(w, "not valid JSON", w.text);
	q = pb_write_varint(q, (uint64_t)(end - body));
	memmove(q, body, (size_t)(end - body));
	w.p = q + (end - body);
	return true;
}

/* One pass over the document as type m; its end decides about TRAILING. */
jread_status walk_document(struct jread *r, walk &w, sv text,
			   const schema_msg *m)
{
	od::document doc;
	od::object obj;
	simdjson::error_code e;

	e = r->parser
		    .iterate(simdjson::padded_string_view(
			    text.p, text.n, text.n + JREAD_PADDING))
		    .get(doc);
	if (!e)
		e = doc.get_object().get(obj);
	if (e) {
		fail(w, e == simdjson::INCORRECT_TYPE
				? simdjson::TAPE_ERROR
				: e,
		     text.p);
		return JREAD_BAD;
	}
	if (!read_object(w, obj, m, true)) {
		const char *at;

		if (!w.err_at && !doc.current_location().get(at))
			w.err_at = at;
		return JREAD_BAD;
	}
	const char *rest;

	return doc.current_location().get(rest) ? JREAD_OK : JREAD_TRAILING;
}

void start(struct jread *r, walk &w, sv text, struct buf *out)
{
	size_t size = text.n * OUT_FACTOR + OUT_SLACK;

	w = walk();
	w.guess = r->guess;
	w.text = text.p;
	w.text_end = text.p + text.n;
	w.p = buf_reserve(out, size);
	w.end = w.p + size;
}

jread_status finish(walk &w, jread_status st, struct buf *out,
		    struct rt_err *err)
{
	if (st == JREAD_OK || st == JREAD_TRAILING) {
		out->n = (size_t)(w.p - out->p);
		return st;
	}
	err->msg = w.err ? w.err : "not valid JSON";
	err->sys_errno = 0;
	err->pos = w.err_at >= w.text && w.err_at <= w.text_end
			   ? (size_t)(w.err_at - w.text)
			   : 0;
	return st;
}

} /* namespace */

struct jread *jread_new(void)
{
	struct jread *r = new (std::nothrow) jread();

	if (!r)
		mem_alloc(SIZE_MAX); /* ends the process, as all of mem.h */
	for (struct guess &g : r->guess)
		g.len_hint = 1;
	return r;
}

void jread_free(struct jread *r)
{
	delete r;
}

enum jread_status jread_message(struct jread *r, sv text,
				const struct schema_msg *m, struct buf *out,
				struct rt_err *err)
{
	walk w;

	start(r, w, text, out);
	return finish(w, walk_document(r, w, text, m), out, err);
}

enum jread_status jread_record(struct jread *r, sv text,
			       const struct schema_msg *record,
			       const struct schema_field *fallback,
			       struct buf *out, struct rt_err *err)
{
	walk w;
	jread_status st;

	start(r, w, text, out);
	char *begin = w.p;

	w.record = record;
	w.as = fallback;
	for (;;) {
		struct guess *g = &w.guess[w.as->msg->id];
		char *body = pb_write_tag(begin, w.as->num, PB_LEN) +
			     g->len_hint;

		w.p = body;
		st = walk_document(r, w, text, w.as->msg);
		if (st == JREAD_OK || st == JREAD_TRAILING)
			close_message(w, body, g);
		if (!w.other_kind)
			break;
		w.other_kind = false;
		if (w.unknown_kind) {
			w.p = begin;
			st = keep_record(w) ? JREAD_OK : JREAD_BAD;
			break;
		}
	}
	return finish(w, st, out, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader walks simdjson's On-Demand cursor once. The output buffer is
 * reserved for the worst case beforehand (see OUT_FACTOR), so that the walk
 * writes through a bare pointer; jtoken_room is the second line of defence.
 *
 * The cursor's small structs are taken by reference everywhere: copied
 * through the stack they stall on store forwarding, which took a quarter of
 * all time.
 */
#include "codec/jread.h"

#include <simdjson.h>

#include "base/mem.h"
#include "codec/jkept.h"
#include "codec/jtext.h"
#include "codec/jtoken.h"
#include "codec/pbwire.h"

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

struct walk : jtoken_out {
	struct guess *guess;
	/* A "kind" that is not the type being read: start again with it. */
	const schema_msg *record;
	const schema_field *as;
	bool other_kind;
	bool unknown_kind;
	bool named; /* a "kind" was there */
};

bool fail(walk &w, simdjson::error_code e, const char *at)
{
	switch (e) {
	case simdjson::UNCLOSED_STRING:
		return jtoken_fail(&w, "unterminated string", at);
	case simdjson::UTF8_ERROR:
		return jtoken_fail(&w, "invalid UTF-8", at);
	case simdjson::UNESCAPED_CHARS:
		return jtoken_fail(&w, "control byte inside a string", at);
	case simdjson::EMPTY:
		return jtoken_fail(&w, "no JSON value", at);
	case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
		return jtoken_fail(&w, "the object is cut", at);
	case simdjson::DEPTH_ERROR:
		return jtoken_fail(&w, "nested too deeply", at);
	default:
		return jtoken_fail(&w, "not valid JSON", at);
	}
}

sv token(od::value &v)
{
	std::string_view t = v.raw_json_token();

	return (sv){t.data(), t.size()};
}

/*
 * On-Demand takes `"a":"b"` for a member when a value was looked at but not
 * consumed; so what follows a scalar is checked here: what goes on or ends.
 */
bool whole(walk &w, sv t)
{
	char next = t.p[t.n];

	if (t.p[0] == '{' || t.p[0] == '[' || next == ',' || next == '}' ||
	    next == ']')
		return true;
	return jtoken_fail(&w, "not valid JSON", t.p + t.n);
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

/* null, "" or []: an object or list that was not set. */
bool absent(walk &w, od::value &v, sv t, const char *msg)
{
	od::array a;
	bool empty;

	if (jtoken_is_unset(t))
		return true;
	if (t.p[0] == '[' && !v.get_array().get(a) &&
	    !a.is_empty().get(empty) && empty)
		return true;
	return jtoken_fail(&w, msg, t.p);
}

bool put_object(walk &w, od::value &v, sv t, const schema_field *f)
{
	struct guess *g = &w.guess[f->msg->id];
	od::object obj;

	if (t.p[0] != '{')
		return absent(w, v, t, "not an object");
	if (!jtoken_room(&w, 64))
		return false;
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

bool map_entry(walk &w, od::field &&kv, const schema_field *f)
{
	od::value &v = kv.value();
	sv t = token(v), key = {kv.key().raw() - 1, 0};
	uint64_t x = 0;

	key.n = (size_t)(t.p - key.p);
	if (!whole(w, t) || !jtoken_room(&w, key.n + t.n + 96))
		return false;
	char *lenp = pb_write_tag(w.p, f->num, PB_LEN), *body = lenp + 1;

	w.p = body;
	if (!jtoken_string(&w, key, 1, true))
		return false;
	if (f->wrapped == SCHEMA_STRING) {
		if (!jtoken_string(&w, t, 2, true))
			return false;
	} else if (jtoken_scalar(&w, t, f->wrapped, NULL, NULL, &x) ==
		   JTOKEN_BAD) {
		return false;
	} else {
		jtoken_put_scalar(&w, 2, f->wrapped, x);
	}
	jtoken_close_short(&w, lenp, (size_t)(w.p - body));
	return true;
}

bool put_map(walk &w, od::value &v, sv t, const schema_field *f)
{
	od::object obj;

	if (t.p[0] != '{')
		return absent(w, v, t, "not an object");
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
	jtoken_got r;

	switch (f->kind) {
	case SCHEMA_STRING:
		return jtoken_string(&w, t, f->num, f->presence || f->repeated);
	case SCHEMA_BYTES:
		return jtoken_bytes(&w, t, f);
	case SCHEMA_MESSAGE:
		return put_object(w, v, t, f);
	case SCHEMA_TIMESTAMP:
		return jtoken_timestamp(&w, t, f);
	case SCHEMA_WRAPPER:
		return jtoken_wrapper(&w, t, f);
	case SCHEMA_MAP:
		return put_map(w, v, t, f);
	default:
		break;
	}
	r = jtoken_scalar(&w, t, f->kind, f->enm, &next, &x);
	if (r == JTOKEN_UNKNOWN_NAME)
		return jtoken_keep(&w, key, t.p);
	if (r != JTOKEN_GOT)
		return r != JTOKEN_BAD;
	if (!jtoken_room(&w, 32))
		return false;
	if (x || f->presence)
		jtoken_put_scalar(&w, f->num, f->kind, x);
	return true;
}

/* --- lists -------------------------------------------------------------- */

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
		if (!whole(w, t))
			return false;
		jtoken_got g =
			jtoken_scalar(&w, t, f->kind, f->enm, &next, &x);

		if (g == JTOKEN_BAD)
			return false;
		if (g == JTOKEN_ABSENT)
			return jtoken_fail(&w, "null in a list", t.p);
		*unknown |= g == JTOKEN_UNKNOWN_NAME;
		if (!jtoken_room(&w, 32))
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
	size_t n = (size_t)(w.p - body);

	if (unknown || n == 0) {
		w.p = start;
		return unknown ? jtoken_keep(&w, key, t.p) : true;
	}
	jtoken_close_short(&w, lenp, n);
	return true;
}

bool put_list(walk &w, od::value &v, sv t, const schema_field *f,
	      const char *key)
{
	od::array a;

	if (t.p[0] != '[')
		return absent(w, v, t, "not a list");
	if (simdjson::error_code e = v.get_array().get(a))
		return fail(w, e, t.p);
	if (!jtoken_room(&w, 64))
		return false;
	if (f->packed)
		return put_packed(w, a, t, f, key);
	for (auto r : a) {
		if (r.error())
			return fail(w, r.error(), t.p);
		od::value &&item = std::move(r).value_unsafe();
		sv it = token(item);

		if (!whole(w, it))
			return false;
		if (jtoken_is_word(it, SV("null")))
			return jtoken_fail(&w, "null in a list", it.p);
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

	if (!jtoken_plain_string(t, &name))
		return jtoken_fail(&w, "\"kind\" is not a string", t.p);
	w.named = true;
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

	if (!whole(w, t))
		return false;
	if (top && w.record && key_is(key, SV("kind")))
		return read_kind(w, t);
	if (key_is(key, SV(SCHEMA_UNKNOWN_PB_KEY)))
		return jtoken_unknown_pb(&w, t);
	return jtoken_keep(&w, key, t.p);
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
			return jtoken_fail(&w, "the same field twice", key);
		seen |= (uint64_t)1 << f->index;
		char *before = w.p;
		sv t = token(v);

		if (!whole(w, t))
			return false;
		if (!(f->repeated ? put_list(w, v, t, f, key)
				  : put_value(w, v, t, f, key)))
			return false;
		if (f->oneof && w.p != before) {
			if (oneofs >> f->oneof & 1)
				return jtoken_fail(
					&w, "two members of one oneof", key);
			oneofs |= 1u << f->oneof;
		}
	}
	return true;
}

bool only_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	return p == end;
}

/* The whole text as JSON under SCHEMA_UNKNOWN_JSON: a kind of the future. */
jread_status keep_record(walk &w)
{
	char *q = pb_write_tag(w.p, SCHEMA_UNKNOWN_JSON, PB_LEN);
	char *body = q + 5, *end;
	const char *behind = jtext_minify(w.text, w.text_end, body, &end);

	if (!behind) {
		jtoken_fail(&w, "not valid JSON", w.text);
		return JREAD_BAD;
	}
	if (!only_blanks(behind, w.text_end))
		return JREAD_TRAILING;
	if (jkept_restore(&w, (sv){body, (size_t)(end - body)}))
		return JREAD_OK;
	q = pb_write_tag(w.p, SCHEMA_UNKNOWN_JSON, PB_LEN);
	jtext_minify(w.text, w.text_end, body, &end);
	q = pb_write_varint(q, (uint64_t)(end - body));
	memmove(q, body, (size_t)(end - body));
	w.p = q + (end - body);
	return JREAD_OK;
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
			       struct buf *out, bool *named,
			       struct rt_err *err)
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
			st = keep_record(w);
			break;
		}
	}
	*named = w.named;
	return finish(w, st, out, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/jtoken.h"

#include "codec/jtext.h"
#include "codec/pbwire.h"
#include "text/base64.h"
#include "text/rfc3339.h"

bool jtoken_fail(struct jtoken_out *o, const char *msg, const char *at)
{
	o->err = msg;
	o->err_at = at;
	return false;
}

bool jtoken_is_word(sv t, sv word)
{
	if (!sv_starts(t, word))
		return false;
	for (size_t i = word.n; i < t.n; i++)
		if (t.p[i] != ' ' && t.p[i] != '\n' && t.p[i] != '\t' &&
		    t.p[i] != '\r')
			return false;
	return true;
}

static bool is_string(sv t)
{
	return t.n && t.p[0] == '"';
}

static bool is_empty_string(sv t)
{
	return t.n >= 2 && t.p[0] == '"' && t.p[1] == '"';
}

bool jtoken_is_unset(sv t)
{
	return is_empty_string(t) || jtoken_is_word(t, SV("null"));
}

static bool null_or_fail(struct jtoken_out *o, sv t, const char *msg)
{
	return jtoken_is_word(t, SV("null")) ? true : jtoken_fail(o, msg, t.p);
}

bool jtoken_plain_string(sv t, sv *s)
{
	const char *e;

	if (t.n < 2 || t.p[0] != '"')
		return false;
	e = memchr(t.p + 1, '"', t.n - 1);
	if (!e)
		return false;
	*s = (sv){t.p + 1, (size_t)(e - t.p - 1)};
	return true;
}

void jtoken_close_short(struct jtoken_out *o, char *lenp, size_t n)
{
	size_t width = pb_varint_size(n);

	if (UNLIKELY(width > 1))
		memmove(lenp + width, lenp + 1, n);
	pb_write_varint(lenp, n);
	o->p = lenp + width + n;
}

/* --- what no schema knows ----------------------------------------------- */

/* Behind a value stands what goes on or ends, not `2"x"`. */
static bool ends_value(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	return p < end && (*p == ',' || *p == '}' || *p == ']');
}

bool jtoken_keep(struct jtoken_out *o, const char *key, const char *value)
{
	char *lenp, *q;
	const char *r;

	if (!jtoken_room(o, (size_t)(o->text_end - key) + 32))
		return false;
	lenp = pb_write_tag(o->p, SCHEMA_UNKNOWN_JSON, PB_LEN);
	q = lenp + 1;
	r = jtext_minify(key - 1, o->text_end, q, &q);
	*q++ = ':';
	r = r ? jtext_minify(value, o->text_end, q, &q) : NULL;
	if (!r || !ends_value(r, o->text_end))
		return jtoken_fail(o, "not valid JSON", value);
	jtoken_close_short(o, lenp, (size_t)(q - lenp - 1));
	return true;
}

static bool is_wire(sv s)
{
	struct pb_cur c = pb_walk(s);
	struct pb_field f;
	int r;

	while ((r = pb_next(&c, &f)) > 0)
		;
	return r == 0;
}

bool jtoken_unknown_pb(struct jtoken_out *o, sv t)
{
	char *end;
	size_t n;

	if (!is_string(t) || !jtoken_room(o, t.n + 32))
		return jtoken_fail(o, "bad \"@pb\" member", t.p);
	if (!jtext_string(t.p + 1, o->p, &end))
		return jtoken_fail(o, "bad escape in a string", t.p);
	n = base64_decode(o->p, (sv){o->p, (size_t)(end - o->p)});
	if (n == SIZE_MAX)
		return jtoken_fail(o, "not base64", t.p);
	if (!is_wire((sv){o->p, n}))
		return jtoken_fail(o, "bad \"@pb\" member", t.p);
	o->p += n;
	return true;
}

/* --- strings ------------------------------------------------------------ */

bool jtoken_string(struct jtoken_out *o, sv t, uint32_t num, bool keep_empty)
{
	char *lenp, *end;

	if (!is_string(t))
		return null_or_fail(o, t, "not a string");
	if (!keep_empty && is_empty_string(t))
		return true;
	if (!jtoken_room(o, t.n + 48))
		return false;
	lenp = pb_write_tag(o->p, num, PB_LEN);
	if (!jtext_string(t.p + 1, lenp + 1, &end))
		return jtoken_fail(o, "bad escape in a string", t.p);
	jtoken_close_short(o, lenp, (size_t)(end - lenp - 1));
	return true;
}

bool jtoken_bytes(struct jtoken_out *o, sv t, const struct schema_field *f)
{
	char *lenp, *body, *end, *q;
	size_t n;

	if (!is_string(t))
		return null_or_fail(o, t, "not a base64 string");
	if (!f->presence && !f->repeated && is_empty_string(t))
		return true;
	if (!jtoken_room(o, t.n + 48))
		return false;
	lenp = pb_write_tag(o->p, f->num, PB_LEN);
	body = lenp + 5; /* the longest length there can be */
	if (!jtext_string(t.p + 1, body, &end))
		return jtoken_fail(o, "bad escape in a string", t.p);
	n = base64_decode(body, (sv){body, (size_t)(end - body)});
	if (n == SIZE_MAX)
		return jtoken_fail(o, "not base64", t.p);
	q = pb_write_varint(lenp, n);
	memmove(q, body, n);
	o->p = q + n;
	return true;
}

bool jtoken_timestamp(struct jtoken_out *o, sv t,
		      const struct schema_field *f)
{
	struct timestamp ts;
	char *lenp, *q;
	sv s;

	if (!is_string(t))
		return null_or_fail(o, t, "not a timestamp");
	if (!jtoken_plain_string(t, &s) || (s.n && !rfc3339_parse(s, &ts)))
		return jtoken_fail(o, "not an RFC 3339 timestamp", t.p);
	if (!s.n)
		return true;
	if (!jtoken_room(o, 48))
		return false;
	lenp = pb_write_tag(o->p, f->num, PB_LEN);
	q = lenp + 1;
	if (ts.sec)
		q = pb_write_varint(pb_write_tag(q, 1, PB_VARINT),
				    (uint64_t)ts.sec);
	if (ts.nsec)
		q = pb_write_varint(pb_write_tag(q, 2, PB_VARINT),
				    (uint64_t)ts.nsec);
	*lenp = (char)(q - lenp - 1);
	o->p = q;
	return true;
}

/* --- numbers ------------------------------------------------------------ */

static enum jtoken_got bad(struct jtoken_out *o, const char *msg, sv t)
{
	jtoken_fail(o, msg, t.p);
	return JTOKEN_BAD;
}

/* In the range of the kind. */
static enum jtext_num ranged(sv s, uint8_t kind, uint64_t *v)
{
	enum jtext_num r;
	int64_t i = 0;

	if (kind == SCHEMA_UINT64 || kind == SCHEMA_UINT32) {
		r = jtext_uint64(s, v);
		return r == JTEXT_NUM_OK && kind == SCHEMA_UINT32 &&
				       *v > UINT32_MAX
			       ? JTEXT_NUM_RANGE
			       : r;
	}
	r = jtext_int64(s, &i);
	*v = (uint64_t)i;
	return r == JTEXT_NUM_OK && kind != SCHEMA_INT64 &&
			       (i > INT32_MAX || i < INT32_MIN)
		       ? JTEXT_NUM_RANGE
		       : r;
}

/* Quoted or bare. */
static enum jtoken_got integer(struct jtoken_out *o, sv t, uint8_t kind,
			       uint64_t *v)
{
	sv s = t;

	if (is_string(t)) {
		if (!jtoken_plain_string(t, &s))
			return bad(o, "not an integer", t);
		if (!s.n)
			return JTOKEN_ABSENT;
		if (s.p[s.n - 1] <= ' ') /* white space only behind bare ones */
			return bad(o, "not an integer", t);
	} else if (jtoken_is_word(t, SV("null"))) {
		return JTOKEN_ABSENT;
	}
	switch (ranged(s, kind, v)) {
	case JTEXT_NUM_OK:
		return JTOKEN_GOT;
	case JTEXT_NUM_RANGE:
		return bad(o, "integer out of range", t);
	case JTEXT_NUM_BAD:
		break;
	}
	return bad(o, "not an integer", t);
}

static enum jtoken_got boolean(struct jtoken_out *o, sv t, uint64_t *v)
{
	if (jtoken_is_word(t, SV("true")))
		*v = 1;
	else if (jtoken_is_word(t, SV("false")))
		*v = 0;
	else if (jtoken_is_unset(t))
		return JTOKEN_ABSENT;
	else
		return bad(o, "not a boolean", t);
	return JTOKEN_GOT;
}

static enum jtoken_got enumerator(struct jtoken_out *o, sv t,
				  const struct schema_enum *e, size_t *next,
				  uint64_t *v)
{
	const struct schema_enum_value *ev;
	sv name;

	if (!is_string(t))
		return integer(o, t, SCHEMA_INT32, v);
	ev = &e->values[*next < e->n ? *next : 0];
	if (!schema_head_is(&ev->head, ev->name, t.p + 1)) {
		if (!jtoken_plain_string(t, &name))
			return bad(o, "not an enum name", t);
		if (!name.n)
			return JTOKEN_ABSENT;
		ev = schema_enum_by_name(e, name);
	}
	if (!ev)
		return JTOKEN_UNKNOWN_NAME;
	*next = (size_t)(ev - e->values) + 1;
	*v = (uint64_t)(int64_t)ev->number;
	return JTOKEN_GOT;
}

static enum jtoken_got floating(struct jtoken_out *o, sv t, uint64_t *bits)
{
	double d;

	if (jtoken_is_unset(t))
		return JTOKEN_ABSENT;
	if (!jtext_double(t, &d))
		return bad(o, "not a number", t);
	memcpy(bits, &d, sizeof(d));
	return JTOKEN_GOT;
}

enum jtoken_got jtoken_scalar(struct jtoken_out *o, sv t, uint8_t kind,
			      const struct schema_enum *e, size_t *next,
			      uint64_t *v)
{
	switch (kind) {
	case SCHEMA_BOOL:
		return boolean(o, t, v);
	case SCHEMA_ENUM:
		return enumerator(o, t, e, next, v);
	case SCHEMA_DOUBLE:
		return floating(o, t, v);
	default:
		return integer(o, t, kind, v);
	}
}

void jtoken_put_scalar(struct jtoken_out *o, uint32_t num, uint8_t kind,
		       uint64_t v)
{
	if (kind == SCHEMA_DOUBLE) {
		o->p = pb_write_tag(o->p, num, PB_FIXED64);
		memcpy(o->p, &v, 8);
		o->p += 8;
		return;
	}
	o->p = pb_write_varint(pb_write_tag(o->p, num, PB_VARINT), v);
}

bool jtoken_wrapper(struct jtoken_out *o, sv t, const struct schema_field *f)
{
	uint64_t x = 0;
	enum jtoken_got r = jtoken_scalar(o, t, f->wrapped, NULL, NULL, &x);
	char *lenp, *q;

	if (r != JTOKEN_GOT)
		return r != JTOKEN_BAD;
	if (!jtoken_room(o, 32))
		return false;
	lenp = pb_write_tag(o->p, f->num, PB_LEN);
	q = lenp + 1;
	if (x)
		q = pb_write_varint(pb_write_tag(q, 1, PB_VARINT), x);
	*lenp = (char)(q - lenp - 1);
	o->p = q;
	return true;
}

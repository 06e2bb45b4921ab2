/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jtoken.h - from one JSON token to protobuf wire bytes: the part of jread.h
 * that needs no cursor. A token starts at its first byte; white space, and
 * with strings the rest of the text, may follow. JTEXT_PADDING bytes behind
 * the text are readable.
 *
 * The functions that return bool return false after jtoken_fail.
 */
#ifndef RT_JTOKEN_H
#define RT_JTOKEN_H

#include "base/base.h"
#include "codec/schema.h"

C_DECLS_BEGIN

struct jtoken_out {
	char *p, *end;		      /* where wire bytes go */
	const char *text, *text_end;  /* what is read */
	const char *err, *err_at;     /* why and where it failed */
};

bool jtoken_fail(struct jtoken_out *o, const char *msg, const char *at);

/* Is there room for n bytes more? */
static inline bool jtoken_room(struct jtoken_out *o, size_t n)
{
	if (LIKELY((size_t)(o->end - o->p) >= n))
		return true;
	return jtoken_fail(o, "record too large", o->text);
}

/* The literal and nothing but white space behind it? */
bool jtoken_is_word(sv t, sv word);
/* null or "": what stands for "not set" where no string is expected. */
bool jtoken_is_unset(sv t);
/* The inside of a string token without escapes; false where it is none. */
bool jtoken_plain_string(sv t, sv *s);

/* Keeps `"key": value` as JSON text; key starts behind its quote. */
bool jtoken_keep(struct jtoken_out *o, const char *key, const char *value);
/* The "@pb" member: wire bytes of fields that the writer did not know. */
bool jtoken_unknown_pb(struct jtoken_out *o, sv t);

/* Tag, length and contents; an empty string only if keep_empty. */
bool jtoken_string(struct jtoken_out *o, sv t, uint32_t num, bool keep_empty);
bool jtoken_bytes(struct jtoken_out *o, sv t, const struct schema_field *f);
bool jtoken_timestamp(struct jtoken_out *o, sv t,
		      const struct schema_field *f);
bool jtoken_wrapper(struct jtoken_out *o, sv t, const struct schema_field *f);

enum jtoken_got {
	JTOKEN_GOT,
	JTOKEN_ABSENT,
	JTOKEN_UNKNOWN_NAME, /* of an enumerator */
	JTOKEN_BAD,	     /* jtoken_fail was called */
};

/*
 * The value of a number, boolean or enumerator (a double's bits). Lists of
 * enumerators (capabilities) mostly go up one by one: *next is a guess at the
 * index of this one, and then of the one behind it.
 */
enum jtoken_got jtoken_scalar(struct jtoken_out *o, sv t, uint8_t kind,
			      const struct schema_enum *e, size_t *next,
			      uint64_t *v);
/* The same as a field, room for 32 bytes given. */
void jtoken_put_scalar(struct jtoken_out *o, uint32_t num, uint8_t kind,
		       uint64_t v);

/* Gives the n bytes behind the byte at lenp their length. */
void jtoken_close_short(struct jtoken_out *o, char *lenp, size_t n);

C_DECLS_END

#endif

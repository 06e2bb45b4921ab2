/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema.h - message types compiled for the hot paths from the descriptors
 * that protoc-c generates: what the JSON reader, the JSON writer and the
 * redaction walk look up at each field.
 *
 * A type is compiled once, at its first use, and lives as long as the
 * process; compile all you need before threads start.
 */
#ifndef RT_SCHEMA_H
#define RT_SCHEMA_H

#include "base/base.h"

C_DECLS_BEGIN

/* protobuf-c's; opaque here. */
struct ProtobufCMessageDescriptor;

enum schema_kind {
	SCHEMA_INT32,
	SCHEMA_INT64,
	SCHEMA_UINT32,
	SCHEMA_UINT64,
	SCHEMA_BOOL,
	SCHEMA_DOUBLE,
	SCHEMA_ENUM,
	SCHEMA_STRING,
	SCHEMA_BYTES,
	SCHEMA_MESSAGE,
	/* Messages with a JSON form of their own: */
	SCHEMA_TIMESTAMP,
	SCHEMA_WRAPPER, /* google.protobuf.*Value; `wrapped` says of what */
	SCHEMA_MAP,	/* map<string, wrapped> */
};

/*
 * What a type does not know travels in two forms, so that it survives either
 * encoding: in pb as a field of this number whose contents are one JSON
 * member (`"name":value`, minified); in JSON under this key as the base64 of
 * the field's wire bytes. The number is far outside of what Tetragon uses.
 */
#define SCHEMA_UNKNOWN_JSON 100001u
#define SCHEMA_UNKNOWN_PB_KEY "@pb"

/*
 * The first 16 bytes of `name"`, as memory has them, and which of their bits
 * count: two compares settle most names.
 */
struct schema_head {
	uint64_t bits[2], mask[2];
};

struct schema_enum_value {
	sv name;
	int32_t number;
	struct schema_head head;
};

/* Perfect hash of names: slot -> index + 1. */
struct schema_names {
	const uint8_t *slots;
	uint32_t mask;
	uint32_t seed;
};

struct schema_enum {
	const struct schema_enum_value *values; /* by number */
	size_t n;
	struct schema_names names;
};

struct schema_field {
	sv name;      /* as in the proto file */
	sv json_name; /* lowerCamelCase */
	sv key;	      /* `"name":`, with SCHEMA_KEY_PAD bytes readable */
	struct schema_head head;
	uint32_t num;
	uint8_t kind;	 /* enum schema_kind */
	uint8_t wrapped; /* of SCHEMA_WRAPPER and SCHEMA_MAP */
	uint8_t index;	 /* in its message */
	bool repeated;
	bool packed;   /* written packed */
	bool presence; /* written even with its default value */
	uint8_t oneof; /* 0: none; else its number in the message, from 1 */
	const struct schema_msg *msg;  /* SCHEMA_MESSAGE */
	const struct schema_enum *enm; /* SCHEMA_ENUM */
};

struct schema_msg {
	const char *name; /* full name */
	const struct schema_field *fields;
	size_t n; /* 64 at most */
	const uint8_t *by_num; /* num -> index + 1, for num < by_num_len */
	uint32_t by_num_len;
	struct schema_names names; /* both forms */
	uint16_t id; /* less than SCHEMA_MAX_MSGS */
};

#define SCHEMA_MAX_MSGS 128
/* What a writer may copy from a key without looking at its length. */
#define SCHEMA_KEY_PAD 32

/* desc is one of the generated `..__descriptor`. */
const struct schema_msg *
schema_of(const struct ProtobufCMessageDescriptor *desc);

/* NULL where the type has no such field. */
const struct schema_field *schema_by_num_slow(const struct schema_msg *m,
					      uint32_t num);
const struct schema_field *schema_by_name(const struct schema_msg *m, sv name);

static inline const struct schema_field *
schema_by_num(const struct schema_msg *m, uint32_t num)
{
	if (LIKELY(num < m->by_num_len)) {
		uint8_t i = m->by_num[num];

		return i ? &m->fields[i - 1] : NULL;
	}
	return schema_by_num_slow(m, num);
}

const struct schema_enum_value *
schema_enum_by_number(const struct schema_enum *e, int32_t number);
const struct schema_enum_value *schema_enum_by_name(const struct schema_enum *e,
						    sv name);

/* Does the text, with 16 bytes readable, go on with the name and a quote? */
static inline bool schema_head_is(const struct schema_head *h, sv name,
				  const char *text)
{
	uint64_t t[2];

	memcpy(t, text, sizeof(t));
	if (((t[0] ^ h->bits[0]) & h->mask[0]) |
	    ((t[1] ^ h->bits[1]) & h->mask[1]))
		return false;
	return name.n < sizeof(t) ||
	       (memcmp(text, name.p, name.n) == 0 && text[name.n] == '"');
}

/* Wire type of one value of the kind, as pbwire.h numbers them. */
static inline uint32_t schema_wire_type(uint8_t kind)
{
	if (kind == SCHEMA_DOUBLE)
		return 1;
	return kind <= SCHEMA_ENUM ? 0 : 2;
}

/* Lists of numbers may come packed or not, whatever the schema prefers. */
static inline bool schema_accepts(const struct schema_field *f, uint32_t wt)
{
	return wt == schema_wire_type(f->kind) || (f->packed && wt == 2);
}

C_DECLS_END

#endif

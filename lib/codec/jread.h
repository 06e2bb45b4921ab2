/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jread.h - from one JSON object to protobuf wire bytes in one pass, driven by
 * the schema and without a tree in between. Structure and UTF-8 are checked
 * by simdjson (On-Demand); the rules are protojson's
 * (protobuf.dev/programming-guides/json) and wider where dumps need it:
 *
 *   both name forms; 64-bit integers as string or number; enums by name or
 *   number; base64 in both alphabets, padded or not; null, and "" or [] for
 *   what is no string or list, are absent; unknown fields and unknown enum
 *   names are kept (schema.h says how).
 *
 * A reader is reused for all records of a stream and belongs to one thread.
 */
#ifndef RT_JREAD_H
#define RT_JREAD_H

#include "base/base.h"
#include "base/buf.h"
#include "codec/schema.h"

C_DECLS_BEGIN

struct jread;

/* Bytes that must be readable behind the text. */
#define JREAD_PADDING 64

struct jread *jread_new(void);
void jread_free(struct jread *r);

enum jread_status {
	JREAD_OK,
	JREAD_BAD,	/* err says what and where; out is as before */
	JREAD_TRAILING, /* the object is right, but something follows it */
};

/*
 * One object of type m; its wire bytes are appended to out. *used is where the
 * object ends, also with JREAD_TRAILING.
 */
enum jread_status jread_message(struct jread *r, sv text,
				const struct schema_msg *m, struct buf *out,
				struct rt_err *err);

/*
 * One record: an object whose "kind" (at any place; absent: `fallback`) names
 * a member of `record`, a message with one oneof of messages. Appended is
 * `record` itself: tag, length, contents. An unknown kind is kept whole.
 * *named: there was a "kind".
 */
enum jread_status jread_record(struct jread *r, sv text,
			       const struct schema_msg *record,
			       const struct schema_field *fallback,
			       struct buf *out, bool *named,
			       struct rt_err *err);

C_DECLS_END

#endif

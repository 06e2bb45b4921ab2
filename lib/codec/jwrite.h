/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jwrite.h - JSON text on one line: from protobuf wire bytes by schema, as
 * protojson with UseProtoNames writes them (schema.h says what becomes of
 * unknown fields), and the few pieces that hand-made JSON needs.
 *
 * Fields appear in wire order; where the wire repeats a singular field or
 * scatters a list, protobuf's merge rules are applied first.
 */
#ifndef RT_JWRITE_H
#define RT_JWRITE_H

#include "base/base.h"
#include "base/buf.h"
#include "codec/schema.h"

/* `{...}`; false (out as before) where the bytes are not of type m. */
bool jwrite_message(struct buf *out, const struct schema_msg *m, sv wire,
		    struct rt_err *err);

/*
 * A record, see jread_record: `{"kind":"name",...}`. A field that `record`
 * does not know becomes `{"kind":"unknown","@pb":...}`.
 */
bool jwrite_record(struct buf *out, const struct schema_msg *record, sv wire,
		   struct rt_err *err);

/* A quoted string; bytes that are not UTF-8 become U+FFFD, one a run. */
void jwrite_string(struct buf *out, sv s);
void jwrite_uint(struct buf *out, uint64_t v);
void jwrite_int(struct buf *out, int64_t v);
/* The shortest decimal that reads back as the same double. */
void jwrite_double(struct buf *out, double v);

#endif

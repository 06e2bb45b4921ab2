/* SPDX-License-Identifier: Apache-2.0 */
/* recin_json.h - the JSON half of recin.h: framing and resynchronisation. */
#ifndef RT_RECIN_JSON_H
#define RT_RECIN_JSON_H

#include "base/base.h"
#include "stream/recbuf.h"
#include "stream/recin.h"

struct recin_json;

struct recin_json *recin_json_new(size_t max_record);
void recin_json_free(struct recin_json *j);
/* A new stream begins. */
void recin_json_reset(struct recin_json *j);
/* Was a part of a unit read that is not complete (logline.h)? */
bool recin_json_pending(const struct recin_json *j);

/* RECORD, BAD, TRUNCATED (a cut object is the last thing there) or EOF. */
enum recin_status recin_json_next(struct recin_json *j, struct recbuf *b,
				  struct record *rec, struct rt_err *err);

/* Where the last unit started. */
uint64_t recin_json_offset(const struct recin_json *j);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keptjson.h - redaction of JSON members that no schema knows (schema.h,
 * SCHEMA_UNKNOWN_JSON): every string in them is searched; the member's name
 * says whether it is a command line, a path or the value of a key.
 */
#ifndef RT_KEPTJSON_H
#define RT_KEPTJSON_H

#include "base/base.h"
#include "base/buf.h"
#include "redact/redact.h"

enum keptjson_result {
	KEPTJSON_SAME,
	KEPTJSON_CHANGED, /* appended to out */
	KEPTJSON_BAD,	  /* not JSON: let nothing of it pass */
};

/* text: minified `"name":value`, or an object. */
enum keptjson_result keptjson_redact(struct redact *r, sv text,
				     struct buf *out);

#endif

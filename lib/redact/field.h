/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field.h - how each string and bytes field of each message is treated. What
 * is not listed is text, so that a field added to a proto file tomorrow is
 * covered today.
 */
#ifndef RT_FIELD_H
#define RT_FIELD_H

#include "base/base.h"
#include "codec/schema.h"

enum field_class {
	FIELD_TEXT,
	FIELD_KEEP,	    /* ids made by machines, which other records cite */
	FIELD_NAME, /* of a symbol, hook or node: kept where it is one */
	FIELD_CMDLINE,	    /* argv joined by spaces */
	FIELD_PATH,	    /* a path and nothing else */
	FIELD_RESOLVE_PATH, /* a path that resolution still needs */
};

/* By the names of the message (its last part) and of the field. */
enum field_class field_classify(sv message, sv field);

/*
 * Is it an id by its form: hex digits, sha256: and hex digits, or base64 whose
 * end says digits, as that of "node:start:pid" does? Quick.
 */
bool field_is_plain_id(sv text);

/* Could it be an id? No blank, no quote, no assignment, no control byte. */
bool field_is_id(sv text);

/*
 * Could the text be a symbol (demangled ones have blanks and brackets), hook
 * or node name? No assignment, no quotes, no control bytes.
 */
bool field_is_name(sv text);

#endif

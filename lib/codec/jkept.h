/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jkept.h - records of a kind that the writer did not know, as jwrite.h shows
 * them: `{"kind":"unknown","@pb":"..."}`.
 */
#ifndef RT_JKEPT_H
#define RT_JKEPT_H

#include "codec/jtoken.h"

C_DECLS_BEGIN

/*
 * The record's wire bytes to o->p from such text without white space, its
 * members in either order (jq -S sorts them). False, and nothing written,
 * where it is anything else.
 */
bool jkept_restore(struct jtoken_out *o, sv minified);

C_DECLS_END

#endif

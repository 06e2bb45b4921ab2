/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jcs.h - canonical JSON (RFC 8785): no white space, members in the order of
 * their names' UTF-16 code units, the shortest escapes, numbers as ECMAScript
 * prints doubles. Digests and signatures are taken over these bytes, so any
 * doubt is an error, never a guess: a name twice in one object, a lone
 * surrogate, invalid UTF-8, a number beyond a double, trailing bytes.
 */
#ifndef RT_WITNESS_JCS_H
#define RT_WITNESS_JCS_H

#include "base/buf.h"

/* Objects and arrays within each other; deeper is an error. */
#define JCS_DEPTH_MAX 128

/*
 * Appends the canonical form of one JSON text. False: not such a text; err
 * says what and where, and out is as it was.
 */
bool jcs_canon(sv json, struct buf *out, struct rt_err *err);

/* Appends a string with its quotes; s is valid UTF-8. */
void jcs_string(struct buf *out, sv s);

/* Appends a number. False, and nothing: not finite. */
bool jcs_number(struct buf *out, double v);

/* The order of two names, both valid UTF-8, by UTF-16 units: <0, 0, >0. */
int jcs_name_cmp(sv a, sv b);

#endif

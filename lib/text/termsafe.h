/* SPDX-License-Identifier: Apache-2.0 */
/*
 * termsafe.h - untrusted bytes as text that a terminal only shows: nothing in
 * it moves the cursor, turns the direction of writing, hides or breaks the
 * line. What could is written as an escape:
 *
 *	\n \t \r	these control bytes
 *	\x1b		other C0 controls and DEL; bytes that are not UTF-8
 *	\u{202e}	C1 controls, format characters (Cf: bidi controls, zero
 *			width), line and paragraph separators, blanks other
 *			than U+0020, what is invisible by default
 *			(Default_Ignorable_Code_Point), noncharacters
 *	\\		a backslash, so that no text can pass for an escape
 *
 * Code points after Unicode 15.0, DerivedCoreProperties and
 * DerivedGeneralCategory.
 */
#ifndef RT_TERMSAFE_H
#define RT_TERMSAFE_H

#include "base/base.h"
#include "base/buf.h"

/*
 * Appends s; behind about `max` of its bytes (a character is never split) it
 * is cut, and "...+N" says how many bytes are not shown. With quoted, '"' is
 * escaped, too.
 */
void termsafe_put(struct buf *out, sv s, size_t max, bool quoted);

/* Must this code point be escaped? Not asked about ASCII. */
bool termsafe_is_hidden(uint32_t c);

/*
 * Columns that the character takes on a terminal: 2 for East Asian wide ones
 * and emoji, else 1. Combining marks count 1: never too few.
 */
unsigned int termsafe_columns(uint32_t c);

/* The code point of the valid sequence of k bytes at p (utf8_seq). */
uint32_t termsafe_decode(const char *p, size_t k);

#endif

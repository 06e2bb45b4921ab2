/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cleanset.h - short strings that were found clean lately. Exact and bounded:
 * a slot holds the string itself, and a newer one takes the place of an older
 * one. For what is too short for memo.h to pay.
 */
#ifndef RT_CLEANSET_H
#define RT_CLEANSET_H

#include "base/base.h"

#define CLEANSET_MIN 20 /* bytes of a string that is worth it, */
#define CLEANSET_MAX 56 /* and that fits */

struct cleanset;

struct cleanset *cleanset_new(void);
void cleanset_free(struct cleanset *c);

/* Was this string noted under this kind (less than 256)? */
bool cleanset_has(struct cleanset *c, unsigned int kind, sv s);
/* Notes the string of the last cleanset_has, which said false. */
void cleanset_note(struct cleanset *c);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* jdiff.h - where two JSON texts differ first, for people. */
#ifndef RT_WITNESS_JDIFF_H
#define RT_WITNESS_JDIFF_H

#include "base/buf.h"

/*
 * Appends `predicate.claims[3].invocationCount: 41, now 40`; nothing where they
 * are equal. Values are cut where they are long.
 */
void jdiff_first(sv was, sv is, struct buf *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prefilter.h - which of up to 64 groups of literals occur in a string. ASCII
 * case does not count. It lets most strings go unlooked-at, so it must never
 * miss: a rule's literals have to stand in every string that the rule can
 * match.
 *
 * Bytes fall into 32 classes: most letters, the rare ones, digits, the blank,
 * the signs that names are made of, all others. Of each literal the three
 * bytes whose classes are least common in command lines and paths are marked
 * in a bitmap. A scan looks each three bytes of the text up there, without a
 * dependency from byte to byte but a shift, and compares whole literals only
 * where a bit is set. Linear: a text byte costs at most as many comparisons as
 * literals share one mark.
 */
#ifndef RT_PREFILTER_H
#define RT_PREFILTER_H

#include "base/base.h"

struct prefilter;

struct prefilter *prefilter_new(void);
void prefilter_free(struct prefilter *f);
/* Before the compile. Group 0 to 63; the literal is 1 to 255 bytes long. */
void prefilter_add(struct prefilter *f, sv literal, int group);
void prefilter_compile(struct prefilter *f);
/* Bit g is set where a literal of group g occurs. */
uint64_t prefilter_scan(const struct prefilter *f, sv text);

#endif

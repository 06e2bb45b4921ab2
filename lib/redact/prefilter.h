/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prefilter.h - which of up to 64 groups of literals occur in a string, in
 * one pass: an Aho-Corasick automaton over ASCII, case folded. It lets most
 * strings go unlooked-at, so it must never miss: a rule's literals have to
 * stand in every string that the rule can match.
 */
#ifndef RT_PREFILTER_H
#define RT_PREFILTER_H

#include "base/base.h"

struct prefilter;

struct prefilter *prefilter_new(void);
void prefilter_free(struct prefilter *f);
/* Before the compile. Group 0 to 63; the literal is not empty. */
void prefilter_add(struct prefilter *f, sv literal, int group);
void prefilter_compile(struct prefilter *f);
/* Bit g is set where a literal of group g occurs. */
uint64_t prefilter_scan(const struct prefilter *f, sv text);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter.h - a tetragon.Filter, judged here as the agent judges it (its
 * pkg/filters): all fields of a filter must hold, one value of a field is
 * enough. An event without a process fails every field that asks for one.
 */
#ifndef RT_FILTER_H
#define RT_FILTER_H

#include "base/base.h"
#include "select/subject.h"

struct filter;

/*
 * wire: the message's bytes, which must stay. NULL: the words in why, which
 * name the field.
 */
struct filter *filter_new(sv wire, char *why, size_t why_size);
void filter_free(struct filter *f);

/* Does it hold an expression that only the agent can judge (CEL)? */
bool filter_is_remote(const struct filter *f);

/* Worth nothing where s->malformed is set behind it. */
bool filter_match(struct filter *f, struct subject *s);

#endif

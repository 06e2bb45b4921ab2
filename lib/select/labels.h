/* SPDX-License-Identifier: Apache-2.0 */
/*
 * labels.h - Kubernetes label selectors (kubernetes.io, "Labels and
 * Selectors"): `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2`. All
 * requirements of one selector must hold; != and notin hold for an object
 * without the key, too. Keys and values obey the rules for labels, so that
 * what is taken here the agent takes as well.
 */
#ifndef RT_LABELS_H
#define RT_LABELS_H

#include "base/base.h"

struct labels;

/* NULL: *err says what is wrong, err->pos where. text must stay. */
struct labels *labels_new(sv text, struct rt_err *err);
void labels_free(struct labels *l);

/* entries: wire bytes of a message whose field num is map<string, string>. */
bool labels_match(const struct labels *l, sv message, uint32_t num);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* framestats.h - what a resolver counts, as metrics of rt-canon. */
#ifndef RT_FRAMESTATS_H
#define RT_FRAMESTATS_H

#include "symbol/resolver.h"

/* For tool_start's metrics: once, and to bring the values up to date. */
void framestats_register(void);
void framestats_update(const struct resolver *r);

#endif

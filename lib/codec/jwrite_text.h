/* SPDX-License-Identifier: Apache-2.0 */
/* jwrite_text.h - what the parts of the JSON writer share. */
#ifndef RT_JWRITE_TEXT_H
#define RT_JWRITE_TEXT_H

#include "codec/jwrite.h"

/* As jwrite_string; false where a run was replaced. */
bool jwrite_text(struct buf *out, sv s);

/* Decimal digits at q (room for 20); their end. */
char *jwrite_digits(char *q, uint64_t v);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8.h - validity after RFC 3629: no overlong forms, no surrogates,
 * nothing above U+10FFFF.
 */
#ifndef RT_UTF8_H
#define RT_UTF8_H

#include "base/base.h"

/*
 * Length (1 to 4) of the valid sequence at p, where p < end; 0 where there is
 * none.
 */
size_t utf8_seq(const char *p, const char *end);

/* Bytes of s that are valid from the start; s.n if all are. */
size_t utf8_valid_prefix(sv s);

#endif

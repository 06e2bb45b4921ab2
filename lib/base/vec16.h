/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vec16.h - sixteen bytes at a time, by the compiler's vector extension: the
 * same on every machine, and as fast as its vector unit.
 *
 * A mask has 255 in each byte for which something holds, and 0 in others.
 */
#ifndef RT_VEC16_H
#define RT_VEC16_H

#include "base/base.h"

typedef uint8_t vec16 __attribute__((vector_size(16)));

static inline vec16 vec16_load(const char *p)
{
	vec16 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Mask of the bytes from `from` on, `n` different ones. */
static inline vec16 vec16_among(vec16 v, uint8_t from, uint8_t n)
{
	return (vec16)((vec16)(v - from) < n);
}

static inline vec16 vec16_is(vec16 v, char c)
{
	return (vec16)(v == (uint8_t)c);
}

/* Letters of both cases. */
static inline vec16 vec16_letters(vec16 v)
{
	return vec16_among(v | 0x20, 'a', 26);
}

static inline vec16 vec16_digits(vec16 v)
{
	return vec16_among(v, '0', 10);
}

static inline bool vec16_any(vec16 mask)
{
	uint64_t half[2];

	memcpy(half, &mask, sizeof(half));
	return (half[0] | half[1]) != 0;
}

/* Bit i is set where byte i of the mask is. */
static inline unsigned int vec16_bits(vec16 mask)
{
#ifdef __SSE2__
	typedef char chars __attribute__((vector_size(16)));

	return (unsigned int)__builtin_ia32_pmovmskb128((chars)mask);
#else
	uint64_t half[2], gather = UINT64_C(0x0002040810204081);

	memcpy(half, &mask, sizeof(half));
	for (int i = 0; i < 2; i++)
		half[i] = ((half[i] & UINT64_C(0x8080808080808080)) * gather) >>
			  56;
	return (unsigned int)(half[0] | half[1] << 8);
#endif
}

/*
 * The block behind byte i of a text of sixteen bytes or more: the last one
 * covers some bytes a second time.
 */
static inline vec16 vec16_block(sv text, size_t i)
{
	return vec16_load(text.p + (i + 16 <= text.n ? i : text.n - 16));
}

#endif

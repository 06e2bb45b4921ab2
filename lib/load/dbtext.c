/* SPDX-License-Identifier: Apache-2.0 */
#include "load/dbtext.h"

#include <stdio.h>

#include "base/hash.h"
#include "base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define HASH_TAIL 33		   /* '~' and 32 hex digits */

static bool is_clean(sv s)
{
	return sv_find(s, '\0') == SIZE_MAX && utf8_valid_prefix(s) == s.n;
}

static sv clean(struct dbtext *t, sv s)
{
	char *out = arena_alloc(&t->arena, 3 * s.n), *q = out;
	const char *p = s.p, *end = s.p + s.n;

	while (p < end) {
		size_t k = *p ? utf8_seq(p, end) : 0;

		memcpy(q, k ? p : REPLACEMENT, k ? k : 3);
		q += k ? k : 3;
		p += k ? k : 1;
	}
	return (sv){out, (size_t)(q - out)};
}

static sv shorten(struct dbtext *t, sv s, size_t max)
{
	struct hash128 h = hash128(s, 0);
	char *out = arena_alloc(&t->arena, max + 1);
	size_t n = max - HASH_TAIL;

	/* Not in the middle of a character. */
	while (n && ((uint8_t)s.p[n] & 0xc0) == 0x80)
		n--;
	memcpy(out, s.p, n);
	snprintf(out + n, max + 1 - n, "~%016llx%016llx",
		 (unsigned long long)h.hi, (unsigned long long)h.lo);
	return (sv){out, n + HASH_TAIL};
}

sv dbtext_fit(struct dbtext *t, sv s, size_t max)
{
	if (LIKELY(s.n <= max && is_clean(s)))
		return s;
	t->repaired++;
	if (!is_clean(s))
		s = clean(t, s);
	return s.n <= max ? s : shorten(t, s, max);
}

void dbtext_json(struct dbtext *t, struct buf *json)
{
	char *p = json->p, *end = json->p + json->n;
	bool hit = false;

	while (p < end && (p = memchr(p, '\\', (size_t)(end - p)))) {
		if (end - p >= 6 && !memcmp(p, "\\u0000", 6)) {
			memcpy(p, "\\ufffd", 6);
			hit = true;
		}
		p += 2;
	}
	t->repaired += hit;
}

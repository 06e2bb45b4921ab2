/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/hits.h"

#include <stdlib.h>

#include "base/hmac.h"
#include "base/mem.h"
#include "secret/policy.h"
#include "secret/value.h"

#define TOKEN_BYTES 8 /* of the HMAC: enough to tell secrets apart */

void hits_release(struct hits *h)
{
	mem_free(h->v);
	*h = (struct hits){.n = 0};
}

void hits_reset(struct hits *h, sv text)
{
	h->text = text;
	h->n = 0;
	h->nplain = 0;
}

void hits_plain(struct hits *h, const char *delimiter)
{
	if (h->nplain < HITS_PLAIN)
		h->plain[h->nplain++] = (size_t)(delimiter - h->text.p);
}

bool hits_is_plain(const struct hits *h, const char *delimiter)
{
	for (size_t i = 0; i < h->nplain; i++)
		if (h->plain[i] == (size_t)(delimiter - h->text.p))
			return true;
	return false;
}

void hits_add(struct hits *h, sv part, int rule)
{
	size_t start;

	if (part.n == 0 || value_marker(part) == part.n ||
	    (h->policy && policy_allows(h->policy, part)))
		return;
	start = (size_t)(part.p - h->text.p);
	if (h->n == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 32;
		h->v = mem_realloc(h->v, h->cap * sizeof(*h->v));
	}
	h->v[h->n++] = (struct hit){start, start + part.n, rule};
}

static int by_start(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end > y->end ? -1 : 1;
	return x->rule - y->rule;
}

static bool continuation(sv s, size_t i)
{
	return i > 0 && i < s.n && ((unsigned char)s.p[i] & 0xc0) == 0x80;
}

static void widen(const struct hits *h, struct hit *x)
{
	while (continuation(h->text, x->start))
		x->start--;
	while (continuation(h->text, x->end))
		x->end++;
}

/* Merges overlaps in place; hits that only touch stay apart. */
static void merge(struct hits *h)
{
	size_t n = 0, longest = 0;

	for (size_t i = 0; i < h->n; i++) {
		struct hit x = h->v[i], *last = n ? &h->v[n - 1] : NULL;

		widen(h, &x);
		if (!last || x.start >= last->end) {
			h->v[n++] = x;
			longest = x.end - x.start;
			continue;
		}
		if (x.end - x.start > longest) {
			longest = x.end - x.start;
			last->rule = x.rule;
		}
		last->end = MAX(last->end, x.end);
	}
	h->n = n;
}

static void stand_in(const struct hits *h, const struct hit *x,
		     const struct hits_rule *rule, struct buf *out)
{
	uint8_t sum[SHA256_LEN];

	buf_str(out, "[REDACTED:");
	buf_str(out, rule->name);
	if (rule->how == HITS_TOKEN && h->key.n) {
		hmac_sha256(h->key,
			    (sv){h->text.p + x->start, x->end - x->start}, sum);
		buf_ch(out, ':');
		for (int i = 0; i < TOKEN_BYTES; i++)
			buf_printf(out, "%02x", sum[i]);
	}
	buf_ch(out, ']');
}

void hits_apply(struct hits *h, struct hits_rule *rules, struct buf *out,
		struct buf *taken)
{
	size_t at = 0;
	uint16_t rule;

	if (h->n > 1)
		qsort(h->v, h->n, sizeof(*h->v), by_start);
	merge(h);
	for (size_t i = 0; i < h->n; i++) {
		const struct hit *x = &h->v[i];

		if (x->start > at)
			buf_add(out, h->text.p + at, x->start - at);
		stand_in(h, x, &rules[x->rule], out);
		rules[x->rule].count++;
		rule = (uint16_t)x->rule;
		buf_add(taken, &rule, sizeof(rule));
		at = x->end;
	}
	if (at < h->text.n)
		buf_sv(out, sv_from(h->text, at));
}

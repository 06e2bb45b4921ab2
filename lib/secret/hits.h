/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hits.h - the parts of one string that must go, and its rewriting.
 *
 * Detectors add views into the string in any order, overlapping as they
 * like; hits_apply merges overlaps into one and writes the rest of the string
 * with "[REDACTED:rule]" in their places.
 */
#ifndef RT_HITS_H
#define RT_HITS_H

#include "base/buf.h"

struct hit {
	size_t start;
	size_t end; /* one behind */
	int rule;
};

/* What stands where a part was. */
enum hits_how {
	HITS_MARKER, /* [REDACTED:name] */
	HITS_TOKEN,  /* [REDACTED:name:hex], the same for the same part */
	HITS_STARS,  /* *****; the policy's affair (policy.h) */
};

/* Names and counts of rules, by id. */
struct hits_rule {
	const char *name; /* [a-z0-9-]+ */
	uint64_t count;
	enum hits_how how;
};

struct policy;

#define HITS_PLAIN 16 /* of one string; more are judged by their names */

struct hits {
	sv text;		     /* what all hits are parts of */
	const struct policy *policy; /* whose values are allowed, or NULL */
	sv key;			     /* of HITS_TOKEN's HMAC-SHA-256 */
	struct hit *v;
	size_t n, cap;
	/* Delimiters of k=v that their program says is no secret. */
	size_t plain[HITS_PLAIN], nplain;
};

void hits_release(struct hits *h);
/* Starts on another string. */
void hits_reset(struct hits *h, sv text);
/*
 * Part of h->text. An empty part, one that is nothing but a marker of ours
 * and what the policy allows are ignored, so that a redacted string has no
 * hits.
 */
void hits_add(struct hits *h, sv part, int rule);
/* The delimiter at this byte of the text; and is it one? */
void hits_plain(struct hits *h, const char *delimiter);
bool hits_is_plain(const struct hits *h, const char *delimiter);
/*
 * Appends the rewritten string and counts each merged hit once, under the
 * rule of its longest part, and as a uint16_t in `taken`. Spans are widened
 * to whole UTF-8 characters.
 */
void hits_apply(struct hits *h, struct hits_rule *rules, struct buf *out,
		struct buf *taken);

#endif

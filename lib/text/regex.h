/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex.h - RE2 behind a C face: the dialect of the agent's own redaction
 * and event filters (Go's regexp), linear in the text for every pattern.
 *
 * Patterns and texts are views; a text may hold NULs. Spans are byte offsets
 * into the text that was given. A regex may be shared by threads, a set may
 * not (it keeps scratch).
 *
 * Dialect: Go's `(?<name>re)` is accepted as `(?P<name>re)`, and `\C`, which
 * Go refuses, is refused. One difference stays: Go lets `.` match a byte that
 * is not UTF-8, RE2 does not; protobuf strings are always UTF-8, so it shows
 * only on other bytes, for which there is `latin1`.
 */
#ifndef RT_REGEX_H
#define RT_REGEX_H

#include "base/base.h"

C_DECLS_BEGIN

struct regex;
struct regex_set;

/* All zero is Go's regexp.Compile. */
struct regex_opts {
	bool icase;	 /* as (?i) in front */
	bool never_nl;	 /* nothing matches a newline, even \n */
	bool latin1;	 /* text is bytes, not UTF-8 */
	int64_t max_mem; /* bytes for program and DFA cache; 0: 8 MiB */
};

struct regex_err {
	size_t pos;    /* where in the pattern, as near as RE2 tells */
	char msg[160]; /* "missing closing ]: [abc" */
};

struct regex_span {
	size_t start;
	size_t end; /* one behind the last byte */
	bool set;   /* false: the group took no part */
};

/* NULL on a bad pattern, with *err filled when err is given. */
struct regex *regex_new(sv pattern, const struct regex_opts *o,
			struct regex_err *err);
void regex_free(struct regex *re);

/*
 * Literals in lower case, one of which at least stands in every ASCII text
 * that the pattern matches, letters taken as lower case: each is handed to
 * `each`. False: there are none, any text may match.
 */
bool regex_literals(sv pattern, void (*each)(void *arg, sv literal), void *arg);

/* Number of capture groups, the whole match not counted. */
int regex_groups(const struct regex *re);

/*
 * Leftmost match at or behind byte `from`. What stands before `from` still
 * counts for ^ and \b. spans[0] is the whole match, spans[i] group i; n may
 * be 0 to ask for yes or no only, and at most 16.
 */
bool regex_match(const struct regex *re, sv text, size_t from,
		 struct regex_span *spans, int n);

/* Sets: which of many patterns are found in a text, in one pass. */
struct regex_set *regex_set_new(const struct regex_opts *o);
void regex_set_free(struct regex_set *set);
/* Index of the new pattern, counted from 0, or -1 with *err filled. */
int regex_set_add(struct regex_set *set, sv pattern, struct regex_err *err);
/* After the last add. False: out of max_mem. */
bool regex_set_compile(struct regex_set *set);
/*
 * Writes the indices of the found patterns, unsorted, at most cap of them,
 * and returns how many were found. -1: the DFA ran out of memory and any
 * pattern may be in the text, so a careful caller tries them all.
 */
int regex_set_match(struct regex_set *set, sv text, int *ids, int cap);

C_DECLS_END

#endif

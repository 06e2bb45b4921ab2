/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patterns.h - the table of secrets known by form. Data only. The forms are
 * what the issuers document and public scanners (gitleaks, MIT; secretlint,
 * MIT) recognise; the patterns are our own, and looser: a cut or unusual
 * token is better redacted than kept.
 */
#ifndef RT_PATTERNS_H
#define RT_PATTERNS_H

#include "base/base.h"

enum patterns_check {
	PATTERNS_PLAIN,
	PATTERNS_DIGIT, /* the part must hold a digit */
	PATTERNS_BASIC, /* base64 of something with a colon */
};

struct pattern {
	const char *name;
	/* RE2 over bytes. Groups are the secret parts; none: all of it. */
	const char *re;
	/* One of these, separated by blanks ('\x1f' for a blank inside),
	 * stands in every match; case does not count. */
	const char *literals;
	enum patterns_check check;
	bool text_only; /* not for command lines */
};

extern const struct pattern patterns[];
extern const size_t patterns_n;
/* Beginnings of tokens that end with the string. */
extern const char patterns_cut[];

#endif

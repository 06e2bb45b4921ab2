/* SPDX-License-Identifier: Apache-2.0 */
/*
 * argv.h - takes Tetragon's process.arguments apart again.
 *
 * The agent (pkg/process/args.go) joins argv[1..] with single spaces and
 * wraps an argument that holds a space in double quotes, without escaping
 * quotes inside. Before the fix #5561 an empty argument is nothing at all, so
 * that two spaces meet; after it, it is "". A quoted first argument has a
 * space in front. Only a space (0x20) separates: an argument may hold tabs
 * and newlines unquoted. Long argument lists are cut (flag truncArgs).
 *
 * That cannot be undone for certain, so tokens are best effort:
 *
 *	"echo "a b" c" x	two: `echo "a b" c` and `x`
 *
 * Inner quotes are taken as pairs; where they do not pair, the first quote
 * before a space closes. Wherever another reading exists, the token carries
 * ARGV_AMBIGUOUS and `longest` says how far it can reach at most: who redacts
 * takes all of that.
 *
 * An iterator: no allocation, O(n) in all, everything borrowed from the input.
 */
#ifndef RT_ARGV_H
#define RT_ARGV_H

#include "base/base.h"

enum argv_flags {
	ARGV_QUOTED = 1,       /* was wrapped; text is without the quotes */
	ARGV_AMBIGUOUS = 2,    /* inner quotes: the end is a guess */
	ARGV_UNTERMINATED = 4, /* opening quote without a closing one */
	ARGV_CUT = 8,	       /* touches the end of a cut string */
};

struct argv_token {
	sv text;	/* the argument, without the wrapping quotes */
	size_t start;	/* its span in the input, quotes included */
	size_t end;	/* one behind */
	size_t longest; /* >= end: where it may end at most */
	unsigned flags;
};

struct argv_iter {
	sv in;
	size_t pos;
	size_t last_close; /* the last quote that can close, SIZE_MAX: none */
	bool cut;
	bool pairs; /* inner quotes pair up, as far as we have seen */
	bool done;
};

/* `cut`: the agent flagged the arguments as truncated. */
void argv_init(struct argv_iter *it, sv arguments, bool cut);
/* False at the end. The token's views live as long as the input. */
bool argv_next(struct argv_iter *it, struct argv_token *tok);

#endif

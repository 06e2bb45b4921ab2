/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmdline.h - secrets that are one by their place on a command line.
 *
 * cmdline.c walks the words of one command as its program would (program.h),
 * script.c takes shell command lines apart, judge.c decides about one value.
 * They call each other: a value may be a command line again, to a depth of
 * CMDLINE_DEPTH; what lies deeper is redacted whole.
 */
#ifndef RT_CMDLINE_H
#define RT_CMDLINE_H

#include "secret/hits.h"
#include "secret/program.h"
#include "text/argv.h"

#define CMDLINE_DEPTH 8

struct cmdline {
	const struct programs *programs;
	struct hits *hits;
	struct argv_token *words; /* a stack: nested commands on top */
	size_t n, cap;
	int depth;
	bool cut;	   /* the string was cut at its end */
	bool script;	   /* out: a shell command line was in it */
	bool doubt;	   /* out: quotes did not match somewhere */
	bool names_secret; /* the last PROGRAM_NAME of this command did */
};

/* The words stay allocated from string to string. */
void cmdline_release(struct cmdline *c);

/*
 * Tetragon's pair: adds to c->hits, whose text is `arguments`. Sets script
 * and doubt for the caller's other detectors.
 */
void cmdline_find(struct cmdline *c, sv binary, sv arguments, bool cut);

/* A shell command line, part of the hits' text. */
void cmdline_script(struct cmdline *c, sv script);

/* Words [from, to) are the arguments of `name`. */
void cmdline_walk(struct cmdline *c, sv name, size_t from, size_t to);

/*
 * Pushes the words [from, to) again as a shell would have read them (requote.c
 * says when). False: there was nothing to read otherwise.
 */
bool cmdline_requote(struct cmdline *c, size_t from, size_t to);

/* Pushes a word; its index is c->n - 1. */
void cmdline_push(struct cmdline *c, const struct argv_token *t);

/* Judges one value by its kind and adds its secret part. */
void cmdline_judge(struct cmdline *c, enum program_kind kind, sv value);
/* The value of an option or variable that only its name tells about. */
bool cmdline_named(struct cmdline *c, sv name, sv value);

#endif

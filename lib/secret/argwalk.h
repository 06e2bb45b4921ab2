/* SPDX-License-Identifier: Apache-2.0 */
/*
 * argwalk.h - what cmdline.c and option.c share: the walk over the words of
 * one command. Not for others.
 */
#ifndef RT_ARGWALK_H
#define RT_ARGWALK_H

#include "secret/cmdline.h"

/* One command as its program reads it. */
struct argwalk {
	struct cmdline *c;
	const struct program *p; /* NULL: not in the table */
	sv name;
	size_t i, end; /* the next word, and one behind the last */
	size_t from;   /* the first word */
	int npos;      /* positionals so far */
	bool dashes;   /* behind -- */
	bool shell_c;  /* a shell's -c was seen */
	bool saw_b;    /* PROGRAM_LAST_B */
	bool setting;  /* "set", "config"... was seen */
	enum { USER_UNASKED, USER_NONE, USER_NAMED } user;
	sv last; /* the last positional */
};

static inline unsigned argwalk_flags(const struct argwalk *w)
{
	return w->p ? w->p->flags : 0;
}

static inline bool argwalk_is_option(sv t)
{
	return t.n > 1 && t.p[0] == '-';
}

/* A word as a value: where its end is in doubt, all that it may be. */
sv argwalk_value(const struct cmdline *c, size_t i);

/* Judges the next word and takes it; or all that are left, as secrets. */
void argwalk_next(struct argwalk *w, enum program_kind kind);
void argwalk_rest(struct argwalk *w);

/* The walk goes on as another program's. */
void argwalk_become(struct argwalk *w, sv name);

/* The word t, taken already, as an option: -x, --name, /name:value, +name. */
bool argwalk_is_other(const struct argwalk *w, sv t);
void argwalk_option(struct argwalk *w, sv t);

#endif

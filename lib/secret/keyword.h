/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyword.h - the words that names of secrets are made of, and the words
 * beside them that make them harmless. One look-up tells all about a word.
 */
#ifndef RT_KEYWORD_H
#define RT_KEYWORD_H

enum keyword {
	KEYWORD_STRONG = 1,	  /* password: a secret */
	KEYWORD_MATERIAL = 2,	  /* credentials: unless it is a path */
	KEYWORD_WEAK = 4,	  /* auth: if it looks random */
	KEYWORD_OWNER = 8,	  /* "api" in front of "key" makes it strong */
	KEYWORD_FILE = 16,	  /* "ssl" in front of "key": material */
	KEYWORD_NOT_FIRST = 32,	  /* first of the name: no secret */
	KEYWORD_NOT_BEFORE = 64,  /* right before the secret word: none */
	KEYWORD_NOT_BEHIND = 128, /* behind it: about a secret */
	KEYWORD_SOFT = 256,	  /* behind it: about one, or whose it is */
	KEYWORD_NO_END = 512,	  /* ends like a secret, but is none */
	KEYWORD_NOT_KEY = 1024,	  /* right before a key or token: none */
};

/* The flags of a word in lower case; 0: an ordinary word. */
unsigned keyword_flags(const char *word);

#endif

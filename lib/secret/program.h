/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.h - how programs take their options: which option letters and names
 * carry a value, and which of those are secret.
 *
 * The table (proglist.c) is text, parsed once:
 *
 *	shorts "u:U p?S x:"	-u VALUE, -uVALUE; -pVALUE only glued; -x VALUE
 *	longs  "password?S user:U ask-"	? only with =, ~ = or a next word
 *					that is no option, : required, - never
 *	words  "#2:S auth:S"	the 2nd positional; the word behind "auth"
 *				(a name may end in *); "#*:T": every one
 *
 * with a kind behind the arity: see enum program_kind. An option that is not
 * listed takes no value, and its name is judged by secret_key().
 */
#ifndef RT_PROGRAM_H
#define RT_PROGRAM_H

#include "base/base.h"

enum program_kind {
	PROGRAM_PLAIN = 0,
	PROGRAM_SECRET = 'S',	/* whole */
	PROGRAM_MAYBE = 's',	/* whole, but no option and no k=v */
	PROGRAM_RANDOM = 'W',	/* whole if it looks random */
	PROGRAM_USERPASS = 'U', /* user:pass */
	PROGRAM_PERCENT = 'V',	/* user%pass */
	PROGRAM_COMMA = 'F',	/* user,pass */
	PROGRAM_SLASH = 'T',	/* user/pass@database */
	PROGRAM_AUTH = 'A',	/* user:pass or a bare token */
	PROGRAM_CERT = 'E',	/* file:pass */
	PROGRAM_PROXY = 'P',	/* [user:pass@]host */
	PROGRAM_HEADER = 'H',	/* Name: value */
	PROGRAM_COOKIE = 'B',	/* a=b, or a file name */
	PROGRAM_KEYVAL = 'K',	/* k=v, judged by k */
	PROGRAM_ANYVAL = 'Q',	/* k=v, secret whatever k */
	PROGRAM_OPENSSL = 'O',	/* pass:x, env:, file:, fd:, stdin */
	PROGRAM_PREFIX_P = 'h', /* rar's -hpSECRET: here "pSECRET" */
	PROGRAM_SCRIPT = 'C',	/* a shell command line */
	PROGRAM_SPACED = 'c',	/* a script if it holds a blank */
	PROGRAM_ARG = 'Y',	/* a name, and the word behind it its value */
	PROGRAM_TEXT = 'x',	/* for people: no k=v in it is one */
	PROGRAM_MAC = 'M',	/* key:x, hexkey:x, pass:x; digest:x is none */
	PROGRAM_JSON = 'J',	/* whole, or the members of {"a":"x"} */
	PROGRAM_SED = 'D',	/* s/PASSWORD/x/ */
	PROGRAM_NAME = 'N',	/* the name of what an 'n' is the value of */
	PROGRAM_NAMED = 'n',	/* secret if that name says so */
	PROGRAM_COMMAND = 'X',	/* what follows is a command */
	PROGRAM_REST = 'R',	/* this and all that follow */
	PROGRAM_SECOND = 'r',	/* the word behind the next */
};

enum program_arity {
	PROGRAM_NONE,	  /* - */
	PROGRAM_GLUED,	  /* ?: -pX, --password=X; never the next word */
	PROGRAM_OPTIONAL, /* ~: as ?, or a next word that is no option */
	PROGRAM_REQUIRED, /* :: the next word whatever it looks like */
};

enum program_flags {
	PROGRAM_LONG1 = 1,    /* -name is a long option; no clusters */
	PROGRAM_ONE = 2,      /* -xREST: x is the option, REST its value */
	PROGRAM_WRAP = 4,     /* behind `skip` positionals comes a command */
	PROGRAM_REMOTE = 8,   /* that command is handed to a shell */
	PROGRAM_SHELL = 16,   /* -c SCRIPT, else a script file and its args */
	PROGRAM_SUB = 32,     /* a positional may name a subcommand's entry */
	PROGRAM_PAIRS = 64,   /* KEY VALUE as two positionals */
	PROGRAM_DASHES = 128, /* behind -- comes a command */
	PROGRAM_LAST_B = 256, /* the last positional, if -b was given */
	PROGRAM_COLONS = 512, /* /name:value options */
	PROGRAM_ENV = 1024,   /* NAME=VALUE in front of the command */
	PROGRAM_GLUED_ONLY = 2048, /* ~: the next word by its looks only */
};

struct program_opt {
	sv name;
	uint8_t arity;
	uint8_t kind;
};

struct program_short {
	bool listed;
	uint8_t arity;
	uint8_t kind;
};

struct program {
	struct program_short shorts[128]; /* by letter */
	const struct program_opt *longs;
	size_t nlongs;
	const struct program_opt *words;
	size_t nwords;
	unsigned flags;
	int skip; /* positionals before the wrapped command */
};

struct programs;

struct programs *programs_new(void);
void programs_free(struct programs *ps);
/* By the last part of a path; NULL: not in the table. */
const struct program *programs_find(const struct programs *ps, sv path);
/* The entry "name sub", or NULL. */
const struct program *programs_find_sub(const struct programs *ps, sv path,
					sv sub);
size_t programs_count(const struct programs *ps);

/*
 * The long option of this name, or of a name that it abbreviates to 4 letters
 * or more (getopt_long takes unambiguous beginnings); NULL: unknown.
 */
const struct program_opt *program_long(const struct program *p, sv name);
/* What stands behind this positional word, or NULL. */
const struct program_opt *program_word(const struct program *p, sv word);
/* The kind of the n-th positional, counted from 1. */
enum program_kind program_positional(const struct program *p, int n);

/* The table's source, in proglist.c. */
struct proglist_entry {
	const char *names; /* "a b c", or "a login,b login" with blanks */
	const char *shorts, *longs, *words;
	unsigned flags;
	int skip;
};

extern const struct proglist_entry proglist[];
extern const size_t proglist_n;
/* And in proglist_hosts.c and proglist_tools.c. */
extern const struct proglist_entry proglist_hosts[];
extern const size_t proglist_hosts_n;
extern const struct proglist_entry proglist_tools[];
extern const size_t proglist_tools_n;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opt.h - one table of options drives parsing, --help, the completions and
 * the manual's drift check (--dump-options). A value comes from, in this
 * order: the command line, TETRAPIPE_<NAME> in the environment, --config
 * FILE, the default that stood in *dst.
 */
#ifndef RT_OPT_H
#define RT_OPT_H

#include "base/base.h"

enum opt_kind {
	OPT_FLAG,     /* bool * */
	OPT_STRING,   /* const char ** */
	OPT_UINT,     /* uint64_t *, min..max */
	OPT_SIZE,     /* uint64_t *, bytes: 64KiB, 16MiB, 1GiB, or bare */
	OPT_DURATION, /* uint64_t *, ms: 250ms, 30s, 5m, 1h; bare: seconds */
	OPT_REAL,     /* double *, 0..1 */
	OPT_CHOICE,   /* const char **, one of choices */
	OPT_LIST,     /* struct opt_list *, may be given again */
};

struct opt_list {
	const char **v; /* borrowed strings; the array is owned */
	size_t n;
};

struct opt {
	char letter; /* 0: none */
	const char *name;
	enum opt_kind kind;
	const char *arg; /* what --help calls the value */
	const char *help;
	void *dst;
	uint64_t min, max;	    /* OPT_UINT; max 0: no bound */
	const char *const *choices; /* OPT_CHOICE, NULL at the end */
	const char *config; /* key in the seed's config.yaml, or NULL */
	bool given;	    /* set by the parser: command line, env, file */
};

struct opt_spec {
	const char *prog;
	const char *summary;  /* one line */
	const char *operands; /* for the usage line: "[FILE...]" or "" */
	size_t max_operands;  /* more are a usage error */
	struct opt *opts;     /* sections of --help are rows with name NULL */
	size_t n;
};

struct opt_result {
	char **operands;
	size_t n_operands;
};

/*
 * Parses; on --help, --version and --dump-options prints and exits 0, on a
 * mistake explains and exits 2.
 */
struct opt_result opt_parse(const struct opt_spec *spec, int argc,
			    char **argv);

/* Prints the message and a hint to --help, exits 2. */
NORETURN void opt_usage(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* One value as text into o->dst; NULL or what is wrong with it. */
const char *opt_set(struct opt *o, const char *value);

#endif

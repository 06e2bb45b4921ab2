/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe/opt.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "pipe/config.h"
#include "pipe/diag.h"
#include "pipe/opt_help.h"

#define EXIT_USAGE 2

void opt_usage(const char *fmt, ...)
{
	struct buf b = {0};
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_str(&b, text);
	diag_error("%s", buf_cstr(&b));
	diag_hint("'%s --help' lists the options", diag_prog());
	buf_release(&b);
	exit(EXIT_USAGE);
}

static struct opt *by_name(const struct opt_spec *s, sv name)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->opts[i].name && sv_eq(sv_str(s->opts[i].name), name))
			return &s->opts[i];
	return NULL;
}

static struct opt *by_letter(const struct opt_spec *s, char c)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->opts[i].name && s->opts[i].letter == c)
			return &s->opts[i];
	return NULL;
}

/* Edit distance, for "did you mean"; long words only as far as needed. */
static size_t distance(sv a, sv b)
{
	size_t row[65];

	if (a.n > 64 || b.n > 64)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t up = row[j];
			size_t swap = diagonal + (a.p[i - 1] != b.p[j - 1]);

			row[j] = MIN(MIN(row[j - 1], up) + 1, swap);
			diagonal = up;
		}
	}
	return row[b.n];
}

static NORETURN void unknown_option(const struct opt_spec *s, sv name)
{
	const char *best = NULL;
	size_t least = 3;

	for (size_t i = 0; i < s->n; i++) {
		size_t d = s->opts[i].name
				   ? distance(name, sv_str(s->opts[i].name))
				   : SIZE_MAX;

		if (d < least) {
			least = d;
			best = s->opts[i].name;
		}
	}
	if (best)
		opt_usage("unknown option '--%.*s'; did you mean '--%s'?",
			  SV_ARG(name), best);
	opt_usage("unknown option '--%.*s'", SV_ARG(name));
}

static void set_or_die(struct opt *o, const char *value, const char *where)
{
	const char *wrong = opt_set(o, value);

	if (wrong)
		opt_usage("bad value '%.100s' for %s%s: %s", value ? value : "",
			  where, o->name, wrong);
	o->given = true;
}

/* An option given on the command line replaces what env or file said. */
static void first_of_list(struct opt *o)
{
	if (o->kind == OPT_LIST && !o->given)
		*(struct opt_list *)o->dst = (struct opt_list){0};
}

struct args {
	int argc, i;
	char **argv;
};

static const char *next_arg(struct args *a, const char *dashes,
			    const char *name)
{
	if (a->i + 1 >= a->argc)
		opt_usage("option '%s%s' needs a value", dashes, name);
	return a->argv[++a->i];
}

static void long_option(const struct opt_spec *s, struct args *a)
{
	sv arg = sv_str(a->argv[a->i] + 2);
	size_t eq = sv_find(arg, '=');
	sv name = eq == SIZE_MAX ? arg : sv_first(arg, eq);
	const char *value = eq == SIZE_MAX ? NULL : arg.p + eq + 1;
	struct opt *o = by_name(s, name);

	if (!o)
		unknown_option(s, name);
	if (o->kind != OPT_FLAG && !value)
		value = next_arg(a, "--", o->name);
	first_of_list(o);
	set_or_die(o, value, "--");
}

static void short_options(const struct opt_spec *s, struct args *a)
{
	for (char *c = a->argv[a->i] + 1; *c; c++) {
		struct opt *o = by_letter(s, *c);

		if (!o)
			opt_usage("unknown option '-%c'", *c);
		first_of_list(o);
		if (o->kind == OPT_FLAG) {
			set_or_die(o, NULL, "--");
			continue;
		}
		set_or_die(o, c[1] ? c + 1 : next_arg(a, "--", o->name), "--");
		return;
	}
}

/* --help and its like work whatever else is wrong with the line. */
static void answer_at_once(const struct opt_spec *s, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			opt_print_help(s);
		else if (!strcmp(argv[i], "--version") ||
			 !strcmp(argv[i], "-V"))
			opt_print_version(s);
		else if (!strcmp(argv[i], "--dump-options"))
			opt_print_table(s);
		else
			continue;
		if (fflush(stdout) != 0 || ferror(stdout))
			exit(3);
		exit(0);
	}
}

static void from_environment(const struct opt_spec *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct opt *o = &s->opts[i];
		char name[80] = "TETRAPIPE_";
		const char *value;

		if (!o->name || strlen(o->name) > 60)
			continue;
		for (size_t k = 0; k <= strlen(o->name); k++) {
			char c = o->name[k];

			name[10 + k] = c == '-'		       ? '_'
				       : c >= 'a' && c <= 'z' ? (char)(c - 32)
							       : c;
		}
		value = getenv(name);
		if (!value)
			continue;
		first_of_list(o);
		set_or_die(o, value, "TETRAPIPE variable of --");
	}
}

static void forget_given(const struct opt_spec *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->opts[i].given = false;
}

/* --config, wherever it stands, is read before everything else. */
static const char *config_file(int argc, char **argv)
{
	const char *file = getenv("TETRAPIPE_CONFIG");

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (!strncmp(argv[i], "--config=", 9))
			file = argv[i] + 9;
		else if (!strcmp(argv[i], "--config") && i + 1 < argc)
			file = argv[i + 1];
	}
	return file;
}

struct opt_result opt_parse(const struct opt_spec *s, int argc, char **argv)
{
	struct opt_result r = {mem_alloc((size_t)argc * sizeof(char *)), 0};
	struct args a = {argc, 1, argv};
	const char *config = config_file(argc, argv);
	bool operands_only = false;

	answer_at_once(s, argc, argv);
	if (config)
		config_apply(s, config);
	forget_given(s);
	from_environment(s);
	forget_given(s);
	for (; a.i < argc; a.i++) {
		const char *arg = argv[a.i];

		if (operands_only || arg[0] != '-' || !arg[1])
			r.operands[r.n_operands++] = argv[a.i];
		else if (!strcmp(arg, "--"))
			operands_only = true;
		else if (arg[1] == '-')
			long_option(s, &a);
		else
			short_options(s, &a);
	}
	if (r.n_operands > s->max_operands)
		opt_usage("unexpected argument '%.100s'",
			  r.operands[s->max_operands]);
	return r;
}

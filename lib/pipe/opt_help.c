/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe/opt_help.h"

#include <stdio.h>

#include "base/version.h"

#define HELP_COLUMN 28
#define HELP_WIDTH 80

/* Behind the help, or on a line of their own where that is too narrow. */
static void print_choices(const struct opt *o)
{
	size_t width = HELP_COLUMN + strlen(o->help) + strlen(" ()");

	for (const char *const *c = o->choices; *c; c++)
		width += strlen(*c) + (c == o->choices ? 0 : strlen(", "));
	if (width > HELP_WIDTH)
		printf("\n%*s(", HELP_COLUMN, "");
	else
		printf(" (");
	for (const char *const *c = o->choices; *c; c++)
		printf("%s%s", c == o->choices ? "" : ", ", *c);
	printf(")");
}

static void print_row(const struct opt *o)
{
	int n = printf("  ");

	n += o->letter ? printf("-%c, ", o->letter) : printf("    ");
	n += printf("--%s", o->name);
	if (o->arg)
		n += printf(" %s", o->arg);
	if (n >= HELP_COLUMN)
		n = printf("\n") - 1;
	printf("%*s%s", HELP_COLUMN - n, "", o->help);
	if (o->kind == OPT_CHOICE)
		print_choices(o);
	printf("\n");
}

void opt_print_help(const struct opt_spec *s)
{
	printf("Usage: %s [OPTION]...%s%s\n%s\n", s->prog,
	       *s->operands ? " " : "", s->operands, s->summary);
	for (size_t i = 0; i < s->n; i++) {
		if (s->opts[i].name)
			print_row(&s->opts[i]);
		else
			printf("\n%s:\n", s->opts[i].help);
	}
	printf("\nMore: man %s\n", s->prog);
}

void opt_print_version(const struct opt_spec *s)
{
	printf("%s (tetrapipe) %s\n", s->prog, TETRAPIPE_VERSION);
}

void opt_print_table(const struct opt_spec *s)
{
	static const char *const kinds[] = {
		[OPT_FLAG] = "flag",	     [OPT_STRING] = "string",
		[OPT_UINT] = "uint",	     [OPT_SIZE] = "size",
		[OPT_DURATION] = "duration", [OPT_REAL] = "real",
		[OPT_CHOICE] = "choice",     [OPT_LIST] = "list"};

	for (size_t i = 0; i < s->n; i++) {
		const struct opt *o = &s->opts[i];

		if (!o->name)
			continue;
		printf("%s%c\t%s\t%s\t%s\t", o->letter ? "-" : "",
		       o->letter ? o->letter : '-', o->name, kinds[o->kind],
		       o->arg ? o->arg : "");
		for (const char *const *c = o->choices; c && *c; c++)
			printf("%s%s", c == o->choices ? "" : ",", *c);
		printf("\t%s\n", o->help);
	}
}

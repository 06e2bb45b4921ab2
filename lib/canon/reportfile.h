/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reportfile.h - the options of a report and the file it goes to. `-` is
 * standard error: standard output carries records only.
 */
#ifndef RT_REPORTFILE_H
#define RT_REPORTFILE_H

#include <stdio.h>

#include "base/base.h"
#include "canon/report.h"
#include "pipe/opt.h"

struct reportfile_opts {
	const char *file, *form;
};

extern const char *const reportfile_forms[];

#define REPORTFILE_OPTS_DEFAULT                                                \
	{                                                                      \
		.form = "table"                                                \
	}

#define REPORTFILE_ROWS(r)                                                     \
	{.name = "report",                                                     \
	 .kind = OPT_STRING,                                                   \
	 .arg = "FILE",                                                        \
	 .help = "the agent's errors by module",                               \
	 .dst = &(r)->file},                                                   \
	{                                                                      \
		.name = "report-format", .kind = OPT_CHOICE, .arg = "FORM",    \
		.help = "of the report", .dst = &(r)->form,                    \
		.choices = reportfile_forms                                    \
	}

struct reportfile {
	struct report *report; /* NULL where none is wanted */
	const struct reportfile_opts *opts;
	FILE *out;
};

/* Creates the file; exits 2 where that cannot be. */
void reportfile_open(struct reportfile *f, const struct reportfile_opts *o);
/* Writes and frees; false, and said, where writing failed. */
bool reportfile_close(struct reportfile *f);

#endif

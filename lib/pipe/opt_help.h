/* SPDX-License-Identifier: Apache-2.0 */
/* opt_help.h - what an option table prints of itself, on stdout. */
#ifndef RT_OPT_HELP_H
#define RT_OPT_HELP_H

#include "pipe/opt.h"

void opt_print_help(const struct opt_spec *s);
void opt_print_version(const struct opt_spec *s);
/* One row an option, tab-separated: letter, name, kind, arg, choices, help. */
void opt_print_table(const struct opt_spec *s);

#endif

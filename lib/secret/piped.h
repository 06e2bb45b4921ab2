/* SPDX-License-Identifier: Apache-2.0 */
/*
 * piped.h - secrets that an echo hands to another command of a shell's line,
 * or to a file. For script.c, which knows where commands begin and end.
 */
#ifndef RT_PIPED_H
#define RT_PIPED_H

#include "secret/cmdline.h"

/* Words [from, to) of a cmdline: one command. */
struct piped {
	size_t from, to;
};

/* echo, printf, yes: by the last part of a path. */
bool piped_echo(sv word);

/* /run/secrets/db, vault-password.txt: what is kept there is a secret. */
bool piped_keeps_secret(sv path);

/* echo SECRET | reader; nothing where the first is no echo. */
void piped_into(struct cmdline *c, struct piped echo, struct piped reader);

/* reader <<< SECRET; keeps: it writes to a file that keeps secrets. */
void piped_here(struct cmdline *c, sv word, struct piped reader, bool keeps);

/* echo SECRET > FILE that keeps secrets. */
void piped_written(struct cmdline *c, struct piped echo);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unlisted.h - what shows a secret on the command line of a program that is
 * not in the table. Pure functions over views; no state, no allocation.
 */
#ifndef RT_UNLISTED_H
#define RT_UNLISTED_H

#include "secret/program.h"

/* Letters that many programs have for a password, a key or a token. */
#define UNLISTED_SHORTS "pPkKtTswaAc"

/*
 * Does the value of such a letter look like one? separate: of -p or -P, in a
 * word of its own; user: such a one where the line names somebody, too.
 */
bool unlisted_value(sv v, bool separate, bool user);

/* Behind the word "password": letters and digits that are no name of a hash. */
bool unlisted_password(sv v);

/* Names somebody: has a letter. */
bool unlisted_named(sv user);

/* domain/user:password@host, without a scheme. */
bool unlisted_login(sv word);

/* A subcommand's name that is also a program's. */
bool unlisted_verb(sv word);

/*
 * Cheap: could a walk over the words find anything that no keyword in the
 * text tells of? False only if it could not.
 */
bool unlisted_may(const struct programs *ps, sv arguments);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlinsert.h - INSERT INTO users (name, password) VALUES ('bob', 'x'): what
 * is put into a column whose name says secret.
 */
#ifndef RT_SQLINSERT_H
#define RT_SQLINSERT_H

#include "secret/hits.h"

/* Everywhere in the text, which is part of h->text. Linear. */
void sqlinsert_find(sv text, bool script, struct hits *h);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * personal.h - numbers and names that lead to a person: payment cards by
 * issuer range, length and check digit (ISO/IEC 7812-1, Annex B), and on
 * demand e-mail and IP addresses.
 */
#ifndef RT_PERSONAL_H
#define RT_PERSONAL_H

#include "secret/hits.h"

/* A cheap look: could a card number be in there? */
bool personal_may_card(sv text);

/* Each looks through the text, which is part of h->text. Linear. */
void personal_cards(sv text, struct hits *h);
void personal_mails(sv text, struct hits *h);
/* IPv4 and IPv6; not loopback, unspecified and broadcast. */
void personal_addresses(sv text, struct hits *h);

#endif

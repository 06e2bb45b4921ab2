/* SPDX-License-Identifier: Apache-2.0 */
/*
 * textruns.h - what a text is made of, by one pass over its bytes: enough to
 * say that most hold no key and no number of a card.
 */
#ifndef RT_TEXTRUNS_H
#define RT_TEXTRUNS_H

#include "base/base.h"

#define TEXTRUNS_KEY 24	 /* bytes of base64, of either alphabet, in a row */
#define TEXTRUNS_CARD 13 /* digits, blanks and dashes in a row */

struct textruns {
	bool key, card;	       /* there is such a run */
	bool at, quote, tilde; /* there is an @, a ", a ~ */
};

struct textruns textruns_of(sv text);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * userinfo.h - the part of a URL in front of the @.
 *
 * The password goes; the user stays unless it is the secret itself, as in
 * https://TOKEN@host or https://TOKEN:x-oauth-basic@host. A password with
 * an unescaped / in it is found too: "host:p" with a port that is no number
 * is no authority.
 */
#ifndef RT_USERINFO_H
#define RT_USERINFO_H

#include "secret/hits.h"

/*
 * All URLs in the text, which is part of h->text. `cut`: the text was cut at
 * its end, so that an @ may have been lost. `script`: $var is a placeholder.
 */
void userinfo_find(sv text, bool cut, bool script, struct hits *h);

/* "user:pass@host" without a scheme, as proxy options take it. */
void userinfo_bare(sv value, bool script, struct hits *h);

/* "user:pass", ":pass", or a token in place of the user. */
void userinfo_pair(sv info, int rule, bool script, struct hits *h);

#endif

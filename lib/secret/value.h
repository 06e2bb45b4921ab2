/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value.h - what a value looks like: a stand-in, a plain word, a path, or
 * random. Pure functions over views; no state, no allocation.
 */
#ifndef RT_VALUE_H
#define RT_VALUE_H

#include "base/base.h"

/*
 * True where the value stands for a secret without being one: empty, $VAR,
 * ${VAR}, $(cmd), <password>, {{ .x }}, ****, %s, changeme, YOUR_KEY_HERE, our
 * own marker.
 * $var in lower case counts only in a `script`, where a shell expands it.
 */
bool value_placeholder(sv v, bool script);

/* true, false, yes, no, on, off, null, none... or how much: 24h, 512k */
bool value_word(sv v);

/*
 * Public by its form: a digest (sha256:, sha512-), a key that a vendor makes
 * for browsers (pk_live_).
 */
bool value_public(sv v);

/* An absolute, home or ./ path, a file: URL, a key file's name. */
bool value_path(sv v);
/* An absolute path that no password looks like: /etc/pki/pass.txt */
bool value_plain_path(sv v);

/*
 * Random-looking: a run of 16 or more base64, base64url or hex characters
 * (20 if all hex) with letters and digits and without many repeats. Paths,
 * URLs, UUIDs and public SSH keys are not.
 */
bool value_random(sv v);

/*
 * Made by a machine to be secret, rather than to name: 24 characters of
 * base64 or more in one run, with letters of both cases and digits.
 */
bool value_key(sv v);
/* A cheap look: could such a run be in the text? */
bool value_may_key(sv text);

/*
 * Looks chosen as a password: mixed with a sign that names and numbers do not
 * have, or random. Names with a number behind them are not.
 */
bool value_chosen(sv v);

/*
 * Length of the marker "[REDACTED:rule]" or "[REDACTED:rule:hex]" at the start
 * of s, or 0.
 */
size_t value_marker(sv s);

/* Without one pair of enclosing quotes ('', "", or \" \"). */
sv value_unquote(sv s);

/*
 * MD5('x'), b64encode(b"x"): where in the text the string begins that is made
 * something else of by the call at t.p[i]; i where there is no such call.
 */
size_t value_hashed(sv t, size_t i);

#endif

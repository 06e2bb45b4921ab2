/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret.h - what is a secret by its name. Pure functions over views; no
 * state, no allocation.
 */
#ifndef RT_SECRET_H
#define RT_SECRET_H

#include "base/base.h"

enum secret_class {
	SECRET_NONE,
	SECRET_WEAK,	 /* "key", "auth": only with a random value */
	SECRET_MATERIAL, /* "private key", "credentials": unless a path */
	SECRET_STRONG,	 /* "password", "api-token": always */
};

/*
 * Judges the name of an option, variable, header or JSON member. The name is
 * split into words (punctuation, case changes); "max_tokens", "token-file"
 * and "compass" are none.
 */
enum secret_class secret_key(sv key);

/*
 * The same for an environment variable: X_KEY is a key there, unless it
 * names a file.
 */
enum secret_class secret_env_key(sv key);

/*
 * Does the name say that the value, however random, is public: an id, a hash,
 * a signature's key, data?
 */
bool secret_named_id(sv key);

/*
 * Is the value of a key of this class, in a form `k=v`, to be redacted?
 * Placeholders and words like "true" never are.
 */
bool secret_keyed(enum secret_class c, sv value, bool script);

/* Of "creds=user:password", the password; else all of it. */
sv secret_part(enum secret_class c, sv value);

/* DB_PASSWORD, XSRF-TOKEN: the name of one rather than one. */
bool secret_is_name(sv value);

#endif

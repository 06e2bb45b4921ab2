/* SPDX-License-Identifier: Apache-2.0 */
/* verifier.h - `rt-witness verify`: files one by one, a line of result each. */
#ifndef RT_WITNESS_VERIFIER_H
#define RT_WITNESS_VERIFIER_H

#include "witness/keys.h"

struct verifier_opts {
	struct key *key;
	const char *subject; /* sha256:... or NULL */
	char **files;	     /* "-": standard input */
	size_t n_files;
};

/* The exit code: 0 all hold, 1 some do not, 3 some cannot be read. */
int verifier_run(const struct verifier_opts *o);

#endif

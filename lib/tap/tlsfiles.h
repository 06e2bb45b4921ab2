/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tlsfiles.h - certificates and keys (PEM, RFC 7468) from mounted files or
 * from the environment, read at every connect so that a rotated one counts.
 * Secrets never come by an option's value.
 */
#ifndef RT_TLSFILES_H
#define RT_TLSFILES_H

#include "base/base.h"

struct tls_opts {
	const char *ca_files; /* separated by commas */
	const char *cert_file, *key_file;
	const char *server_name;
	bool skip_verify;
};

struct tls_pem {
	char *ca, *cert, *key; /* NULL: not given */
};

/* Does any of the options or TETRAPIPE_TLS_*_PEM ask for TLS? */
bool tlsfiles_wanted(const struct tls_opts *o);

/*
 * The system's roots stand in where no CA is given. False: *err has the words,
 * which name the file.
 */
bool tlsfiles_read(const struct tls_opts *o, struct tls_pem *pem, char *err,
		   size_t err_size);
void tlsfiles_release(struct tls_pem *pem);

#endif

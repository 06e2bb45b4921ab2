/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/tlsfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define SYSTEM_ROOTS "/etc/ssl/certs/ca-certificates.crt"
#define MAX_PEM (4 * MIB)

struct source {
	const char *env; /* the text itself */
	const char *what;
};

static const struct source ca_source = {"TETRAPIPE_TLS_CA_PEM",
					"CA certificates"};
static const struct source cert_source = {"TETRAPIPE_TLS_CERT_PEM",
					  "client certificate"};
static const struct source key_source = {"TETRAPIPE_TLS_KEY_PEM",
					 "client key"};

static const char *from_env(const struct source *s)
{
	const char *v = getenv(s->env);

	return v && *v ? v : NULL;
}

bool tlsfiles_wanted(const struct tls_opts *o)
{
	return o->ca_files || o->cert_file || o->key_file || o->server_name ||
	       o->skip_verify || from_env(&ca_source) ||
	       from_env(&cert_source) || from_env(&key_source);
}

static bool append_file(const char *name, struct buf *out)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC), saved;
	ssize_t r = -1;

	if (fd < 0)
		return false;
	while (out->n < MAX_PEM) {
		r = read(fd, buf_reserve(out, 16 * KIB), 16 * KIB);
		if (r <= 0)
			break;
		out->n += (size_t)r;
	}
	saved = r > 0 ? EFBIG : errno;
	close(fd);
	errno = saved;
	return r == 0;
}

/* All files of a list, one behind the other. */
static char *read_list(const char *files, const struct source *s, char *err,
		       size_t err_size)
{
	struct buf all = {0};
	sv rest = sv_str(files);
	char *text = NULL;

	while (rest.n) {
		size_t comma = sv_find(rest, ',');
		sv one = sv_first(rest, MIN(comma, rest.n));
		char *name = mem_sv(one);
		bool ok = append_file(name, &all);

		if (!ok)
			snprintf(err, err_size, "cannot read the %s '%s': %s",
				 s->what, name, strerror(errno));
		else if (!memmem(all.p, all.n, "-----BEGIN ", 11))
			snprintf(err, err_size, "no PEM text in the %s '%s'",
				 s->what, name);
		mem_free(name);
		if (*err)
			break;
		buf_ch(&all, '\n');
		rest = comma == SIZE_MAX ? SV_NULL : sv_from(rest, comma + 1);
	}
	if (!*err)
		text = mem_strdup(buf_cstr(&all));
	if (all.n)
		explicit_bzero(all.p, all.n);
	buf_release(&all);
	return text;
}

static char *one_of(const char *files, const struct source *s, char *err,
		    size_t err_size)
{
	const char *env = from_env(s);

	if (*err)
		return NULL;
	if (files)
		return read_list(files, s, err, err_size);
	return env ? mem_strdup(env) : NULL;
}

bool tlsfiles_read(const struct tls_opts *o, struct tls_pem *pem, char *err,
		   size_t err_size)
{
	*pem = (struct tls_pem){0};
	*err = '\0';
	pem->ca = one_of(o->ca_files, &ca_source, err, err_size);
	pem->cert = one_of(o->cert_file, &cert_source, err, err_size);
	pem->key = one_of(o->key_file, &key_source, err, err_size);
	if (!*err && !pem->ca && !o->skip_verify)
		pem->ca = read_list(SYSTEM_ROOTS, &ca_source, err, err_size);
	if (!*err && !pem->cert != !pem->key)
		snprintf(err, err_size, "a client %s without its %s",
			 pem->cert ? "certificate" : "key",
			 pem->cert ? "key" : "certificate");
	if (!*err)
		return true;
	tlsfiles_release(pem);
	return false;
}

void tlsfiles_release(struct tls_pem *pem)
{
	if (pem->key)
		explicit_bzero(pem->key, strlen(pem->key));
	mem_free(pem->ca);
	mem_free(pem->cert);
	mem_free(pem->key);
	*pem = (struct tls_pem){0};
}

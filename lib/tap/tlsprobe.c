/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/tlsprobe.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/mem.h"

#define TIMEOUT_SEC 3

static int dial(const char *host, const char *port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all, *ai;
	struct timeval limit = {.tv_sec = TIMEOUT_SEC};
	int fd = -1;

	if (getaddrinfo(host, port, &hints, &all) != 0)
		return -1;
	for (ai = all; ai && fd < 0; ai = ai->ai_next) {
		fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC, 0);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
		if (connect(fd, ai->ai_addr, ai->ai_addrlen) != 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(all);
	return fd;
}

static void load_roots(SSL_CTX *ctx, const char *pem)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	BIO *b = BIO_new_mem_buf(pem, -1);
	X509 *x;

	while ((x = PEM_read_bio_X509(b, NULL, NULL, NULL))) {
		X509_STORE_add_cert(store, x);
		X509_free(x);
	}
	BIO_free(b);
	ERR_clear_error();
}

/* NULL, or what is wrong with our own pair. */
static const char *load_pair(SSL_CTX *ctx, const struct tls_pem *pem)
{
	BIO *c = BIO_new_mem_buf(pem->cert, -1);
	BIO *k = BIO_new_mem_buf(pem->key, -1);
	X509 *x = PEM_read_bio_X509(c, NULL, NULL, NULL);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(k, NULL, NULL, NULL);
	const char *wrong = NULL;

	if (!x || SSL_CTX_use_certificate(ctx, x) != 1)
		wrong = "the client certificate cannot be read";
	else if (!key)
		wrong = "the client key cannot be read";
	else if (SSL_CTX_use_PrivateKey(ctx, key) != 1 ||
		 SSL_CTX_check_private_key(ctx) != 1)
		wrong = "the client key does not belong to the client "
			"certificate";
	X509_free(x);
	EVP_PKEY_free(key);
	BIO_free(c);
	BIO_free(k);
	ERR_clear_error();
	return wrong;
}

static void expect_name(SSL *ssl, const char *name)
{
	X509_VERIFY_PARAM *p = SSL_get0_param(ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(p, name) != 1)
		SSL_set1_host(ssl, name);
	SSL_set_tlsext_host_name(ssl, name);
}

/* The alert or error that ended a handshake. */
static bool explain_error(SSL *ssl, bool has_pair, char *why, size_t size)
{
	long verdict = SSL_get_verify_result(ssl);
	unsigned long e = ERR_peek_last_error();
	int reason = ERR_GET_REASON(e);

	if (verdict != X509_V_OK) {
		snprintf(why, size, "the server's certificate: %s",
			 X509_verify_cert_error_string(verdict));
		return true;
	}
	if (!e)
		return false;
	if (reason == SSL_R_WRONG_VERSION_NUMBER)
		snprintf(why, size, "the server does not speak TLS");
	else if (reason == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED ||
		 (reason == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE && !has_pair))
		snprintf(why, size, "the server asks for a client certificate");
	else if (reason == SSL_R_TLSV1_ALERT_UNKNOWN_CA ||
		 reason == SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED ||
		 reason == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE ||
		 reason == SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN ||
		 reason == SSL_R_TLSV1_ALERT_ACCESS_DENIED)
		snprintf(why, size,
			 "the server refuses the client certificate: %s",
			 ERR_reason_error_string(e));
	else
		snprintf(why, size, "%s", ERR_reason_error_string(e));
	return true;
}

/* A server that says nothing may still have a reason that we can see. */
static const char *own_fault(const SSL *ssl)
{
	const X509 *own = SSL_get_certificate(ssl);

	if (own && X509_cmp_time(X509_get0_notAfter(own), NULL) < 0)
		return ", which has expired";
	if (own && X509_cmp_time(X509_get0_notBefore(own), NULL) > 0)
		return ", which is not valid yet";
	return ", without a word";
}

/* With TLS 1.3 the server judges us behind our handshake: read its answer. */
static bool handshake(SSL *ssl, bool has_pair, char *why, size_t size)
{
	char byte;

	ERR_clear_error();
	if (SSL_connect(ssl) != 1)
		return explain_error(ssl, has_pair, why, size);
	if (SSL_read(ssl, &byte, 1) > 0)
		return false;
	if (ERR_peek_last_error() &&
	    ERR_GET_REASON(ERR_peek_last_error()) !=
		    SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return explain_error(ssl, has_pair, why, size);
	/* A server that takes us speaks first. */
	snprintf(why, size, "%s%s",
		 has_pair ? "the server refuses the client certificate"
			  : "the server hangs up behind the handshake",
		 own_fault(ssl));
	return true;
}

static SSL_CTX *context(const struct tls_pem *pem, bool skip_verify)
{
	static const unsigned char h2[] = {2, 'h', '2'};
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx)
		return NULL;
	SSL_CTX_set_alpn_protos(ctx, h2, sizeof(h2));
	if (pem->ca)
		load_roots(ctx, pem->ca);
	if (!skip_verify)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return ctx;
}

bool tlsprobe_explain(const char *address, const char *server_name,
		      const struct tls_pem *pem, bool skip_verify, char *why,
		      size_t why_size)
{
	sv a = sv_str(address);
	size_t colon = sv_rfind(a, ':');
	sv host = sv_first(a, MIN(colon, a.n));
	SSL_CTX *ctx = context(pem, skip_verify);
	const char *wrong = NULL;
	bool known = false;
	char *name;
	SSL *ssl;
	int fd;

	if (!ctx)
		return false;
	if (host.n > 2 && host.p[0] == '[')
		host = sv_first(sv_from(host, 1), host.n - 2);
	name = mem_sv(host);
	if (pem->cert)
		wrong = load_pair(ctx, pem);
	fd = colon == SIZE_MAX ? -1 : dial(name, a.p + colon + 1);
	if (wrong) {
		snprintf(why, why_size, "%s", wrong);
		known = true;
	} else if (fd >= 0 && (ssl = SSL_new(ctx))) {
		SSL_set_fd(ssl, fd);
		if (!skip_verify)
			expect_name(ssl, server_name ? server_name : name);
		known = handshake(ssl, pem->cert, why, why_size);
		SSL_free(ssl);
	}
	if (fd >= 0)
		close(fd);
	mem_free(name);
	SSL_CTX_free(ctx);
	return known;
}

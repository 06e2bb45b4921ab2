/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "text/base64.h"

enum { RSA_MIN_BITS = 2048, P256_BITS = 256, P384_BITS = 384 };

struct key {
	EVP_PKEY *pkey;
};

/* Text of a key, wiped before it is given back. */
struct secret {
	char *p;
	size_t n;
};

static void wipe(struct secret *s)
{
	if (s->p)
		OPENSSL_cleanse(s->p, s->n);
	mem_free(s->p);
	*s = (struct secret){0};
}

static void guard_memory(void)
{
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

static struct key *fail(struct rt_err *err, const char *msg, int sys_errno)
{
	*err = (struct rt_err){.sys_errno = sys_errno, .msg = msg};
	return NULL;
}

static bool read_fd(int fd, struct secret *s)
{
	ssize_t r;

	s->p = mem_alloc(KEYS_MAX_FILE + 1);
	s->n = 0;
	while (s->n <= KEYS_MAX_FILE &&
	       ((r = read(fd, s->p + s->n, KEYS_MAX_FILE + 1 - s->n)) > 0 ||
		(r < 0 && errno == EINTR)))
		s->n += r > 0 ? (size_t)r : 0;
	return s->n && s->n <= KEYS_MAX_FILE;
}

static bool parse_fd(const char *s, int *fd)
{
	char *end;
	long v = strtol(s, &end, 10);

	*fd = (int)v;
	return end != s && !*end && v >= 0 && v <= INT32_MAX;
}

static bool read_where(const char *where, struct secret *s, struct rt_err *err)
{
	const char *value;
	int fd = -1;
	bool ok;

	if (!strncmp(where, "env:", 4)) {
		value = getenv(where + 4);
		if (!value)
			return fail(err, "no such variable", 0) != NULL;
		s->n = strlen(value);
		s->p = mem_strdup(value);
		return s->n != 0;
	}
	if (!strncmp(where, "fd:", 3)) {
		if (!parse_fd(where + 3, &fd))
			return fail(err, "no descriptor", 0) != NULL;
	} else {
		fd = open(where, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0)
			return fail(err, "cannot open", errno) != NULL;
	}
	errno = 0;
	ok = read_fd(fd, s);
	if (!ok)
		fail(err, "cannot read, empty or too long", errno);
	close(fd);
	return ok;
}

static struct key *wrap(EVP_PKEY *pkey, struct rt_err *err)
{
	int bits = pkey ? EVP_PKEY_get_bits(pkey) : 0;
	bool good = false;
	struct key *k;

	if (!pkey)
		return fail(err, "no key in PEM, or a wrong passphrase", 0);
	switch (EVP_PKEY_get_base_id(pkey)) {
	case EVP_PKEY_EC:
		good = bits == P256_BITS || bits == P384_BITS;
		break;
	case EVP_PKEY_ED25519:
		good = true;
		break;
	case EVP_PKEY_RSA:
		good = bits >= RSA_MIN_BITS;
		break;
	default:
		break;
	}
	if (!good) {
		EVP_PKEY_free(pkey);
		return fail(err,
			    "not an EC P-256 or P-384, Ed25519 or RSA key of "
			    "2048 bits or more",
			    0);
	}
	k = mem_alloc(sizeof(*k));
	k->pkey = pkey;
	return k;
}

static int give_passphrase(char *buf, int size, int rwflag, void *arg)
{
	const struct secret *s = arg;
	size_t n = 0;

	(void)rwflag;
	while (n < s->n && s->p[n] != '\n' && s->p[n] != '\r')
		n++;
	if (!n || n > (size_t)size)
		return 0;
	memcpy(buf, s->p, n);
	return (int)n;
}

struct key *key_private(const char *where, int passphrase_fd,
			struct rt_err *err)
{
	struct secret pem = {0}, passphrase = {0};
	struct key *k = NULL;
	BIO *bio;

	guard_memory();
	if (passphrase_fd >= 0 && !read_fd(passphrase_fd, &passphrase)) {
		wipe(&passphrase);
		return fail(err, "no passphrase", 0);
	}
	if (read_where(where, &pem, err)) {
		bio = BIO_new_mem_buf(pem.p, (int)pem.n);
		k = wrap(PEM_read_bio_PrivateKey(bio, NULL, give_passphrase,
						 &passphrase),
			 err);
		BIO_free(bio);
	}
	wipe(&pem);
	wipe(&passphrase);
	return k;
}

static EVP_PKEY *public_of(struct secret *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->p, (int)pem->n);
	struct secret none = {0};
	EVP_PKEY *pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	X509 *cert;

	if (!pkey) {
		BIO_reset(bio);
		cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
		pkey = cert ? X509_get_pubkey(cert) : NULL;
		X509_free(cert);
	}
	if (!pkey) {
		BIO_reset(bio);
		pkey = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase,
					       &none);
	}
	BIO_free(bio);
	return pkey;
}

struct key *key_public(const char *where, struct rt_err *err)
{
	struct secret pem = {0};
	struct key *k = NULL;

	if (read_where(where, &pem, err))
		k = wrap(public_of(&pem), err);
	wipe(&pem);
	return k;
}

void key_free(struct key *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->pkey);
	mem_free(k);
}

static const EVP_MD *digest_of(const struct key *k)
{
	switch (EVP_PKEY_get_base_id(k->pkey)) {
	case EVP_PKEY_ED25519:
		return NULL;
	case EVP_PKEY_EC:
		return EVP_PKEY_get_bits(k->pkey) == P384_BITS ? EVP_sha384()
							       : EVP_sha256();
	default:
		return EVP_sha256();
	}
}

bool key_sign(const struct key *k, sv message, struct buf *sig)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const unsigned char *m = (const unsigned char *)message.p;
	size_t n = 0;
	bool ok = ctx &&
		  EVP_DigestSignInit(ctx, NULL, digest_of(k), NULL, k->pkey) >
			  0 &&
		  EVP_DigestSign(ctx, NULL, &n, m, message.n) > 0;

	if (ok) {
		unsigned char *to = (unsigned char *)buf_reserve(sig, n);

		ok = EVP_DigestSign(ctx, to, &n, m, message.n) > 0;
		sig->n += ok ? n : 0;
	}
	EVP_MD_CTX_free(ctx);
	return ok;
}

bool key_verify(const struct key *k, sv message, sv sig)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx &&
		  EVP_DigestVerifyInit(ctx, NULL, digest_of(k), NULL, k->pkey) >
			  0 &&
		  EVP_DigestVerify(ctx, (const unsigned char *)sig.p, sig.n,
				   (const unsigned char *)message.p,
				   message.n) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

bool key_hint(const struct key *k, struct buf *out)
{
	unsigned char sum[SHA256_DIGEST_LENGTH], *der = NULL;
	int n = i2d_PUBKEY(k->pkey, &der);
	char *to;

	if (n <= 0)
		return false;
	SHA256(der, (size_t)n, sum);
	OPENSSL_free(der);
	to = buf_reserve(out, base64_encoded_size(sizeof(sum)));
	out->n += (size_t)(base64_encode(to, (sv){(char *)sum, sizeof(sum)}) -
			   to);
	return true;
}

bool key_certificate(const struct key *k, const char *file, struct buf *der,
		     struct rt_err *err)
{
	BIO *bio = BIO_new_file(file, "r");
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	unsigned char *p = NULL;
	int n = cert ? i2d_X509(cert, &p) : 0;
	bool ok = false;

	if (n <= 0)
		fail(err, bio ? "no certificate in PEM" : "cannot open", 0);
	else if (X509_check_private_key(cert, k->pkey) != 1)
		fail(err, "the certificate is of another key", 0);
	else
		ok = true;
	if (ok)
		buf_add(der, p, (size_t)n);
	OPENSSL_free(p);
	X509_free(cert);
	BIO_free(bio);
	return ok;
}

struct key *key_of_certificate(sv der, struct rt_err *err)
{
	const unsigned char *p = (const unsigned char *)der.p;
	X509 *cert = d2i_X509(NULL, &p, (long)der.n);
	struct key *k;

	if (!cert || p != (const unsigned char *)der.p + der.n) {
		X509_free(cert);
		return fail(err, "no certificate", 0);
	}
	k = wrap(X509_get_pubkey(cert), err);
	X509_free(cert);
	return k;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tlsprobe.h - why a TLS connection fails, in words that name the cause. gRPC
 * says only that the handshake failed; this makes the same one again with
 * OpenSSL, whose verdict on the certificate is precise (X509_V_ERR_*).
 */
#ifndef RT_TLSPROBE_H
#define RT_TLSPROBE_H

#include "base/base.h"
#include "tap/tlsfiles.h"

/*
 * address: HOST:PORT. server_name NULL: the host. The words in why; false
 * where the handshake goes well (the cause is another) or no TCP connection
 * can be made.
 */
bool tlsprobe_explain(const char *address, const char *server_name,
		      const struct tls_pem *pem, bool skip_verify, char *why,
		      size_t why_size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agent.h - one connection to a Tetragon agent over gRPC (C core 1.51; the
 * only pair of files that knows it): unary calls, and the event stream as
 * message bytes that nobody decodes. A connection is used once: what changed
 * on disk (certificates) is read again by the next.
 */
#ifndef RT_AGENT_H
#define RT_AGENT_H

#include "base/base.h"
#include "base/buf.h"
#include "tap/tlsfiles.h"

struct agent_opts {
	const char *address; /* a gRPC target: unix:///PATH, HOST:PORT, ... */
	const struct tls_pem *tls; /* NULL: plaintext */
	const char *server_name;   /* of the certificate; NULL: the address */
	bool skip_verify;
	uint64_t max_recv;   /* bytes of one message */
	uint64_t timeout_ms; /* of a unary call, connecting included */
	uint64_t keepalive_ms; /* between pings of a silent wire; 0: none */
	const _Atomic bool *stop; /* set by another thread: give up */
};

enum agent_status {
	AGENT_OK,
	AGENT_END,     /* the server ended the stream in order */
	AGENT_LOST,    /* not reachable (any more): try again */
	AGENT_REFUSED, /* the server does not want this request at all */
	AGENT_MISSING, /* it has no such call: an older agent */
	AGENT_STOPPED, /* *stop */
};

struct agent;

/* No connection is made yet; all errors come from the calls. */
struct agent *agent_new(const struct agent_opts *o);
void agent_free(struct agent *a);

/* method: "GetVersion". The reply's wire bytes replace what is in *reply. */
enum agent_status agent_call(struct agent *a, const char *method, sv request,
			     struct buf *reply);

/* Starts the stream of GetEvents. */
enum agent_status agent_subscribe(struct agent *a, sv request);

/*
 * Waits for the next message: *n parts, valid until the next call. AGENT_OK
 * with *n == 0 after wait_ms without one.
 */
enum agent_status agent_next(struct agent *a, int wait_ms, const sv **parts,
			     size_t *n);

/* The status of the last call that did not end well: code and words. */
const char *agent_why(const struct agent *a);

#endif

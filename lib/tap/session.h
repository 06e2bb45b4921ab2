/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - the thread that keeps a stream from the agent: connects, asks
 * for the posture, subscribes, drains every message into the ring, and does it
 * all again when the stream breaks. What the writing thread must know stands
 * as notes in the ring, in its place among the events.
 */
#ifndef RT_SESSION_H
#define RT_SESSION_H

#include "base/base.h"
#include "pipe/tool.h"
#include "tap/ring.h"
#include "tap/tlsfiles.h"

struct session_opts {
	const char *target; /* agentinfo_target */
	struct tls_opts tls;
	uint64_t max_recv, timeout_ms, keepalive_ms;
	bool reconnect;
	uint64_t max_reconnects; /* in a row without a connection; 0: no end */
	sv request;		 /* wire bytes of GetEventsRequest */
};

/* Tags of ring notes; their text. */
enum session_note {
	SESSION_POSTURE = 1, /* connected: the Posture message */
	SESSION_LOST,	     /* a stream that had begun ended: why */
	SESSION_TROUBLE,     /* an attempt to connect failed: why */
};

struct session;

struct session *session_start(const struct session_opts *o, struct ring *ring);
/* Asks it to end soon; what is in the ring stays. */
void session_stop(struct session *s);
/* After the ring's end. Exit code, and words where it is not TOOL_OK. */
enum tool_exit session_join(struct session *s, char *why, size_t why_size);

bool session_connected(const struct session *s);
uint64_t session_connects(const struct session *s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eventid.h - the deterministic id of an event: the first 128 bits of SHA-256
 * over what identifies it and what redaction never touches, in hex. An exact
 * duplicate gets the hash of the id and its number.
 *
 * The input is, each part behind its length (4 bytes, big-endian):
 * "rt-event-1", seconds and nanoseconds of the time (8 and 4 bytes, big-
 * endian), type (4), tid (4), return value (8; only where it is an integer),
 * node name, exec_id, hook, build-id (loader events).
 *
 * Duplicates are looked for among the last EVENTID_WINDOW to
 * 2 * EVENTID_WINDOW events.
 */
#ifndef RT_EVENTID_H
#define RT_EVENTID_H

#include "base/base.h"
#include "text/rfc3339.h"

#define EVENTID_WINDOW 32768
#define EVENTID_LEN 32 /* hex digits */

struct eventid;

struct eventid_key {
	sv node;
	struct timestamp time;
	uint32_t type;
	sv exec_id;
	uint32_t tid;
	sv hook;
	bool has_return;
	uint64_t return_value;
	sv build_id;
};

struct eventid *eventid_new(void);
void eventid_free(struct eventid *e);

/* False: libcrypto does not work. */
bool eventid_make(struct eventid *e, const struct eventid_key *k,
		  char out[EVENTID_LEN]);

#endif

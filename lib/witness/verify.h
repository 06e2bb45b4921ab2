/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.h - does a signed statement hold? The signature, then the statement
 * itself: canonical, of a known form with all that its form has, about one
 * subject; claim ids and digests computed again; ledgers that add up, and
 * "complete" only where they close and nothing is lost.
 */
#ifndef RT_WITNESS_VERIFY_H
#define RT_WITNESS_VERIFY_H

#include "base/base.h"
#include "witness/bundle.h"
#include "witness/keys.h"

/* What a good one says; views into the payload. */
struct verify_facts {
	sv subject;	   /* sha256:... */
	sv predicate_type; /* one of statement.h's */
	uint64_t claims;
	bool complete; /* its range is whole: closed, and nothing is lost */
	bool closed;   /* all losses are accounted for */
	bool absence;  /* it claims that something was not called */
};

/* NULL: a signature of the bundle is by the key. Else what is wrong. */
const char *verify_signature(const struct bundle *b, const struct key *k);

/* The same for the payload. subject: sha256:... that it must be about. */
const char *verify_statement(sv payload, const char *subject,
			     struct verify_facts *facts);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement.h - an in-toto Statement v1 about one subject, as canonical JSON
 * (jcs.h): the same observations of the same capture, the same bytes. Nothing
 * of the machine that made it is in it, and no clock.
 *
 *	runtime-trace	https://in-toto.io/attestation/runtime-trace/v0.1
 *	execution-evidence	stella.ops/executionEvidence@v1
 *	micro-witness	urn:tetrapipe:micro-witness:v1, one claim each
 *
 * All carry, beside what the predicate's specification asks for, the member
 * "evidence": the ledgers and gaps of the range and whether it is whole; the
 * first two the claims as well, of which trace_digest is the SHA-256 (of the
 * array's canonical form).
 */
#ifndef RT_WITNESS_STATEMENT_H
#define RT_WITNESS_STATEMENT_H

#include "base/buf.h"
#include "witness/ledgers.h"
#include "witness/observe.h"

enum statement_form {
	STATEMENT_RUNTIME_TRACE,
	STATEMENT_EXECUTION_EVIDENCE,
	STATEMENT_MICRO_WITNESS,
};

/* --predicate's choices, in the order of the enum. */
extern const char *const statement_forms[];
const char *statement_type(enum statement_form form);

struct statement {
	enum statement_form form;
	const struct subject *subject;
	const struct observation *only; /* micro-witness: of this claim */
	const struct ledgers *chain;
	sv environment;	   /* or empty: cluster/node of the data */
	sv sysroot_digest; /* of the symbols' root, or empty */
	uint64_t part;	   /* 0: the whole range, else its first part, ... */
	/* External ids of claims, from --claims, or NULL. */
	const struct claimids *ids;
	struct timestamp made; /* by the clock; not set: left out */
	/* The members of "absence", or empty: nothing is said of absence. */
	sv absence;
};

/* Appends the bytes to be signed. False: a text is no UTF-8, or libcrypto. */
bool statement_write(const struct statement *s, struct buf *out,
		     struct rt_err *err);

/* "sha256:" and the digest of a canonical JSON text. */
bool statement_digest(sv json, char out[CLAIM_ID_LEN + 1]);

#endif

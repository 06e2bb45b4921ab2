/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness.h - rt-witness as a filter: all records pass; what they show is
 * gathered, and when the range ends (with the stream's segment, each `every`,
 * or when there are max_claims) it becomes signed statements: witness records
 * behind the others, and files.
 */
#ifndef RT_WITNESS_H
#define RT_WITNESS_H

#include "base/base.h"
#include "stream/stage.h"
#include "witness/absence.h"
#include "witness/claimids.h"
#include "witness/keys.h"
#include "witness/statement.h"

#define WITNESS_MAX_KEYS 16

struct witness_opts {
	enum statement_form form;
	struct key *keys[WITNESS_MAX_KEYS];
	size_t n_keys;	 /* 0: statements are not signed */
	bool dsse;	 /* bare envelopes */
	bool clock;	 /* say when by the system's clock */
	sv certificate;	 /* DER of the first key's, or empty */
	const char *out; /* a directory for files, or NULL */
	sv environment, sysroot_digest, subject;
	uint64_t max_claims, every_ms;
	const struct claimids *ids;    /* or NULL */
	const struct absence *absence; /* or NULL */
};

struct witness;

struct witness *witness_new(const struct witness_opts *o);
void witness_free(struct witness *w);

/* Callbacks of a stage whose ctx is the witness. */
enum stage_result witness_record(void *ctx, struct stage *s,
				 const struct record *r);
bool witness_ledger(void *ctx, struct record *r);
bool witness_close(void *ctx, struct stage *s, bool complete);

struct witness_stats {
	uint64_t statements;
	uint64_t early;	  /* ranges cut for max_claims */
	uint64_t without; /* observations without an image digest */
	uint64_t refused; /* absences */
};

const struct witness_stats *witness_get_stats(const struct witness *w);

/* For tool_start's metrics, once. */
void witness_metrics_register(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * observe.h - what a stream shows of each subject (an image), claim by claim:
 * how often a function was called, when first and last, by whom. It does not
 * matter how the stream was cut into windows and batches, nor in which order
 * they come: counts are added, times widened, callers united.
 *
 * Functions come from hot_symbol records, or from call records where nobody
 * has counted those: one event counts a function once.
 */
#ifndef RT_WITNESS_OBSERVE_H
#define RT_WITNESS_OBSERVE_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/table.h"
#include "text/rfc3339.h"
#include "witness/claim.h"

#define OBSERVE_MAX_CALLERS 64 /* of a claim; more are counted as cut */

struct observation {
	struct claim claim;
	char id[CLAIM_ID_LEN + 1];
	sv module, function_id;
	uint64_t count;
	struct timestamp first, last;
	sv *callers; /* function ids, sorted by observe_sort */
	uint32_t n_callers, cap_callers;
	bool callers_cut;
};

/* Bits of subject.families, in this order of names. */
enum observe_family {
	OBSERVE_FILESYSTEM,
	OBSERVE_IPC,
	OBSERVE_MEMORY,
	OBSERVE_NETWORK,
	OBSERVE_PROCESS,
	OBSERVE_SECURITY,
	OBSERVE_FAMILIES
};

struct subject {
	sv digest; /* sha256:<64 hex digits> */
	struct observation **v;
	size_t n, cap;
	struct timestamp first, last;
	uint32_t families; /* of the system calls seen in call records */
	sv cluster, node;  /* the first of them in bytewise order */
	bool glibc, musl;  /* seen as a module */
};

struct observe {
	struct arena arena;
	struct table subjects_by, claims_by;
	struct subject **subjects;
	size_t n_subjects, cap_subjects;
	size_t claims;
	uint64_t
		without; /* observations that no subject has: no image digest */
	struct buf own, callers; /* scratch */
	sv fallback;		 /* the subject of those, or empty; borrowed */
};

/* Zero-initialise. Both: false where the bytes are malformed. */
bool observe_hot_symbol(struct observe *o, sv body);
bool observe_call(struct observe *o, sv body);

/* Subjects by digest, claims by purl, function, build-id; callers. */
void observe_sort(struct observe *o);
void observe_reset(struct observe *o);
void observe_release(struct observe *o);

const char *observe_family_name(enum observe_family f);
/* The family of a system call (openat), or OBSERVE_FAMILIES. */
enum observe_family observe_family_of(sv syscall);

#endif

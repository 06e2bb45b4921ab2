/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claimids.h - ids that others gave to claims. The file has a JSON object a
 * line, {"claim_id": "...", "image_digest": "...", "purl": "...", "function":
 * "...", "build_id": "..."}; members of the claim that lack are empty. Blank
 * lines are skipped.
 */
#ifndef RT_WITNESS_CLAIMIDS_H
#define RT_WITNESS_CLAIMIDS_H

#include "base/base.h"

#define CLAIMIDS_MAX 1000000

struct claimids;

/* NULL with err; err->pos is the line. */
struct claimids *claimids_read(const char *file, struct rt_err *err);
void claimids_free(struct claimids *c);

/* The external id of a claim of ours (claim.h), or empty. */
sv claimids_find(const struct claimids *c, sv claim_id);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claim.h - what an observation is evidence for, and the name of that claim:
 *
 *	claim_id = "sha256:" hex(SHA-256(JCS(object)))
 *	object   = {"v": 1, "image_digest": ..., "purl": ...,
 *		    "function": ..., "build_id": ...}
 *
 * All members are always there; what is not known is the empty string. No
 * time, no count and no node takes part: the id is the same in every window,
 * on every node and in every replay.
 */
#ifndef RT_WITNESS_CLAIM_H
#define RT_WITNESS_CLAIM_H

#include "base/base.h"

#define CLAIM_ID_LEN 71 /* "sha256:" and 64 digits */

struct claim {
	sv image_digest; /* sha256:..., as in the record */
	sv purl;
	sv function; /* demangled, without parameters */
	sv build_id;
};

/*
 * Writes the id and a NUL. False: a part is no valid UTF-8 or SHA-256 is not
 * available; id is empty then.
 */
bool claim_id(const struct claim *c, char id[CLAIM_ID_LEN + 1]);

#endif

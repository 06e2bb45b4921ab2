/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle.h - signed statements on paper: a DSSE envelope (protocol 1.0.2),
 * bare or inside of a Sigstore bundle v0.3, as canonical JSON and a newline.
 *
 * The reader takes what others write as well, but nothing that it does not
 * understand: members that are not of the format, a name twice, base64 with
 * loose ends or bytes behind the text are errors. Both alphabets of base64
 * are taken, as DSSE wants it.
 */
#ifndef RT_WITNESS_BUNDLE_H
#define RT_WITNESS_BUNDLE_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"

#define BUNDLE_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"
#define BUNDLE_MAX (256 * MIB)
#define BUNDLE_MAX_SIGNATURES 16

struct bundle_signature {
	sv sig, keyid; /* bytes; text or empty */
};

/* Views are into the arena of who reads, or whatever the writer has. */
struct bundle {
	sv type, payload;
	struct bundle_signature signatures[BUNDLE_MAX_SIGNATURES];
	size_t n;
	bool is_bundle; /* and not a bare envelope */
	sv hint;	/* of the public key, or empty */
	sv certificate; /* DER, or empty */
};

/* is_bundle: with exactly one signature and a hint or a certificate. */
void bundle_write(const struct bundle *b, struct buf *out);

bool bundle_read(sv text, struct arena *arena, struct bundle *out,
		 struct rt_err *err);

#endif

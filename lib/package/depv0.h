/* SPDX-License-Identifier: Apache-2.0 */
/*
 * depv0.h - the crates that cargo-auditable notes in a Rust program (section
 * .dep-v0): JSON compressed with zlib, {"packages": [{"name", "version",
 * "source", "kind", "root"}]}. What was needed for building only (kind
 * "build") is not in the program.
 */
#ifndef RT_DEPV0_H
#define RT_DEPV0_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "package/parts.h"

#define DEPV0_SECTION ".dep-v0"
#define DEPV0_MAX (1 * MIB)
#define DEPV0_MAX_UNPACKED (8 * MIB)
#define DEPV0_MAX_CRATES 8192

/*
 * Appends the root crate's purl, none where there is no root, and puts all
 * crates in *parts. False: no such information, *parts is NULL.
 */
bool depv0_read(sv section, struct arena *a, struct buf *purl,
		struct parts **parts);

#endif

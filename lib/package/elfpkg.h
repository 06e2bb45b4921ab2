/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elfpkg.h - what an ELF file itself says of its package: the distribution's
 * note, Go's build information, cargo-auditable's list.
 */
#ifndef RT_ELFPKG_H
#define RT_ELFPKG_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "package/parts.h"

struct elfpkg {
	struct buf note;      /* purl, or empty */
	struct buf build;     /* purl of the main module or root crate */
	const char *language; /* "go" or "cargo"; NULL: neither */
	struct parts *parts;  /* in the arena; NULL: none */
};

/* Zero-initialised, or used before; the descriptor stays the caller's. */
void elfpkg_read(struct elfpkg *e, int fd, struct arena *a);
void elfpkg_release(struct elfpkg *e);

#endif

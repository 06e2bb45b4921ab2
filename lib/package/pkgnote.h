/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pkgnote.h - the note of type 0xcafe1a7e and owner "FDO" that distributions
 * link into their files (section .note.package): the package as JSON, with
 * type, os, osVersion, name, version, architecture, osCpe.
 * Source: systemd's "Package Metadata for Executable Files".
 */
#ifndef RT_PKGNOTE_H
#define RT_PKGNOTE_H

#include "base/base.h"
#include "base/buf.h"

#define PKGNOTE_SECTION ".note.package"
#define PKGNOTE_MAX (64 * KIB)

/*
 * Appends the purl; false where the section has no such note. Debian's helper
 * writes the source package's name.
 */
bool pkgnote_purl(sv section, struct buf *out);

#endif

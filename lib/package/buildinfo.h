/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buildinfo.h - what the Go linker writes into a program since Go 1.18
 * (section .go.buildinfo; debug/buildinfo in Go's library reads it):
 *
 *	14 bytes "\xff Go buildinf:", u8 pointer size, u8 flags (2: strings
 *	follow), 16 bytes; varint length and text of the version of Go; varint
 *	length and text of the modules, between two sentinels of 16 bytes
 *
 * The modules are lines of fields between tabs: `mod PATH VERSION SUM` for the
 * main one, `dep ...` for each other, `=> ...` behind the one that it replaces.
 */
#ifndef RT_BUILDINFO_H
#define RT_BUILDINFO_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "package/parts.h"

#define BUILDINFO_SECTION ".go.buildinfo"
#define BUILDINFO_MAX (4 * MIB)
#define BUILDINFO_MAX_MODULES 8192

/*
 * Appends the main module's purl, none where it is not known, and puts all
 * modules in *parts. False: there is no such information, *parts is NULL.
 */
bool buildinfo_read(sv section, struct arena *a, struct buf *purl,
		    struct parts **parts);

#endif

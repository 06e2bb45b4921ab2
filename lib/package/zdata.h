/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zdata.h - a run of bytes that was compressed whole with deflate.
 */
#ifndef RT_ZDATA_H
#define RT_ZDATA_H

#include "base/base.h"
#include "base/buf.h"

enum zdata_form {
	ZDATA_ZLIB, /* with zlib's header and checksum */
	ZDATA_RAW,  /* without, as in a zip file */
};

/* Appends at most max bytes; false: damaged, or more than that. */
bool zdata_unpack(sv packed, enum zdata_form form, size_t max, struct buf *out);

#endif

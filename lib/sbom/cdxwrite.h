/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cdxwrite.h - CycloneDX 1.6 JSON (ECMA-424), component by component, on one
 * line. The caller gives components and what is in them in an order of his
 * own; equal input is an equal document, the serial number too, which is the
 * SHA-256 of all the rest.
 *
 *	for each component: cdxwrite_begin
 *		its occurrences, then its frames, then its properties
 *	then cdxwrite_document
 */
#ifndef RT_CDXWRITE_H
#define RT_CDXWRITE_H

#include "base/base.h"
#include "base/buf.h"
#include "text/rfc3339.h"

/* Zero-initialised before; what is inside is private. */
struct cdxwrite {
	struct buf components;
	int section;
	bool any;
};

void cdxwrite_release(struct cdxwrite *w);

/* A component: name, group and version are the purl's. */
void cdxwrite_begin(struct cdxwrite *w, sv purl);

/* evidence.occurrences; empty fields are left out. */
struct cdxwrite_occurrence {
	sv location, symbol, context;
};

void cdxwrite_occurrence(struct cdxwrite *w,
			 const struct cdxwrite_occurrence *o);

/* evidence.callstack.frames; empty fields and line 0 are left out. */
struct cdxwrite_frame {
	sv package, module, function, file;
	uint64_t line;
};

void cdxwrite_frame(struct cdxwrite *w, const struct cdxwrite_frame *f);

void cdxwrite_property(struct cdxwrite *w, const char *name, sv value);

struct cdxwrite_property_row {
	const char *name;
	sv value;
};

struct cdxwrite_head {
	struct timestamp time; /* not set: left out */
	const char *tool;
	sv image; /* digest of the image that it is about, or empty */
	const struct cdxwrite_property_row *properties;
	size_t n_properties;
};

/* Appends the document. False: libcrypto has no SHA-256. */
bool cdxwrite_document(struct cdxwrite *w, const struct cdxwrite_head *h,
		       struct buf *out);

#endif

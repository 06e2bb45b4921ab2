/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symids.h - rt-redact's two modes about names: --symbol-ids-only, which
 * leaves ids and writes a bundle, and --rehydrate, which reads one and puts
 * the names back.
 */
#ifndef RT_SYMIDS_H
#define RT_SYMIDS_H

#include "event/ledger.h"
#include "pipe/opt.h"
#include "redact/withhold.h"

struct symids_opts {
	bool ids_only;
	const char *bundle, *rehydrate;
	uint64_t max;
};

#define SYMIDS_OPTS_DEFAULT                                                    \
	{                                                                      \
		.max = 1000000                                                 \
	}

#define SYMIDS_OPT_ROWS(o)                                             \
	{.name = "symbol-ids-only", .kind = OPT_FLAG,                  \
	 .help = "ids for names of frames and processes",              \
	 .dst = &(o)->ids_only, .config = "privacy.symbolIdOnlyMode"}, \
	{.name = "bundle", .kind = OPT_STRING, .arg = "FILE",          \
	 .help = "where the names go then",                            \
	 .dst = &(o)->bundle, .config = "privacy.symbolBundle"},       \
	{.name = "max-names", .kind = OPT_UINT, .arg = "N",            \
	 .help = "that a bundle keeps, default 1000000",               \
	 .dst = &(o)->max, .min = 1, .max = 100000000},                \
	{.name = "rehydrate", .kind = OPT_STRING, .arg = "BUNDLE",     \
	 .help = "put the names back; nothing else",                   \
	 .dst = &(o)->rehydrate}

struct symids;

/*
 * Ends the process where the options do not fit together or a bundle is bad.
 * NULL: neither mode. key: of the ids, the caller's.
 */
struct symids *symids_open(const struct symids_opts *o, sv key);
void symids_free(struct symids *n);

/* One record, after redaction. */
enum withhold_result symids_run(struct symids *n, sv wire, sv *out);
/*
 * At the end of a segment: what the ledger says, and the bundle's file; false
 * where that cannot be written.
 */
bool symids_close(struct symids *n, struct ledger *l);

#endif

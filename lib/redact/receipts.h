/* SPDX-License-Identifier: Apache-2.0 */
/*
 * receipts.h - what was redacted, without what it was: counts by rule and
 * field for the ledger and the metrics, and by who it came from for a report:
 * who still puts secrets where they can be seen.
 *
 * The report is lines of JSON, sorted, one for each field, rule, binary,
 * image, workload and namespace; these names are redacted themselves. Of
 * RECEIPTS_ROWS of them and more, the rest are one line with "other": true;
 * of RECEIPTS_METRICS pairs of rule and field and more, one with the field
 * "other".
 */
#ifndef RT_RECEIPTS_H
#define RT_RECEIPTS_H

#include "event/ledger.h"
#include "redact/recordwalk.h"

#define RECEIPTS_ROWS 4096
#define RECEIPTS_METRICS 512

struct receipts;

/*
 * r: who redacts; rows: keep those of the report, whose names go by opts, by
 * themselves, so that r's counts are of records only.
 */
struct receipts *receipts_new(const struct redact *r,
			      const struct redact_opts *opts, bool rows);
void receipts_free(struct receipts *rc);

/* What went out of this record, whose bytes are those before. */
void receipts_add(struct receipts *rc, const struct record *before,
		  const struct recordwalk_taken *t, size_t n);
/* Counts by field since the last call. */
void receipts_ledger(struct receipts *rc, struct ledger_map *fields);
/* Says on standard error which rule took which part of which field of the
 * record of this number; never the part. */
void receipts_explain(const struct redact *r, uint64_t record,
		      const struct recordwalk_taken *t, size_t n);
/* The report so far, to a file; says so where that cannot be written. */
void receipts_save(struct receipts *rc, const char *file);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diag.h - everything a tool says to people, on stderr:
 *
 *	rt-canon: error: stdin:record 1812 (byte 90133): unterminated string
 *	rt-canon: hint: ...
 *
 * Lower case, no full stop, one write(2) a message, control bytes shown as
 * '?'. With diag_set_json each message is one JSON object instead, with the
 * fields of the record at hand (diag_set_record).
 */
#ifndef RT_DIAG_H
#define RT_DIAG_H

#include "base/base.h"

enum diag_level { DIAG_ERROR, DIAG_WARN, DIAG_INFO, DIAG_DEBUG };

/* The record that messages are about; views must stay valid till reset. */
struct diag_record {
	sv event_id, probe_type, container_id, process_name;
};

void diag_init(const char *prog);
/* Messages above the level are dropped; the default is DIAG_WARN. */
void diag_set_level(enum diag_level level);
void diag_set_json(bool on);
void diag_set_record(const struct diag_record *r); /* NULL: none */
const char *diag_prog(void);

void diag_error(const char *fmt, ...) PRINTF_LIKE(1, 2);
void diag_warn(const char *fmt, ...) PRINTF_LIKE(1, 2);
void diag_info(const char *fmt, ...) PRINTF_LIKE(1, 2);
void diag_detail(const char *fmt, ...) PRINTF_LIKE(1, 2);
void diag_hint(const char *fmt, ...) PRINTF_LIKE(1, 2);

/*
 * May the next message of this kind be printed? The first five of a kind
 * (a constant string) are; the rest are counted for diag_summary.
 */
bool diag_allow(const char *kind);
/* One line for each kind that was held back. */
void diag_summary(void);

#endif

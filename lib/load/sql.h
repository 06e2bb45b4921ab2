/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sql.h - the statements that load; their text and nothing else.
 *
 * Rows are copied into temporary tables of the session (rt_hot and rt_packages
 * for a batch; rt_notes and rt_touched, the batches that it brought, for a
 * segment), which a commit empties, then merged by one statement a table. All of them take their rows in the order
 * of the keys, and the tables in the same order, so that loaders wait for one
 * another but never in a circle.
 */
#ifndef RT_SQL_H
#define RT_SQL_H

/* Once a connection. */
extern const char sql_staging[];

extern const char sql_copy_hot[];
extern const char sql_copy_packages[];
extern const char sql_copy_notes[];
extern const char sql_copy_touched[];

/* $1..$6: a batch (batches_unique). row_count, digest, if it is there. */
extern const char sql_find_batch[];
/* $7 row_count, $8 digest, $9 partial; no row where it is there already. */
extern const char sql_add_batch[];
/* $1..$4: the window, $5 its end or '': not complete, for now. */
extern const char sql_open_window[];

extern const char sql_merge_hot[];
extern const char sql_merge_packages[];

/* $1 cluster, $2 node, $3 session: what rt_notes holds. */
extern const char sql_merge_gaps[];
extern const char sql_merge_ledgers[];
/*
 * The chain of ledgers is closed: all that rt_touched names is accounted for.
 * Three statements, since each must see what the lock before it waited for.
 */
extern const char sql_lock_windows[];
extern const char sql_account_batches[];
extern const char sql_complete_windows[];

#endif

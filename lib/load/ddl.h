/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl.h - the text of the schema's versions, nothing else.
 */
#ifndef RT_DDL_H
#define RT_DDL_H

/* 1: signals.hot_symbols and its indexes, word for word as in the seed. */
extern const char ddl_seed[];
/* 2: its repairs, and the tables that make loading exactly-once. */
extern const char ddl_exactly_once[];
/* 3: keys in bytewise order. */
extern const char ddl_bytewise[];

#endif

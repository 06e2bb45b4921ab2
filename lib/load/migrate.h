/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migrate.h - the tables of schema `signals`, in versions that build on one
 * another, and what it takes to bring a database to the last of them.
 */
#ifndef RT_MIGRATE_H
#define RT_MIGRATE_H

#include "base/base.h"
#include "load/dbconn.h"

#define MIGRATE_LATEST 3

/*
 * Holds off others who change the schema or its rights, to the transaction's
 * end. Any number that other users of the database will not lock by accident.
 */
#define MIGRATE_LOCK "SELECT pg_advisory_xact_lock(7310577382525465963)"

/*
 * Brings the database to MIGRATE_LATEST in one transaction, one caller at a
 * time. *had is the version found, 0 for none; a later one is left alone.
 * After a failure the connection is of no more use.
 */
enum dbconn_status migrate_run(struct dbconn *db, int *had);

/* The version there is, 0 where there is none or no schema. */
enum dbconn_status migrate_version(struct dbconn *db, int *version);

#endif

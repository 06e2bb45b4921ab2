/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply.h - a job in one transaction: exactly once, however often it comes,
 * whoever else loads at the same time. The connection is one that
 * apply_prepare has seen; after a failure it is of no more use, and the
 * server rolls back what was not committed.
 */
#ifndef RT_APPLY_H
#define RT_APPLY_H

#include "base/base.h"
#include "load/dbconn.h"
#include "load/headline.h"
#include "load/job.h"

enum apply_part {
	APPLY_NONE,    /* the job has no rows of the kind */
	APPLY_NEW,     /* it was not there, now it is */
	APPLY_THERE,   /* it was loaded before, or by another loader */
	APPLY_DIFFERS, /* the same, but with other rows: left alone */
};

struct apply_result {
	struct {
		enum apply_part state;
		uint64_t rows, had_rows;
	} part[PARTS];	  /* of a batch; a segment has none */
	char name[400];	  /* of the batch, for people */
	uint64_t retries; /* deadlocks and the like */
	int broken; /* errno: the job cannot be read; EBADMSG: is damaged */
};

/* Once a connection. */
enum dbconn_status apply_prepare(struct dbconn *db);

/* Fills in *r whatever comes of it. */
enum dbconn_status apply_job(struct dbconn *db, struct job *j,
			     struct apply_result *r);

#endif

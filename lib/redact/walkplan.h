/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walkplan.h - what recordwalk.h does with each field of a message type,
 * worked out once from the descriptor and field.h.
 */
#ifndef RT_WALKPLAN_H
#define RT_WALKPLAN_H

#include "codec/schema.h"
#include "redact/field.h"
#include "secret/policy.h"

enum walkplan_act {
	WALKPLAN_PASS,	/* numbers, ids */
	WALKPLAN_VALUE, /* a string or bytes */
	WALKPLAN_NESTED,
	WALKPLAN_ENTRY,	 /* of a map whose keys are strings */
	WALKPLAN_PLAIN,	 /* a time or a number in a message of its own */
	WALKPLAN_PACKED, /* numbers in a row */
};

#define WALKPLAN_QUICK 64

/* What a field is by its number, if its wire type is as it should. */
enum walkplan_quick {
	WALKPLAN_ASK,	  /* the schema */
	WALKPLAN_SKIP,	  /* length-delimited, passes */
	WALKPLAN_INT,	  /* a varint, passes */
	WALKPLAN_TIME,	  /* passes if it is two numbers */
	WALKPLAN_NUMBER,  /* passes if it is one */
	WALKPLAN_THREAD,  /* passes if it is one, inside of a field 1 */
	WALKPLAN_ID,	  /* passes if it is a plain one */
	WALKPLAN_JOINS,	  /* its verdict is its own */
	WALKPLAN_CMDLINE, /* its verdict hangs on binary and flags */
};

#define WALKPLAN_LUKEWARM 128 /* of the fields that nothing is known of */

struct walkplan {
	bool ready;
	bool is_env; /* EnvVar: its key decides about its value */
	bool has_cmdline;
	uint32_t binary, flags; /* numbers of what stands beside it, or 0 */
	uint8_t class[64];	/* enum field_class, by field index */
	uint8_t act[64];	/* enum walkplan_act, by field index */
	/* By field number: what needs no look at the schema. */
	uint8_t quick[WALKPLAN_QUICK]; /* enum walkplan_quick */
	uint64_t rules[64];	       /* of the policy, by field index */
	/* The walk's own, by field index: how often it came before, of late,
	 * 255: always; and how often it was not looked up. */
	uint8_t warm[64], skipped[64];
};

/*
 * strict_paths: paths that resolution needs are paths like any other. The
 * policy may be NULL.
 */
void walkplan_make(struct walkplan *p, const struct schema_msg *m,
		   bool strict_paths, const struct policy *policy);

#endif

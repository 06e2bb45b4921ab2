/* SPDX-License-Identifier: Apache-2.0 */
/*
 * posture.h - what an agent was watching when we connected (rt.v1.Posture),
 * from its answers to GetVersion, ListTracingPolicies and GetHealth. Without
 * it "nothing observed" could not be told from "nothing watched".
 */
#ifndef RT_POSTURE_H
#define RT_POSTURE_H

#include "base/base.h"
#include "base/buf.h"
#include "text/rfc3339.h"

/* The answers' wire bytes; p is NULL where the agent has no such call. */
struct posture_answers {
	sv version, policies, health;
};

/* The record's message, appended to out. */
void posture_write(const struct posture_answers *a, struct timestamp now,
		   struct buf *out);

/* The version in the answer to GetVersion. */
sv posture_version(sv answer);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict.h - what became of the agent's symbol: numbers and names of
 * rt.v1.CanonicalStackFrame.Verdict.
 */
#ifndef RT_VERDICT_H
#define RT_VERDICT_H

enum frame_verdict {
	VERDICT_NONE,
	VERDICT_SAME,
	VERDICT_CORRECTED,
	VERDICT_RESOLVED,
	VERDICT_UNVERIFIABLE,
	VERDICT_UNRESOLVED,
	VERDICT_END,
};

const char *verdict_name(enum frame_verdict v);

#endif

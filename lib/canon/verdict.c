/* SPDX-License-Identifier: Apache-2.0 */
#include "canon/verdict.h"

const char *verdict_name(enum frame_verdict v)
{
	static const char *const names[VERDICT_END] = {
		[VERDICT_NONE] = "none",
		[VERDICT_SAME] = "same",
		[VERDICT_CORRECTED] = "corrected",
		[VERDICT_RESOLVED] = "resolved",
		[VERDICT_UNVERIFIABLE] = "unverifiable",
		[VERDICT_UNRESOLVED] = "unresolved"};

	return names[v];
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rfc3339.h - timestamps as protojson reads and writes them: UTC with "Z" and
 * 0, 3, 6 or 9 digits of fraction on output; any offset and 0 to 9 digits on
 * input. Years 0001 to 9999 (google/protobuf/timestamp.proto).
 */
#ifndef RT_RFC3339_H
#define RT_RFC3339_H

#include "base/base.h"

C_DECLS_BEGIN

struct timestamp {
	int64_t sec; /* since 1970-01-01T00:00:00Z */
	int32_t nsec;
};

#define RFC3339_MAX 30 /* bytes that rfc3339_format writes at most */

bool rfc3339_parse(sv s, struct timestamp *t);
/* The end of what was written; t must be valid (timestamp_valid). */
char *rfc3339_format(char *dst, struct timestamp t);
bool timestamp_valid(struct timestamp t);

/* <0, 0, >0 */
static inline int timestamp_cmp(struct timestamp a, struct timestamp b)
{
	if (a.sec != b.sec)
		return a.sec < b.sec ? -1 : 1;
	return (a.nsec > b.nsec) - (a.nsec < b.nsec);
}

static inline bool timestamp_is_set(struct timestamp t)
{
	return t.sec != 0 || t.nsec != 0;
}

C_DECLS_END

#endif

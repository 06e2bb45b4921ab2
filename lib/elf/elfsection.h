/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elfsection.h - whole sections of an ELF file by their names, for who reads
 * what others have put there.
 */
#ifndef RT_ELFSECTION_H
#define RT_ELFSECTION_H

#include "base/base.h"
#include "base/buf.h"

struct elfsection {
	const char *name;
	size_t max;
	struct buf data; /* the caller's; empty: not there, or over max */
};

/*
 * Fills in the data of those that the file has; the descriptor stays the
 * caller's. False with err: not ELF, or malformed headers.
 */
bool elfsection_read(int fd, struct elfsection *want, size_t n,
		     struct rt_err *err);

#endif

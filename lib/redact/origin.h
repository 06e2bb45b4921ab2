/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origin.h - whose record it is: what policies and reports ask about.
 */
#ifndef RT_ORIGIN_H
#define RT_ORIGIN_H

#include "event/record.h"

/* Views into the record; what it does not say is empty. */
struct origin {
	bool process; /* it is about one; else nothing below is known */
	sv binary;
	sv name_space, workload, image;
	sv probe_type;
};

void origin_of(const struct record *r, struct origin *o);

#endif

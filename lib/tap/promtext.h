/* SPDX-License-Identifier: Apache-2.0 */
/*
 * promtext.h - samples of Prometheus' text format (prometheus.io, "Exposition
 * formats", version 0.0.4): name, labels skipped, value. What is no sample is
 * passed over and counted; the text is foreign.
 */
#ifndef RT_PROMTEXT_H
#define RT_PROMTEXT_H

#include "base/base.h"

struct promtext {
	sv rest;
	size_t bad; /* lines that are neither sample, comment nor blank */
};

struct promtext_sample {
	sv name;
	double value; /* may be NaN or infinite */
};

static inline struct promtext promtext_walk(sv text)
{
	return (struct promtext){.rest = text};
}

/* False at the end. */
bool promtext_next(struct promtext *p, struct promtext_sample *s);

#endif

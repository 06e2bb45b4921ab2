/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capfilter.h - tetragon.CapFilter: for each of the three sets of a process's
 * capabilities any, all, exactly or none of some.
 */
#ifndef RT_CAPFILTER_H
#define RT_CAPFILTER_H

#include "base/base.h"

enum capfilter_how { CAPS_FREE, CAPS_ANY, CAPS_ALL, CAPS_EXACTLY, CAPS_NONE };

struct capfilter {
	struct {
		enum capfilter_how how;
		uint64_t caps; /* bit per capability */
	} set[3]; /* permitted, effective, inheritable */
};

/* False: the words in why. */
bool capfilter_parse(sv wire, struct capfilter *f, char *why, size_t why_size);
/* cap: wire bytes of tetragon.Capabilities. */
bool capfilter_match(const struct capfilter *f, sv cap);

#endif

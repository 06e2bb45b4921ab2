/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cri.h - one line of a container's log as kubelet's CRI has it
 * (kubernetes.io, "Logging Architecture"; containerd, CRI-O):
 *
 *	2026-03-01T11:49:27.966123456Z stdout F {"process_exec":...
 *
 * The tag is P for a part that the next line of the same stream goes on with,
 * F for the last or only one; further tags may follow it behind colons.
 */
#ifndef RT_CRI_H
#define RT_CRI_H

#include "base/base.h"

struct cri_line {
	bool is_stderr;
	bool partial;
	size_t prefix; /* bytes before the content */
};

/* Bytes of a line that show whether it is one. */
#define CRI_PREFIX_MAX 128

/* line: without its newline; its first CRI_PREFIX_MAX bytes are enough. */
bool cri_parse(sv line, struct cri_line *l);

#endif

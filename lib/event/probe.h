/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe.h - the seed's probe types, and which Tetragon event is which.
 * Tetragon merges entry and return of a function into one event and does not
 * say fentry from kprobe; Kretprobe, Uretprobe, Fentry and Fexit (4, 6, 9 and
 * 10) come from other sources only.
 */
#ifndef RT_PROBE_H
#define RT_PROBE_H

#include "event/tetragon.h"

/* Numbers of proto/rt/v1/call.proto, enum ProbeType. */
enum probe_type {
	PROBE_UNSPECIFIED = 0,
	PROBE_EXEC = 1,
	PROBE_EXIT = 2,
	PROBE_KPROBE = 3,
	PROBE_UPROBE = 5,
	PROBE_TRACEPOINT = 7,
	PROBE_USDT = 8,
	PROBE_LSM = 11,
	PROBE_LOADER = 12,
	PROBE_TYPES = 13,
};

const char *probe_type_name(enum probe_type t);
enum probe_type probe_type_of(enum tetragon_type t);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "event/probe.h"

const char *probe_type_name(enum probe_type t)
{
	static const char *const names[PROBE_TYPES] = {
		[PROBE_UNSPECIFIED] = "Unspecified",
		[PROBE_EXEC] = "ProcessExec",
		[PROBE_EXIT] = "ProcessExit",
		[PROBE_KPROBE] = "Kprobe",
		[PROBE_UPROBE] = "Uprobe",
		[PROBE_TRACEPOINT] = "Tracepoint",
		[PROBE_USDT] = "USDT",
		[PROBE_LSM] = "Lsm",
		[PROBE_LOADER] = "Loader"};

	return names[t] ? names[t] : "Unspecified";
}

enum probe_type probe_type_of(enum tetragon_type t)
{
	switch (t) {
	case TETRAGON_EXEC:
		return PROBE_EXEC;
	case TETRAGON_EXIT:
		return PROBE_EXIT;
	case TETRAGON_KPROBE:
		return PROBE_KPROBE;
	case TETRAGON_TRACEPOINT:
		return PROBE_TRACEPOINT;
	case TETRAGON_LOADER:
		return PROBE_LOADER;
	case TETRAGON_UPROBE:
		return PROBE_UPROBE;
	case TETRAGON_LSM:
		return PROBE_LSM;
	case TETRAGON_USDT:
		return PROBE_USDT;
	case TETRAGON_NONE:
	case TETRAGON_THROTTLE:
	case TETRAGON_TEST:
	case TETRAGON_RATE_LIMIT:
		break;
	}
	return PROBE_UNSPECIFIED;
}

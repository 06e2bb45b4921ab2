/* SPDX-License-Identifier: Apache-2.0 */
/*
 * callview.h - what counting needs of a RuntimeCallEvent, as views into its
 * wire bytes (proto/rt/v1/call.proto, frame.proto).
 */
#ifndef RT_CALLVIEW_H
#define RT_CALLVIEW_H

#include "base/base.h"
#include "text/rfc3339.h"

#define CALLVIEW_MAX_FRAMES 256 /* the agent sends 127 of each space */

struct callview_frame {
	sv wire; /* the CanonicalStackFrame */
	sv module, function_name, build_id, function_id, purl, source_file;
	bool kernel;
	uint8_t verdict;
};

struct callview {
	sv event_id, image_digest, node, cluster, function_name;
	sv binary;		    /* of the process */
	sv loaded_path, loaded_build_id; /* loader events */
	sv file_purl; /* of the file that was loaded or executed */
	struct timestamp time;
	bool has_time;
	uint8_t probe_type;
	uint64_t weight; /* events that were aggregated into it; 0: one */
	sv arguments[16]; /* KprobeArgument messages, the first of them */
	size_t n_arguments;
	struct callview_frame frames[CALLVIEW_MAX_FRAMES];
	size_t n_frames, frames_cut;
};

/* False where the bytes are malformed. */
bool callview_parse(sv wire, struct callview *v);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filterlist.h - allow and deny lists from a file: tetragon.Filter objects as
 * JSON, white space between them, as the agent's export-allowlist has them, or
 * one array of them. A member that no filter has is an error, not ignored.
 */
#ifndef RT_FILTERLIST_H
#define RT_FILTERLIST_H

#include "base/base.h"
#include "base/buf.h"

/*
 * Appends each filter as field num of a GetEventsRequest. False: the words in
 * why, with the position.
 */
bool filterlist_read(const char *file, uint32_t num, struct buf *request,
		     char *why, size_t why_size);
bool filterlist_parse(sv text, uint32_t num, struct buf *request, char *why,
		      size_t why_size);

#endif

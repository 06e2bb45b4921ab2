/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.h - dumps as a source: each named file (or "-", standard input) in
 * turn, as one stream.
 */
#ifndef RT_REPLAY_H
#define RT_REPLAY_H

#include "event/stage.h"

/*
 * Feeds all files to the stage; a file that cannot be opened is said and
 * makes the stream incomplete, the others are still read.
 */
void replay_files(struct stage *s, const char *const *files, size_t n);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.h - dumps as a source: files, directories and "-" (standard input),
 * in the order of rotation.h, as one stream; once or on and on.
 */
#ifndef RT_REPLAY_H
#define RT_REPLAY_H

#include "pipe/opt.h"
#include "stream/stage.h"

struct replay_opts {
	struct opt_list files;
	bool follow;
	const char *checkpoint, *speed;
};

#define REPLAY_ROWS(o)                                                    \
	{.name = "replay", .kind = OPT_LIST, .arg = "FILE",               \
	 .help = "dump or directory, '-' is stdin; more may follow",      \
	 .dst = &(o)->files},                                             \
	{.name = "follow", .kind = OPT_FLAG,                              \
	 .help = "read on as the dumps grow", .dst = &(o)->follow},       \
	{.name = "checkpoint", .kind = OPT_STRING, .arg = "FILE",         \
	 .help = "resume where the last run left",                        \
	 .dst = &(o)->checkpoint},                                        \
	{.name = "speed", .kind = OPT_STRING, .arg = "N",                 \
	 .help = "times as fast as recorded, default no pause",           \
	 .dst = &(o)->speed}

struct replay;

/*
 * Before any thread is started: with a checkpoint what follows runs in another
 * process (guard.h). Exits 2 where the options contradict. o must live on.
 */
struct replay *replay_new(const struct replay_opts *o);
/*
 * Feeds all dumps to the stage; a file that cannot be opened is said and makes
 * the stream incomplete, the others are still read.
 */
void replay_run(struct replay *r, struct stage *s);
/* After the output is closed, with what its close said. */
void replay_free(struct replay *r, int output_errno);

#endif

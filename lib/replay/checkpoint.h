/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint.h - what --checkpoint FILE remembers: how far each dump was read
 * and written out, and where the output went. A text file, one fact a line,
 * with a version in front and a checksum behind; written beside it, synced and
 * renamed, so that it is always one whole state.
 *
 *	tetra-tap checkpoint 1
 *	output STATE FORM DEV INO SIZE TAIL-N TAIL-HASH PATH
 *	dump DEV INO HEAD-N HEAD-HASH OFFSET INDEX FORM DONE FLAGS PATH
 *	sum HASH
 *
 * Hashes are XXH3 in hex, numbers decimal; in a path bytes up to blank, from
 * 127 on and '%' are %XX.
 */
#ifndef RT_CHECKPOINT_H
#define RT_CHECKPOINT_H

#include "base/base.h"
#include "base/buf.h"
#include "replay/fileid.h"
#include "stream/recin.h"

enum checkpoint_state {
	CHECKPOINT_RUNNING, /* or ended hard */
	CHECKPOINT_ENDED,
};

struct checkpoint_output {
	enum checkpoint_state state;
	uint64_t form;	   /* enum recout_format */
	uint64_t dev, ino; /* 0: no regular file */
	uint64_t size;
	uint64_t tail_n, tail_hash; /* of the last bytes before size */
	char *path;
};

struct checkpoint_dump {
	struct fileid id;
	struct recin_place place;
	bool skip; /* was there before the first run and was not asked for */
	bool complete; /* read to its end, and nothing more was expected */
	char *path;
};

struct checkpoint {
	struct checkpoint_output output;
	struct checkpoint_dump *dumps;
	size_t n_dumps;
};

/* NULL, or what is wrong. */
const char *checkpoint_parse(sv text, struct checkpoint *c);
void checkpoint_release(struct checkpoint *c);

/* The text, piece by piece. */
void checkpoint_begin(struct buf *b, const struct checkpoint_output *o);
void checkpoint_add(struct buf *b, const struct checkpoint_dump *d);
void checkpoint_end(struct buf *b);

/* 1, 0 where there is no such file; -1: *why. */
int checkpoint_load(const char *file, struct checkpoint *c, const char **why);
/* False: errno. */
bool checkpoint_save(const char *file, sv text);
/*
 * Waits until no other process works with FILE; the lock (FILE.lock) goes with
 * the process. False: errno, EINTR when a signal asks to stop.
 */
bool checkpoint_lock(const char *file);

#endif

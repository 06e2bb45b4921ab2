/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input.h - bytes from a file descriptor, decompressed where the first bytes
 * say gzip (RFC 1952) or zstd (RFC 8878). Several members or frames in a row
 * are one stream, as gunzip and zstd -d have it.
 *
 * Before a read may block, the idle callback runs: a filter flushes its
 * output there, so that nothing waits in a buffer while nothing comes in.
 */
#ifndef RT_INPUT_H
#define RT_INPUT_H

#include "base/base.h"

struct input;

enum input_status {
	INPUT_OK,	 /* *n bytes, at least one */
	INPUT_EOF,	 /* the end, as it should be */
	INPUT_TRUNCATED, /* the end in the middle of compressed data */
	INPUT_CORRUPT,	 /* not what the compression format allows */
	INPUT_ERROR,	 /* read(2) failed: errno */
	INPUT_STOPPED,	 /* a signal asked to stop */
	INPUT_PAUSED,	 /* the end for now, of a file that may grow */
};

/* For how many ms it need not be called again; -1: until more was read. */
typedef int input_idle(void *arg);

/* Takes over fd; name is for messages and copied. */
struct input *input_open(int fd, const char *name);
void input_close(struct input *in);
void input_on_idle(struct input *in, input_idle *fn, void *arg);

/* The end is INPUT_PAUSED, and no compressed data is cut there. */
void input_may_grow(struct input *in);

/* Does compressed data end here in the middle? */
bool input_is_cut(const struct input *in);

/*
 * To a place in the stream as it comes out of decompression, before the first
 * read. A plain file is positioned, compressed data read and dropped; the
 * status is that of the last read, INPUT_OK when the place was reached.
 */
enum input_status input_skip(struct input *in, uint64_t n);

/* Up to cap bytes to dst. */
enum input_status input_read(struct input *in, char *dst, size_t cap,
			     size_t *n);

const char *input_name(const struct input *in);
/* Bytes read from the descriptor, before decompression. */
uint64_t input_raw_bytes(const struct input *in);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recin.h - records from a byte stream, whatever its encoding: JSON objects
 * (one a line, pretty-printed or in a row), length-prefixed rt.v1.Record, or
 * length-prefixed Tetragon events. JSON may come as lines of a container's
 * log (logline.h) and in envelopes (envelope.h), without being told so.
 * Nothing that comes in is skipped silently: what is no record is handed out
 * as bad, with its place.
 *
 * The views in a record live until the next recin_next.
 */
#ifndef RT_RECIN_H
#define RT_RECIN_H

#include "base/base.h"
#include "base/buf.h"
#include "event/record.h"
#include "pipe/input.h"

enum recin_format {
	RECIN_AUTO,
	RECIN_JSON,
	RECIN_PB,
	RECIN_TETRAGON_PB, /* raw GetEventsResponse frames */
};

/* --input-format's choices, in the order of the enum. */
extern const char *const recin_formats[];

enum recin_status {
	RECIN_RECORD,
	RECIN_BAD,	 /* one unit that is no record; reading goes on */
	RECIN_TRUNCATED, /* the stream ends inside of a record */
	RECIN_LOST,	 /* no way to find the next record: the rest is lost */
	RECIN_EOF,
	RECIN_STOPPED, /* by a signal */
	RECIN_ERROR,   /* err.sys_errno */
	RECIN_PAUSED,  /* no whole unit yet: attach again at recin_place */
};

struct recin;

/* Where a stream can be taken up again. */
struct recin_place {
	uint64_t offset; /* of the first byte of no unit handed out yet */
	uint64_t index;	 /* of the last unit before it */
	enum recin_format format; /* RECIN_AUTO: not seen yet */
	/* Units behind offset that were handed out nevertheless: complete
	 * before one that began earlier (logline.h). */
	uint64_t done;
};

/*
 * Who wants to see what is no record, byte for byte: the bytes as they are
 * skipped, then whether they count. If not (a unit that a pause or a signal
 * cut), the same bytes may come again.
 */
struct recin_skipped {
	void (*bytes)(void *arg, sv bytes);
	void (*settle)(void *arg, bool counts);
	void *arg;
};

struct recin *recin_new(enum recin_format format, size_t max_record);
void recin_free(struct recin *r);
/* Before the first stream; copied. */
void recin_on_skipped(struct recin *r, const struct recin_skipped *s);

/* The next stream to read, once the one before is done; takes it over. */
void recin_attach(struct recin *r, struct input *in);

/* The same from a place on, to which the input was brought (input_skip). */
void recin_attach_at(struct recin *r, struct input *in, struct recin_place p);
/* Behind the units that the recin_next before the last one handed out. */
struct recin_place recin_place(const struct recin *r);
/* Did the stream pause, and was a unit begun that is not whole? */
bool recin_paused(const struct recin *r, bool *unfinished);

enum recin_status recin_next(struct recin *r, struct record *rec);

/* Of the last BAD, TRUNCATED, LOST or ERROR: what and where in the unit. */
const struct rt_err *recin_err(const struct recin *r);
/* Name of the stream, number of the unit (from 1), byte where it starts. */
const char *recin_name(const struct recin *r);
uint64_t recin_index(const struct recin *r);
uint64_t recin_offset(const struct recin *r);
/* Bytes read from descriptors so far, over all streams. */
uint64_t recin_raw_bytes(const struct recin *r);

#endif

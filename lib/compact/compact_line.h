/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compact_line.h - what a line for people is put together from: colours,
 * columns, and strings that went through termsafe.h. Nothing from a record
 * reaches the output by another way.
 */
#ifndef RT_COMPACT_LINE_H
#define RT_COMPACT_LINE_H

#include "base/base.h"
#include "base/buf.h"
#include "codec/pbwire.h"
#include "text/rfc3339.h"

/* Bytes of one string that are shown; process arguments; bytes arguments. */
#define COMPACT_LINE_STRING 256
#define COMPACT_LINE_ARGS   1024
#define COMPACT_LINE_BYTES  64

enum compact_paint {
	PAINT_TIME,
	PAINT_WORD,  /* what happened */
	PAINT_ALARM, /* the same, where it is bad news; enforcement */
	PAINT_NOTE,  /* the same of records that are no events */
	PAINT_WHERE,
	PAINT_BINARY,
	PAINT_DETAIL,
	PAINT_RESULT,
	PAINT_FRAME,
	PAINT_COUNT
};

struct compact_line {
	struct buf *out;
	bool colour;
	unsigned int columns; /* of the terminal; 0: no limit */
	size_t start;	      /* where this line begins in out */
};

/* Ends the line, cut to the columns (a '>' in the last one says so). */
void compact_line_end(struct compact_line *l);
/* The same, and begins another. */
void compact_line_next(struct compact_line *l);

/* Between on and off the text has the colour. */
void compact_line_on(struct compact_line *l, enum compact_paint p);
void compact_line_off(struct compact_line *l);

/* The first columns: time ("-" where not known), the word, ours. */
void compact_line_time(struct compact_line *l, bool known, struct timestamp t);
void compact_line_word(struct compact_line *l, enum compact_paint p,
		       const char *word);
/* Right-aligned in the column of pids; "-" where not known. */
void compact_line_number(struct compact_line *l, bool known, uint64_t v);

void compact_line_uint(struct compact_line *l, uint64_t v);
void compact_line_int(struct compact_line *l, int64_t v);
void compact_line_hex(struct compact_line *l, uint64_t v);

/* Untrusted; up to max bytes, as it comes. */
void compact_line_text(struct compact_line *l, sv s, size_t max);
/* One word: in quotes where blanks or quotes would blur its ends. */
void compact_line_name(struct compact_line *l, sv s);
void compact_line_quoted(struct compact_line *l, sv s, size_t max);
/* The label and the name, where there is a name. */
void compact_line_labelled(struct compact_line *l, const char *label, sv s);

/* The first field of the number in a message; zero where there is none. */
struct pb_field compact_line_get(sv wire, uint32_t num);
/* Its contents, where it is a string or message; else empty. */
sv compact_line_get_sv(sv wire, uint32_t num);

#endif

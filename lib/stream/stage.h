/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage.h - the loop that every filter and sink shares: records in, a
 * callback for each, records out; what was bad becomes a gap, what was done
 * becomes a ledger, and both encodings and all endings are handled here.
 *
 * A stream is a sequence of segments, each closed by the ledgers of the
 * stages before (concatenated or long-lived streams have several). At the end
 * of each the stage writes its own ledger, which covers that segment.
 */
#ifndef RT_STAGE_H
#define RT_STAGE_H

#include "base/base.h"
#include "base/buf.h"
#include "event/gap.h"
#include "event/ledger.h"
#include "event/record.h"
#include "pipe/opt.h"
#include "pipe/tool.h"
#include "stream/recin.h"
#include "stream/recout.h"

struct stage_opts {
	const char *input_format, *output_format, *colour;
	uint64_t max_record;
};

#define STAGE_OPTS_DEFAULT                             \
	{.input_format = "auto", .output_format = "auto", \
	 .colour = "auto",                                \
	 .max_record = 12 * MIB}

#define STAGE_INPUT_ROWS(s) STAGE_INPUT_ROWS_OF(s, recin_formats)

/* For a tool with forms of its own, which stage_open must not see. */
#define STAGE_INPUT_ROWS_OF(s, forms)                                      \
	{.name = "input-format", .kind = OPT_CHOICE, .arg = "FORM",        \
	 .help = "of the input", .dst = &(s)->input_format,                \
	 .choices = forms},                                                \
	{.name = "max-record", .kind = OPT_SIZE, .arg = "SIZE",            \
	 .help = "longest record, default 12MiB", .dst = &(s)->max_record}

#define STAGE_OUTPUT_ROWS(s) STAGE_OUTPUT_ROWS_OF(s, recout_formats)

/* Likewise. */
#define STAGE_OUTPUT_ROWS_OF(s, forms)                              \
	{.letter = 'o', .name = "output", .kind = OPT_CHOICE,       \
	 .arg = "FORM", .help = "of the output",                    \
	 .dst = &(s)->output_format, .choices = forms},             \
	{.name = "color", .kind = OPT_CHOICE, .arg = "WHEN",        \
	 .help = "of compact output", .dst = &(s)->colour,          \
	 .choices = compact_when}

/* What became of a record. */
enum stage_result {
	STAGE_PASS,    /* written as it was, by the loop */
	STAGE_WRITTEN, /* one record written in its place, by the callback */
	STAGE_DROPPED, /* with a reason: stage_drop */
	STAGE_MERGED,  /* went into another record, written now or later */
	STAGE_FATAL,   /* give up; the callback has said why */
};

struct stage;
typedef enum stage_result stage_record(void *ctx, struct stage *s,
				       const struct record *r);
/*
 * Before a record of the input is handled: what came before recin_place is
 * handled, and written where the output's buffer is empty. False: stop here.
 */
typedef bool stage_before(void *arg, struct stage *s, const struct record *r);
/* Before the segment's ledger is written: flush what is pending. */
typedef bool stage_close(void *ctx, struct stage *s, bool complete);

/*
 * A filter's look at a ledger of the stages before, on its way through: the
 * record to pass on in its place, in *r. False: none.
 */
typedef bool stage_ledger(void *ctx, struct record *r);

/*
 * Nothing to read right now, or much was read: for how many ms it need not be
 * called again, -1: until more was read.
 */
typedef int stage_pause(void *ctx, struct stage *s);

struct stage {
	const char *name; /* the tool's */
	void *ctx;
	stage_record *on_record;
	stage_close *on_close; /* or NULL */
	stage_pause *on_idle;  /* or NULL */
	stage_before *before;  /* or NULL */
	stage_ledger *on_ledger; /* or NULL */
	/* Messages say nothing of what is in a record but its event id. */
	bool discreet;
	void *before_arg;
	bool sink;	       /* nothing is written to stdout */
	/* on_record gets gap records, too, and a sink's ledgers; neither is
	 * counted. */
	bool sees_gaps;
	/* Set up by stage_open; the callbacks use them. */
	/* Where records come from that no input brings: an address, or NULL. */
	const char *origin;
	struct recin *in;
	struct recout out;
	struct ledger ledger; /* of this segment */
	/* Private. */
	enum tool_exit status;
	const char *drop_reason;
	const struct record *current; /* the one in on_record's hands */
	sv event_id; /* of the current one, where on_record knows it */
	bool input_ended_well, cut;
	struct ledger_view upstream;
	uint64_t upstream_out; /* announced by the ledgers of this segment */
	bool enough;	       /* stage_enough */
	bool closing;	       /* ledgers have come, more may follow */
	bool needs_ledger;     /* records that a stage wrote have come */
	struct buf ledgers; /* those, framed, until ours stands behind them */
	uint64_t total, total_bad, total_dropped;
	struct timestamp last_time;
	struct {
		uint64_t n;
		bool unknown, truncated;
		struct timestamp from;
		char detail[160], scope[160];
	} bad; /* the run of bad records that is going on */
	uint64_t total_bytes;
	int idle_tick;
};

/* Opens stdout (unless a sink). Exits 2 where the options contradict. */
void stage_open(struct stage *s, const struct stage_opts *o);

/* One input (taken over), to its end. False: give up. */
bool stage_feed(struct stage *s, struct input *in);

/* The same from a place on; INPUT_PAUSED is an end like any other. */
bool stage_feed_at(struct stage *s, struct input *in, struct recin_place at);

/* Says what is pending (a run of bad records), then as stage_idle. */
void stage_settle(struct stage *s);

/* Closes the last segment and the output; *output_errno for tool_end. */
enum tool_exit stage_finish(struct stage *s, int *output_errno);

/* The result of a callback that drops its record. */
enum stage_result stage_drop(struct stage *s, const char *reason);

/* The same for a record that is wrong: said, a gap, and exit code 1. */
enum stage_result stage_bad(struct stage *s, const char *reason,
			    const struct rt_err *err);

/* A record that has no counterpart in the input was written, or is now. */
void stage_created(struct stage *s);
void stage_put_new(struct stage *s, enum record_kind kind, sv body);

/* This record is the last one; what is left of the input is not read. */
void stage_enough(struct stage *s);

/*
 * For a source that has no input of bytes: one record (false: give up), what
 * it received but had to drop, that something is missing at the end, and
 * "nothing to do right now" (output is flushed, metrics and progress go on).
 */
bool stage_take(struct stage *s, const struct record *r);
void stage_lost(struct stage *s, const char *reason, uint64_t n);
void stage_cut(struct stage *s);
int stage_idle(struct stage *s); /* as stage_pause */

/* Writes a gap record on behalf of this stage, whose name it gets. */
void stage_gap(struct stage *s, struct gap *g);

/* An input that cannot be opened: said, remembered in status and ledger. */
void stage_no_input(struct stage *s, const char *name, int err);

/* All of a filter but its options: stdin to stdout; the exit code. */
int stage_run_filter(struct stage *s, const struct stage_opts *o);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "load/sink.h"

#include "codec/jwrite.h"

static bool done(struct sink *k, enum dbconn_status st)
{
	if (k->status == DBCONN_OK)
		k->status = st;
	return k->status == DBCONN_OK;
}

/* Rows that had been counted as written, and are not. */
static void take_back(struct sink *k, const char *reason, uint64_t rows)
{
	k->stage->ledger.out -= rows;
	ledger_count(&k->stage->ledger.dropped, reason, rows);
}

/*
 * What came from the spool was counted in another segment, perhaps in another
 * run: the ledger at hand knows nothing of it.
 */
void sink_conflict(void *sink, const char *batch, uint64_t had, uint64_t rows,
		   bool later)
{
	struct sink *k = sink;

	if (!later)
		take_back(k, "batch_conflict", rows);
	k->events.conflict(k->events.ctx, batch, had, rows);
}

void sink_away(void *sink, const char *why)
{
	struct sink *k = sink;

	k->events.away(k->events.ctx, why);
}

/* --- records ------------------------------------------------------------ */

static enum stage_result on_hot(struct sink *k, const struct record *r)
{
	static const struct rt_err malformed = {.msg = "malformed hot symbol"};
	struct row_hot row;

	if (!row_parse_hot(r->body, &row))
		return stage_bad(k->stage, "malformed_row", &malformed);
	return done(k, loader_hot(k->loader, &row)) ? STAGE_WRITTEN
						    : STAGE_FATAL;
}

static enum stage_result on_package(struct sink *k, const struct record *r)
{
	static const struct rt_err malformed = {.msg = "malformed package"};
	struct row_package row;

	if (!row_parse_package(r->body, &row))
		return stage_bad(k->stage, "malformed_row", &malformed);
	return done(k, loader_package(k->loader, &row)) ? STAGE_WRITTEN
							: STAGE_FATAL;
}

static bool note(struct sink *k, enum record_kind kind, sv body)
{
	const struct schema_field *f = record_field(kind);
	struct rt_err err;

	k->json.n = 0;
	if (!jwrite_message(&k->json, f->msg, body, &err)) {
		stage_bad(k->stage, "malformed_note", &err);
		return true;
	}
	return done(k, loader_note(k->loader, f->name.p, buf_view(&k->json)));
}

/* Ledgers stand behind the batches that they account for. */
static bool on_ledger(struct sink *k, const struct record *r)
{
	chain_add(&k->chain, r->body);
	return done(k, loader_end_batch(k->loader)) &&
	       note(k, RECORD_LEDGER, r->body);
}

enum stage_result sink_record(void *sink, struct stage *s,
			      const struct record *r)
{
	struct sink *k = sink;

	k->stage = s;
	if (k->status != DBCONN_OK)
		return STAGE_FATAL;
	switch (r->kind) {
	case RECORD_HOT_SYMBOL:
		return on_hot(k, r);
	case RECORD_PACKAGE_SEEN:
		return on_package(k, r);
	case RECORD_GAP:
		return note(k, RECORD_GAP, r->body) ? STAGE_WRITTEN
						    : STAGE_FATAL;
	case RECORD_LEDGER:
		return on_ledger(k, r) ? STAGE_WRITTEN : STAGE_FATAL;
	default:
		return stage_drop(s, "not_loaded");
	}
}

/* --- segments ----------------------------------------------------------- */

/* Without a ledger behind it nobody knows whether the last batch is whole. */
static void discard_last(struct sink *k)
{
	char name[300];
	uint64_t rows = loader_discard_batch(k->loader, name, sizeof(name));

	if (!rows)
		return;
	take_back(k, "unfinished_batch", rows);
	k->events.unfinished(k->events.ctx, name, rows);
}

/* What stands in front of ledgers that do not close is of a cut stream. */
static bool end_held(struct sink *k, bool closes)
{
	uint64_t rows;

	if (!done(k, loader_end_held(k->loader, closes || k->take_unfinished,
				     &rows)))
		return false;
	if (!rows)
		return true;
	take_back(k, "unfinished_batch", rows);
	k->events.cut(k->events.ctx, rows);
	return true;
}

static bool note_own_ledger(struct sink *k)
{
	struct buf body = {0};
	bool ok;

	ledger_write(&k->stage->ledger, &body);
	ok = note(k, RECORD_LEDGER, buf_view(&body));
	buf_release(&body);
	return ok;
}

static void tell(struct sink *k, bool announced, bool closes)
{
	k->segments++;
	k->complete += closes;
	if (!closes)
		k->events.incomplete(k->events.ctx,
				     k->chain.wrong[0] ? k->chain.wrong
				     : announced       ? NULL
						       : "there are none");
	k->events.progress(k->events.ctx);
}

bool sink_close(void *sink, struct stage *s, bool complete)
{
	struct sink *k = sink;
	bool announced = s->ledger.upstream[0] != '\0', closes;

	k->stage = s;
	if (k->status != DBCONN_OK)
		return false;
	if (!announced && !k->take_unfinished)
		discard_last(k);
	if (!done(k, loader_end_batch(k->loader)))
		return false;
	closes = complete && announced && chain_closes(&k->chain);
	if (!end_held(k, closes))
		return false;
	s->ledger.complete = closes;
	if (!note_own_ledger(k) ||
	    !done(k, loader_end_segment(k->loader, closes)))
		return false;
	tell(k, announced, closes);
	chain_reset(&k->chain);
	return true;
}

int sink_idle(void *sink, struct stage *s)
{
	struct sink *k = sink;
	int row = -1, job = -1;

	k->stage = s;
	if (k->status == DBCONN_OK)
		done(k, loader_idle(k->loader, &row));
	if (k->status == DBCONN_OK)
		done(k, delivery_idle(k->delivery, &job));
	k->events.progress(k->events.ctx);
	return row < 0 || (job >= 0 && job < row) ? job : row;
}

void sink_release(struct sink *k)
{
	buf_release(&k->json);
}

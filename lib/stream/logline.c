/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/logline.h"

void loglines_release(struct loglines *l)
{
	for (size_t i = 0; i < LOGLINE_RUNS; i++)
		logrun_release(&l->run[i]);
}

void loglines_reset(struct loglines *l)
{
	for (size_t i = 0; i < LOGLINE_RUNS; i++)
		l->run[i].open = false;
	l->open = 0;
	l->offset = 0;
}

void loglines_damage(struct loglines *l)
{
	for (size_t i = 0; i < LOGLINE_RUNS; i++)
		l->run[i].damaged = true;
}

static enum recin_status fail(struct rt_err *err, enum recin_status st,
			      const char *msg)
{
	*err = (struct rt_err){.msg = msg};
	return st;
}

static enum recin_status read_content(struct objread *o, sv text,
				      struct record *rec, struct rt_err *err)
{
	if (!text.n || text.p[0] != '{')
		return fail(err, RECIN_BAD, "not a JSON object");
	switch (objread_text(o, text, false, rec, err)) {
	case JREAD_TRAILING:
		return fail(err, RECIN_BAD,
			    "more than one object in a line of a log");
	case JREAD_BAD:
		return RECIN_BAD;
	case JREAD_OK:
		break;
	}
	return RECIN_RECORD;
}

/* A line that is a record, or none, by itself. */
static enum recin_status one_line(struct recbuf *b, const struct logline *line,
				  struct objread *o, struct record *rec,
				  struct rt_err *err)
{
	enum recin_status st = read_content(o, line->content, rec, err);

	if (st == RECIN_RECORD) {
		recbuf_take(b, line->n);
		return st;
	}
	err->pos = line->prefix ? line->prefix + err->pos : 0;
	recbuf_skip(b, line->n);
	return recbuf_view(b).n ? RECIN_BAD : RECIN_TRUNCATED;
}

/* The run has its last part. */
static enum recin_status close_run(struct loglines *l, struct recbuf *b,
				   struct logrun *r, struct objread *o,
				   struct record *rec, struct rt_err *err)
{
	enum recin_status st;

	l->offset = r->offset;
	l->open--;
	if (r->over)
		st = fail(err, RECIN_BAD, "record over --max-record");
	else if (r->damaged)
		st = fail(err, RECIN_BAD, "damage between parts of a record");
	else
		st = read_content(o, buf_view(&r->text), rec, err);
	/* A place in the joined parts is none in the lines. */
	err->pos = 0;
	logrun_close(r, b, st == RECIN_RECORD);
	return st == RECIN_RECORD || recbuf_view(b).n ? st : RECIN_TRUNCATED;
}

bool loglines_take(struct loglines *l, struct recbuf *b,
		   const struct logline *line, struct objread *o,
		   struct record *rec, struct rt_err *err,
		   enum recin_status *st)
{
	struct logrun *r = &l->run[line->run];
	size_t n = line->n;

	if (!r->open && !line->partial) {
		*st = one_line(b, line, o, rec, err);
		return true;
	}
	l->open += !r->open;
	/* The last part's newline is left: it ends the unit. */
	n += line->partial && n < recbuf_view(b).n &&
	     recbuf_view(b).p[n] == '\n';
	logrun_add(r, b, n, line->content, l->max_record);
	if (line->partial)
		return false;
	*st = close_run(l, b, r, o, rec, err);
	return true;
}

bool loglines_skip(struct loglines *l, struct recbuf *b,
		   const struct logline *line, struct rt_err *err,
		   enum recin_status *st)
{
	struct logrun *r = &l->run[line->run];

	l->open += !r->open;
	logrun_overrun(r, b);
	recbuf_skip_line(b);
	if (line->partial) {
		recbuf_skip(b, recbuf_view(b).n != 0);
		return false;
	}
	*st = close_run(l, b, r, NULL, NULL, err);
	return true;
}

enum recin_status loglines_end(struct loglines *l, struct recbuf *b,
			       struct rt_err *err)
{
	struct logrun *first = NULL;

	for (size_t i = 0; i < LOGLINE_RUNS; i++)
		if (l->run[i].open &&
		    (!first || l->run[i].offset < first->offset))
			first = &l->run[i];
	if (!first)
		return RECIN_EOF;
	l->open--;
	l->offset = first->offset;
	logrun_close(first, b, false);
	return fail(err, RECIN_TRUNCATED,
		    "the last part of a record is missing");
}

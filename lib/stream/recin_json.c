/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The common case is one object a line: the line is found with memchr and
 * read at once. Only where that fails does the slower scan of jframe.h look
 * for the object's end, over lines or inside of one.
 *
 * A bad unit is one line; or, for an object that spans lines and goes wrong,
 * all up to the next line that starts an object with the same indentation, so
 * that neither a broken pretty-printed object counts as sixty nor a cut line
 * swallows the good one behind it.
 */
#include "stream/recin_json.h"

#include "base/mem.h"
#include "stream/cri.h"
#include "stream/jframe.h"
#include "stream/logline.h"
#include "stream/objread.h"

/* Blanks before an object that still tell where the next one begins. */
#define INDENT_MAX 4096

struct recin_json {
	struct objread object;
	struct loglines log;
	size_t max_record;
	size_t indent;	 /* blanks before it on its line */
	bool at_start;	 /* of the stream: a byte order mark may come */
	bool by_scan;	 /* objects in a row: lines are no help */
};

struct recin_json *recin_json_new(size_t max_record)
{
	struct recin_json *j = mem_zalloc(sizeof(*j));

	objread_init(&j->object);
	j->max_record = max_record;
	j->log.max_record = max_record;
	recin_json_reset(j);
	return j;
}

void recin_json_free(struct recin_json *j)
{
	if (!j)
		return;
	objread_release(&j->object);
	loglines_release(&j->log);
	mem_free(j);
}

void recin_json_reset(struct recin_json *j)
{
	j->at_start = true;
	j->by_scan = false;
	j->indent = 0;
	loglines_reset(&j->log);
}

bool recin_json_pending(const struct recin_json *j)
{
	return j->log.open;
}

uint64_t recin_json_offset(const struct recin_json *j)
{
	return j->log.offset;
}

static enum recin_status fail(struct rt_err *err, enum recin_status st,
			      const char *msg)
{
	*err = (struct rt_err){.msg = msg};
	return st;
}

/* To the first byte of a unit; false at the end of the stream. */
static bool skip_blanks(struct recin_json *j, struct recbuf *b)
{
	if (j->at_start) {
		while (!b->offset && recbuf_view(b).n < 3 && recbuf_fill(b))
			;
		if (!b->offset &&
		    sv_starts(recbuf_view(b), SV("\xef\xbb\xbf")))
			recbuf_take(b, 3);
		j->at_start = false;
	}
	/* Nothing before the last unit counts: reading may begin behind it. */
	j->indent = 0;
	do {
		sv v = recbuf_view(b);
		size_t i;

		for (i = 0; i < v.n; i++) {
			char c = v.p[i];

			if (c == '\n')
				j->indent = 0;
			else if (c == ' ' || c == '\t' || c == '\r')
				j->indent++;
			else
				break;
			j->by_scan &= c != '\n';
		}
		recbuf_take(b, i);
		if (i < v.n)
			return true;
	} while (recbuf_fill(b));
	return false;
}

/* Does a line with an object start here, as deep as the bad one did? */
static bool starts_object(const struct recin_json *j, struct recbuf *b)
{
	size_t i = 0;

	for (;;) {
		sv v = recbuf_view(b);

		while (i < v.n && (v.p[i] == ' ' || v.p[i] == '\t'))
			i++;
		if (i < v.n || i > MIN(j->indent, INDENT_MAX))
			return i == j->indent && v.p[i] == '{';
		if (!recbuf_fill(b))
			return false;
	}
}

/* Past a broken object that spans lines. */
static void resync(struct recin_json *j, struct recbuf *b)
{
	do {
		recbuf_skip_line(b);
		if (!recbuf_view(b).n)
			return;
		recbuf_skip(b, 1);
	} while (!starts_object(j, b) &&
		 (recbuf_view(b).n || recbuf_fill(b)));
	j->indent = 0;
}

/* Printers break lines behind these only; a cut line ends anywhere. */
static bool may_span_lines(sv line)
{
	while (line.n && (line.p[line.n - 1] == ' ' ||
			  line.p[line.n - 1] == '\r'))
		line.n--;
	return line.n && memchr("{[,", line.p[line.n - 1], 3);
}

/* A NUL run: what a crash leaves at the end of a log. */
static enum recin_status nul_run(struct recbuf *b, struct rt_err *err)
{
	do {
		sv v = recbuf_view(b);
		size_t i = 0;

		while (i < v.n && !v.p[i])
			i++;
		recbuf_skip(b, i);
		if (i < v.n)
			break;
	} while (recbuf_fill(b));
	return fail(err, RECIN_BAD, "NUL bytes between records");
}

/* The scan says that no object is here: how much is bad, and how? */
static enum recin_status broken(struct recin_json *j, struct recbuf *b,
				enum jframe_status st, sv first_line,
				size_t pos, struct rt_err *err)
{
	bool at_end = st == JFRAME_MORE;

	fail(err, RECIN_BAD, at_end ? "the object is cut" : "not valid JSON");
	if (may_span_lines(first_line))
		resync(j, b);
	else
		recbuf_skip_line(b);
	/* Where the next one shows that this one is cut is not in it. */
	err->pos = (size_t)MIN(pos, b->offset - j->log.offset -
					    (recbuf_view(b).n != 0));
	return at_end && !recbuf_view(b).n ? RECIN_TRUNCATED : RECIN_BAD;
}

/* Past an object over the limit, without keeping it. */
static enum recin_status skip_object(struct recin_json *j, struct recbuf *b,
				     struct jframe *f, enum jframe_status st,
				     struct rt_err *err)
{
	fail(err, RECIN_BAD, "record over --max-record");
	err->pos = j->max_record;
	while (st == JFRAME_MORE) {
		/* The scan looks one byte back. */
		recbuf_skip(b, f->pos - 1);
		f->pos = 1;
		if (!recbuf_fill(b))
			break;
		st = jframe_scan(f, recbuf_view(b));
	}
	recbuf_skip(b, f->pos);
	j->by_scan |= st == JFRAME_DONE;
	if (st != JFRAME_DONE)
		recbuf_skip_line(b);
	return st == JFRAME_MORE ? RECIN_TRUNCATED : RECIN_BAD;
}

/* An object that is not simply one line; with RECORD, the next *n bytes. */
static enum recin_status scan_object(struct recin_json *j, struct recbuf *b,
				     struct record *rec, struct rt_err *err,
				     size_t *n)
{
	enum jframe_status fs;
	struct jframe f;

	jframe_init(&f);
	while ((fs = jframe_scan(&f, recbuf_view(b))) == JFRAME_MORE)
		if (f.pos > j->max_record || !recbuf_fill(b))
			break;
	if (f.pos > j->max_record)
		return skip_object(j, b, &f, fs, err);
	if (fs != JFRAME_DONE) {
		/* All of it or, of one over the limit, nothing: the verdict
		 * must not hang on how the bytes came in. */
		size_t len = recbuf_line(b, j->max_record);
		sv line = sv_first(recbuf_view(b), len);

		return broken(j, b, fs, len > j->max_record ? SV_NULL : line,
			      f.pos, err);
	}
	j->by_scan = true;
	*n = f.pos;
	if (objread_text(&j->object, sv_first(recbuf_view(b), f.pos), true,
			 rec, err) == JREAD_OK)
		return RECIN_RECORD;
	recbuf_skip(b, f.pos);
	return RECIN_BAD;
}

/* A line that starts with no object. */
static bool other_line(struct recin_json *j, struct recbuf *b,
		       struct record *rec, struct rt_err *err,
		       enum recin_status *st)
{
	size_t n = recbuf_line(b, j->max_record);
	/* No more of it than is there in any chunks. */
	sv line = sv_first(recbuf_view(b), MIN(n, j->max_record + 1));
	struct cri_line cri;

	if (cri_parse(line, &cri)) {
		struct logline l = {
			LOGLINE_CRI | (cri.is_stderr ? LOGLINE_STDERR : 0),
			cri.partial, line.n, cri.prefix,
			sv_from(line, cri.prefix)};

		return n > j->max_record
			       ? loglines_skip(&j->log, b, &l, err, st)
			       : loglines_take(&j->log, b, &l, &j->object, rec,
					       err, st);
	}
	loglines_damage(&j->log);
	recbuf_skip_line(b);
	fail(err, RECIN_BAD, "not a JSON object");
	/* Without its newline it may be the rest of something. */
	*st = recbuf_view(b).n ? RECIN_BAD : RECIN_TRUNCATED;
	return true;
}

/* A line of n bytes that is an object: false where it is not just that. */
static bool object_line(struct recin_json *j, struct recbuf *b, size_t n,
			struct record *rec, struct rt_err *err)
{
	return n <= j->max_record &&
	       objread_text(&j->object, sv_first(recbuf_view(b), n), true, rec,
			    err) == JREAD_OK;
}

/* The object that was read, in the next n bytes. */
static bool take_object(struct recin_json *j, struct recbuf *b, size_t n,
			struct record *rec, struct rt_err *err,
			enum recin_status *st)
{
	const struct envelope *e = &j->object.envelope;
	struct logline l = {.run = LOGLINE_DOCKER};

	if (LIKELY(j->object.kind != ENVELOPE_DOCKER)) {
		recbuf_take(b, n);
		*st = RECIN_RECORD;
		return true;
	}
	/* The same bytes, whether a line was found or an object's end. */
	while (recbuf_view(b).p[n - 1] != '}')
		n--;
	while (recbuf_view(b).n <= n && recbuf_fill(b))
		;
	l.run |= e->line.is_stderr ? LOGLINE_STDERR : 0;
	l.partial = e->line.partial;
	l.n = n;
	l.content = e->line.text;
	return loglines_take(&j->log, b, &l, &j->object, rec, err, st);
}

/* False: what was there is part of a unit that goes on. */
static bool next_unit(struct recin_json *j, struct recbuf *b,
		      struct record *rec, struct rt_err *err,
		      enum recin_status *st)
{
	size_t n;

	if (!*recbuf_view(b).p) {
		loglines_damage(&j->log);
		*st = nul_run(b, err);
		return true;
	}
	if (*recbuf_view(b).p != '{')
		return other_line(j, b, rec, err, st);
	n = j->by_scan ? SIZE_MAX : recbuf_line(b, j->max_record);
	if (object_line(j, b, n, rec, err))
		return take_object(j, b, n, rec, err, st);
	*st = scan_object(j, b, rec, err, &n);
	if (*st == RECIN_RECORD)
		return take_object(j, b, n, rec, err, st);
	loglines_damage(&j->log);
	return true;
}

/*
 * A bad unit that ends its line takes the newline along, so that those who
 * look at what was skipped find lines.
 */
static void skip_newline(struct recin_json *j, struct recbuf *b)
{
	if (!recbuf_view(b).n && !recbuf_fill(b))
		return;
	if (*recbuf_view(b).p != '\n')
		return;
	recbuf_skip(b, 1);
	j->indent = 0;
	j->by_scan = false;
}

/* A unit is none; with runs left open it is not the last thing to say. */
static enum recin_status after_bad(struct recin_json *j, struct recbuf *b,
				   enum recin_status st)
{
	if (st == RECIN_BAD)
		skip_newline(j, b);
	if (!j->log.open || b->last == INPUT_STOPPED || b->last == INPUT_ERROR)
		return st;
	return RECIN_BAD;
}

enum recin_status recin_json_next(struct recin_json *j, struct recbuf *b,
				  struct record *rec, struct rt_err *err)
{
	enum recin_status st;

	do {
		if (!skip_blanks(j, b)) {
			st = loglines_end(&j->log, b, err);
			return st == RECIN_EOF ? st : after_bad(j, b, st);
		}
		j->log.offset = b->offset;
	} while (!next_unit(j, b, rec, err, &st));
	return st == RECIN_RECORD ? st : after_bad(j, b, st);
}

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
#include "event/recin_json.h"

#include "base/buf.h"
#include "base/mem.h"
#include "codec/jread.h"
#include "event/jframe.h"

struct recin_json {
	struct jread *reader;
	struct buf wire; /* the record read */
	size_t max_record;
	uint64_t offset; /* of the current unit */
	size_t indent;	 /* blanks before it on its line */
	bool at_start;	 /* of the stream: a byte order mark may come */
	bool by_scan;	 /* objects in a row: lines are no help */
};

struct recin_json *recin_json_new(size_t max_record)
{
	struct recin_json *j = mem_zalloc(sizeof(*j));

	j->reader = jread_new();
	j->max_record = max_record;
	recin_json_reset(j);
	return j;
}

void recin_json_free(struct recin_json *j)
{
	if (!j)
		return;
	jread_free(j->reader);
	buf_release(&j->wire);
	mem_free(j);
}

void recin_json_reset(struct recin_json *j)
{
	j->at_start = true;
	j->by_scan = false;
	j->indent = 0;
	j->offset = 0;
}

uint64_t recin_json_offset(const struct recin_json *j)
{
	return j->offset;
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
		while (recbuf_view(b).n < 3 && recbuf_fill(b))
			;
		if (sv_starts(recbuf_view(b), SV("\xef\xbb\xbf")))
			recbuf_take(b, 3);
		j->at_start = false;
	}
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

/* Index of the line's '\n', or the view's length where it has none (yet). */
static size_t line_end(struct recin_json *j, struct recbuf *b)
{
	size_t seen = 0;

	for (;;) {
		sv v = recbuf_view(b);
		size_t i = sv_find(sv_from(v, seen), '\n');

		if (i != SIZE_MAX)
			return seen + i;
		seen = v.n;
		if (v.n > j->max_record || !recbuf_fill(b))
			return recbuf_view(b).n;
	}
}

static enum recin_status read_object(struct recin_json *j, sv text,
				     struct record *rec, struct rt_err *err,
				     enum jread_status *why)
{
	bool named;

	j->wire.n = 0;
	*why = jread_record(j->reader, text, record_schema(),
			    record_field(RECORD_TETRAGON), &j->wire, &named,
			    err);
	if (*why != JREAD_OK)
		return RECIN_BAD;
	if (!record_parse(buf_view(&j->wire), rec)) {
		/* A kind of the future, kept as text. */
		*rec = (struct record){.wire = buf_view(&j->wire)};
	}
	rec->raw = !named;
	return RECIN_RECORD;
}

/* Drops up to and with the next newline, however far it is. */
static void drop_line(struct recbuf *b)
{
	do {
		sv v = recbuf_view(b);
		size_t i = sv_find(v, '\n');

		if (i != SIZE_MAX) {
			recbuf_take(b, i);
			return;
		}
		recbuf_take(b, v.n);
	} while (recbuf_fill(b));
}

/* Does a line with an object start here, as deep as the bad one did? */
static bool starts_object(const struct recin_json *j, struct recbuf *b)
{
	size_t i = 0;

	for (;;) {
		sv v = recbuf_view(b);

		while (i < v.n && (v.p[i] == ' ' || v.p[i] == '\t'))
			i++;
		if (i < v.n)
			return v.p[i] == '{' && i == j->indent;
		if (!recbuf_fill(b))
			return false;
	}
}

/* Past a broken object that spans lines. */
static void resync(struct recin_json *j, struct recbuf *b)
{
	do {
		drop_line(b);
		if (!recbuf_view(b).n)
			return;
		recbuf_take(b, 1);
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
		recbuf_take(b, i);
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
	err->pos = pos;
	if (may_span_lines(first_line))
		resync(j, b);
	else
		drop_line(b);
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
		recbuf_take(b, f->pos - 1);
		f->pos = 1;
		if (!recbuf_fill(b))
			break;
		st = jframe_scan(f, recbuf_view(b));
	}
	recbuf_take(b, f->pos);
	j->by_scan |= st == JFRAME_DONE;
	if (st != JFRAME_DONE)
		drop_line(b);
	return st == JFRAME_MORE ? RECIN_TRUNCATED : RECIN_BAD;
}

/* An object that is not simply one line. */
static enum recin_status scan_object(struct recin_json *j, struct recbuf *b,
				     struct record *rec, struct rt_err *err)
{
	enum jread_status why;
	enum recin_status st;
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
		size_t n = line_end(j, b);
		sv line = sv_first(recbuf_view(b), n);

		return broken(j, b, fs, n > j->max_record ? SV_NULL : line,
			      f.pos, err);
	}
	st = read_object(j, sv_first(recbuf_view(b), f.pos), rec, err, &why);
	recbuf_take(b, f.pos);
	j->by_scan = true;
	return st;
}

enum recin_status recin_json_next(struct recin_json *j, struct recbuf *b,
				  struct record *rec, struct rt_err *err)
{
	enum jread_status why;
	enum recin_status st;
	size_t n;
	sv line;

	if (!skip_blanks(j, b))
		return RECIN_EOF;
	j->offset = b->offset;
	if (!*recbuf_view(b).p)
		return nul_run(b, err);
	if (*recbuf_view(b).p != '{') {
		drop_line(b);
		fail(err, RECIN_BAD, "not a JSON object");
		/* Without its newline it may be the rest of something. */
		return recbuf_view(b).n ? RECIN_BAD : RECIN_TRUNCATED;
	}
	if (j->by_scan)
		return scan_object(j, b, rec, err);
	n = line_end(j, b);
	if (n > j->max_record)
		return scan_object(j, b, rec, err);
	line = sv_first(recbuf_view(b), n);
	st = read_object(j, line, rec, err, &why);
	if (st == RECIN_RECORD) {
		recbuf_take(b, n);
		return st;
	}
	return scan_object(j, b, rec, err);
}

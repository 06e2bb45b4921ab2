/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the reader did not know of the object it has kept as members of JSON
 * text, checked and without white space. So the search is a walk over those.
 */
#include "stream/envelope.h"

#include "codec/jtext.h"
#include "codec/pbwire.h"
#include "event/tetragon.h"
#include "pipe/metrics.h"

/* GetEventsResponse: what is not the event itself is numbered from here. */
#define EVENT_COMMON 1000
#define EVENT_TIME 1001

static struct metric opened = {
	.name = "tetragon_envelopes_total",
	.help = "Events that came in an envelope of a log shipper",
	.label = ""};
static struct metric dropped = {
	.name = "tetragon_envelope_members_dropped_total",
	.help = "Members of such envelopes, which are not kept",
	.label = ""};

void envelope_register_metrics(void)
{
	metrics_register(&opened);
	metrics_register(&dropped);
}

void envelope_release(struct envelope *e)
{
	buf_release(&e->text);
	buf_release(&e->wire);
	buf_release(&e->other);
}

struct member {
	sv key;	  /* raw, without quotes */
	sv value; /* minified */
};

/*
 * "@pb" brings fields in that only look like kept members, so nothing is
 * taken for granted here. False where it is no member.
 */
static bool split(sv kept, struct member *m)
{
	size_t i = 1;

	while (i < kept.n && kept.p[i] != '"')
		i += kept.p[i] == '\\' ? 2 : 1;
	if (i + 2 >= kept.n)
		return false;
	*m = (struct member){{kept.p + 1, i - 1}, sv_from(kept, i + 2)};
	return true;
}

struct contents {
	size_t members;
	bool time;
	size_t common; /* members around the event: time, node_name, ... */
	bool foreign;  /* nothing else but those */
};

static struct contents survey(sv body)
{
	struct contents s = {.foreign = true};
	struct pb_cur c = pb_walk(body);
	struct pb_field f;

	while (s.foreign && pb_next(&c, &f) > 0) {
		bool unknown = f.num == SCHEMA_UNKNOWN_JSON;

		s.foreign = unknown || f.num >= EVENT_COMMON;
		s.members += unknown;
		s.common += !unknown;
		s.time |= f.num == EVENT_TIME;
	}
	return s;
}

/* A checked copy of the value in e->other, which may be read behind its end. */
static bool copy_value(struct envelope *e, sv value)
{
	char *end;

	e->other.n = 0;
	return jtext_minify(value.p, sv_end(value),
			    buf_reserve(&e->other, value.n + JTEXT_PADDING),
			    &end) == sv_end(value);
}

/* The value as text to read: an object, or what a string holds. */
static bool take_text(struct envelope *e, sv value)
{
	char *p, *end;

	if ((value.p[0] != '"' && value.p[0] != '{') || !copy_value(e, value))
		return false;
	e->text.n = 0;
	/* jtext_string writes, and the reader reads, behind the end. */
	p = buf_reserve(&e->text, value.n + JREAD_PADDING + 16);
	if (value.p[0] == '"') {
		if (!jtext_string(e->other.p + 1, p, &end))
			return false;
	} else {
		memcpy(p, e->other.p, value.n);
		end = p + value.n;
	}
	memset(end, 0, JREAD_PADDING);
	e->text.n = (size_t)(end - p);
	return true;
}

/* A type that was made for tests has a name that others use for theirs. */
static bool is_event(const struct record *rec)
{
	enum tetragon_type t = tetragon_peek(rec->body);

	return t != TETRAGON_NONE && t != TETRAGON_TEST;
}

static bool holds_event(struct envelope *e, struct jread *reader, sv value,
			struct buf *wire, struct record *rec)
{
	struct rt_err err;
	bool named;
	size_t i = 0;

	if (!take_text(e, value))
		return false;
	while (i < e->text.n && memchr(" \t\r\n", e->text.p[i], 4))
		i++;
	if (i == e->text.n || e->text.p[i] != '{')
		return false;
	wire->n = 0;
	return jread_record(reader, sv_from(buf_view(&e->text), i),
			    record_schema(), record_field(RECORD_TETRAGON),
			    wire, &named, &err) == JREAD_OK &&
	       !named && record_parse(buf_view(wire), rec) && is_event(rec);
}

static bool is_docker(struct envelope *e, sv body, sv *log)
{
	struct pb_cur c = pb_walk(body);
	struct pb_field f;
	bool stream = false;

	*log = SV_NULL;
	while (pb_next(&c, &f) > 0) {
		struct member m;

		if (f.num != SCHEMA_UNKNOWN_JSON)
			continue;
		if (!split(f.data, &m))
			return false;
		if (sv_eq(m.key, SV("log")) && m.value.p[0] == '"') {
			*log = m.value;
		} else if (sv_eq(m.key, SV("stream"))) {
			e->line.is_stderr = sv_eq(m.value, SV("\"stderr\""));
			stream = e->line.is_stderr ||
				 sv_eq(m.value, SV("\"stdout\""));
		} else if (!sv_eq(m.key, SV("attrs"))) {
			return false;
		}
	}
	return log->n && stream;
}

static bool open_docker(struct envelope *e, sv body)
{
	sv log;

	if (!is_docker(e, body, &log) || !take_text(e, log))
		return false;
	e->line.text = buf_view(&e->text);
	e->line.partial = !sv_ends(e->line.text, SV("\n"));
	return true;
}

static bool open_any(struct envelope *e, struct jread *reader, sv body,
		     struct record *rec)
{
	struct pb_cur c = pb_walk(body);
	struct record inner;
	struct member m;
	struct pb_field f;
	bool found = false;

	while (pb_next(&c, &f) > 0) {
		if (f.num != SCHEMA_UNKNOWN_JSON || !split(f.data, &m) ||
		    !holds_event(e, reader, m.value,
				 found ? &e->other : &e->wire, &inner))
			continue;
		if (found)
			return false;
		found = true;
		*rec = inner;
	}
	return found;
}

enum envelope_kind envelope_open(struct envelope *e, struct jread *reader,
				 bool docker, struct record *rec)
{
	struct contents s = survey(rec->body);
	struct record inner;

	if (!s.foreign || !s.members)
		return ENVELOPE_NONE;
	if (docker && s.time && s.common == 1 && open_docker(e, rec->body)) {
		metric_add(&dropped, s.members);
		return ENVELOPE_DOCKER;
	}
	if (!open_any(e, reader, rec->body, &inner))
		return ENVELOPE_NONE;
	inner.raw = true;
	*rec = inner;
	metric_add(&opened, 1);
	metric_add(&dropped, s.members - 1 + s.common);
	return ENVELOPE_EVENT;
}

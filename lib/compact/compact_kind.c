/* SPDX-License-Identifier: Apache-2.0 */
#include "compact/compact_kind.h"

#include "event/ledger.h"

#define DIGEST_SHOWN 19 /* "sha256:" and 12 digits */
#define MAX_POLICIES 16

static uint64_t number(sv wire, uint32_t num)
{
	return compact_line_get(wire, num).v;
}

static void put_count(struct compact_line *l, const char *label, uint64_t n)
{
	buf_str(l->out, label);
	compact_line_uint(l, n);
}

/* A field of the message behind the label, where it is set. */
static void put_field(struct compact_line *l, const char *label, sv wire,
		      uint32_t num)
{
	compact_line_labelled(l, label, compact_line_get_sv(wire, num));
}

static void put_digest(struct compact_line *l, const char *label, sv wire,
		       uint32_t num)
{
	sv s = compact_line_get_sv(wire, num);

	compact_line_labelled(l, label, sv_first(s, DIGEST_SHOWN));
}

/* The package, or else the module. */
static void put_package(struct compact_line *l, sv wire, uint32_t purl,
			uint32_t module)
{
	put_field(l, " ", wire,
		  compact_line_get_sv(wire, purl).n ? purl : module);
}

static void put_hot_symbol(struct compact_line *l, sv body)
{
	uint64_t callers = number(body, 11);

	compact_line_word(l, PAINT_WORD, "hot");
	compact_line_number(l, true, number(body, 9));
	compact_line_on(l, PAINT_DETAIL);
	put_field(l, " ", body, 5);
	compact_line_off(l);
	put_package(l, body, 4, 6);
	if (callers)
		put_count(l, " callers=", callers);
	put_digest(l, " image=", body, 3);
	if (number(body, 19))
		buf_str(l->out, " partial");
}

static void put_package_seen(struct compact_line *l, sv body)
{
	static const char *const how[] = {"seen", "executed", "loaded"};
	uint64_t e = number(body, 5);

	compact_line_word(l, PAINT_WORD, "package");
	compact_line_number(l, true, number(body, 6));
	compact_line_on(l, PAINT_DETAIL);
	put_package(l, body, 2, 3);
	compact_line_off(l);
	buf_ch(l->out, ' ');
	buf_str(l->out, how[e < ARRAY_LEN(how) ? e : 0]);
	if (compact_line_get_sv(body, 2).n)
		put_field(l, " from ", body, 3);
	put_digest(l, " image=", body, 1);
}

static void put_gap(struct compact_line *l, sv body)
{
	uint64_t n = number(body, 3), unknown = number(body, 4);
	sv detail;

	compact_line_word(l, PAINT_ALARM, "gap");
	compact_line_number(l, n || !unknown, n);
	if (unknown)
		buf_str(l->out, n ? " or more" : " number unknown");
	put_field(l, " ", body, 1);
	put_field(l, " ", body, 2);
	put_field(l, " in ", body, 7);
	detail = compact_line_get_sv(body, 8);
	if (detail.n) {
		buf_add(l->out, ": ", 2);
		compact_line_text(l, detail, COMPACT_LINE_STRING);
	}
}

static void put_ledger(struct compact_line *l, sv body)
{
	struct ledger_view v;

	compact_line_word(l, PAINT_NOTE, "ledger");
	if (!ledger_parse(body, &v)) {
		buf_str(l->out, " malformed");
		return;
	}
	compact_line_number(l, true, v.out);
	compact_line_labelled(l, " ", v.stage);
	put_count(l, " in=", v.in);
	put_count(l, " out=", v.out);
	put_count(l, " dropped=", v.dropped);
	put_count(l, " merged=", v.merged);
	put_count(l, " created=", v.created);
	if (!v.complete) {
		buf_ch(l->out, ' ');
		compact_line_on(l, PAINT_ALARM);
		buf_str(l->out, "incomplete");
		compact_line_off(l);
	}
}

static void put_policies(struct compact_line *l, sv body)
{
	struct pb_cur c = pb_walk(body);
	struct pb_field f;
	size_t n = 0;

	while (pb_next(&c, &f) > 0) {
		if (f.num != 6)
			continue;
		if (n++ == MAX_POLICIES) {
			buf_str(l->out, " ...");
			return;
		}
		put_field(l, " policy=", f.data, 1);
		put_field(l, "/", f.data, 3);
		put_field(l, "/", f.data, 4);
		put_field(l, " error=", f.data, 7);
	}
}

static void put_posture(struct compact_line *l, sv body)
{
	static const char *const levels[] = {"None", "Passive", "ActiveTracing",
					     "EbpfDeep",
					     "FullInstrumentation"};
	sv source = compact_line_get_sv(body, 2);
	uint64_t level = number(body, 5);

	compact_line_word(l, PAINT_NOTE, "posture");
	compact_line_number(l, false, 0);
	put_field(l, " ", source, 2);
	put_field(l, " ", body, 3);
	put_field(l, " ", body, 4);
	buf_ch(l->out, ' ');
	if (level < ARRAY_LEN(levels))
		buf_str(l->out, levels[level]);
	else
		compact_line_uint(l, level);
	put_field(l, " health=", body, 7);
	put_policies(l, body);
}

static void put_container(struct compact_line *l, sv body)
{
	static const char *const types[] = {"?",    "create", "start",
					    "stop", "die",    "pull"};
	uint64_t t = number(body, 1), pid = 0;
	bool known = pb_get_wrapper(compact_line_get_sv(body, 9), &pid) && pid;

	compact_line_word(l, PAINT_NOTE, "container");
	compact_line_number(l, known, pid);
	buf_ch(l->out, ' ');
	buf_str(l->out, types[t < ARRAY_LEN(types) ? t : 0]);
	compact_line_labelled(l, " ",
			      sv_first(compact_line_get_sv(body, 3), 12));
	put_field(l, " ", body, 4);
	put_digest(l, " image=", body, 5);
	if (number(body, 14))
		buf_str(l->out, " oom-killed");
}

static void put_evidence(struct compact_line *l, sv body)
{
	compact_line_word(l, PAINT_NOTE, "evidence");
	compact_line_number(l, true, number(body, 7));
	put_field(l, " ", body, 2);
	put_field(l, " ", body, 5);
	put_field(l, " ", body, 4);
	put_field(l, " ", body, 13);
	put_digest(l, " image=", body, 3);
}

static void put_witness(struct compact_line *l, sv body)
{
	compact_line_word(l, PAINT_NOTE, "witness");
	compact_line_number(l, false, 0);
	put_digest(l, " ", body, 1);
	put_field(l, " ", body, 4);
	put_field(l, " ", body, 3);
	put_field(l, " ", body, 6);
	put_digest(l, " image=", body, 2);
}

void compact_kind_put(struct compact_line *l, const struct record *r)
{
	switch (r->kind) {
	case RECORD_HOT_SYMBOL:
		put_hot_symbol(l, r->body);
		break;
	case RECORD_PACKAGE_SEEN:
		put_package_seen(l, r->body);
		break;
	case RECORD_GAP:
		put_gap(l, r->body);
		break;
	case RECORD_LEDGER:
		put_ledger(l, r->body);
		break;
	case RECORD_POSTURE:
		put_posture(l, r->body);
		break;
	case RECORD_CONTAINER:
		put_container(l, r->body);
		break;
	case RECORD_EVIDENCE:
		put_evidence(l, r->body);
		break;
	case RECORD_WITNESS:
		put_witness(l, r->body);
		break;
	case RECORD_UNKNOWN:
	case RECORD_TETRAGON:
	case RECORD_CALL:
		compact_line_word(l, PAINT_NOTE, "unknown");
		compact_line_number(l, false, 0);
		put_count(l, " record of ", r->wire.n);
		buf_str(l->out, " bytes");
		break;
	}
}

void compact_kind_put_notice(struct compact_line *l,
			     const struct compact_view *v)
{
	static const char *const throttles[] = {" unknown", " start", " stop"};

	compact_line_word(l, PAINT_ALARM, v->word);
	if (!strcmp(v->word, "ratelimit")) {
		compact_line_number(l, true, v->lost);
		compact_line_labelled(l, " ", v->node);
		buf_str(l->out, " events dropped by the agent");
		return;
	}
	compact_line_number(l, false, 0);
	compact_line_labelled(l, " ", v->node);
	if (!strcmp(v->word, "throttle"))
		buf_str(l->out, throttles[v->throttle < ARRAY_LEN(throttles)
						  ? v->throttle
						  : 0]);
	compact_line_labelled(l, " ", v->cgroup);
	if (!strcmp(v->word, "event"))
		buf_str(l->out, " of an unknown type");
	compact_line_labelled(l, " ", v->function);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "event/record.h"

#include "codec/pbwire.h"
#include "rt/v1/record.pb-c.h"

const struct schema_msg *record_schema(void)
{
	static const struct schema_msg *m;

	if (!m)
		m = schema_of(&rt__v1__record__descriptor);
	return m;
}

const struct schema_field *record_field(enum record_kind kind)
{
	return schema_by_num(record_schema(), (uint32_t)kind);
}

const char *record_kind_name(enum record_kind kind)
{
	const struct schema_field *f = record_field(kind);

	return f ? f->name.p : "unknown";
}

bool record_parse(sv wire, struct record *r)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;

	if (pb_next(&c, &f) != 1 || c.p != c.end || f.wt != PB_LEN ||
	    f.num < RECORD_TETRAGON)
		return false;
	r->kind = f.num <= RECORD_LEDGER ? (enum record_kind)f.num
					 : RECORD_UNKNOWN;
	r->body = f.data;
	r->wire = wire;
	r->raw = false;
	return true;
}

/* Field of the kind's message that holds its time; 0: none. */
static uint32_t time_field(enum record_kind kind)
{
	switch (kind) {
	case RECORD_TETRAGON:
		return 1001;
	case RECORD_CALL:
	case RECORD_CONTAINER:
		return 2;
	case RECORD_HOT_SYMBOL:
	case RECORD_POSTURE:
		return 1;
	case RECORD_PACKAGE_SEEN:
		return 9;
	case RECORD_EVIDENCE:
		return 12;
	case RECORD_GAP:
		return 5;
	case RECORD_LEDGER:
		return 8;
	case RECORD_UNKNOWN:
	case RECORD_WITNESS:
		break;
	}
	return 0;
}

bool record_time(const struct record *r, struct timestamp *t)
{
	uint32_t num = time_field(r->kind);
	struct pb_cur c = pb_walk(r->body);
	struct pb_field f;

	while (num && pb_step(&c, &f) > 0)
		if (f.num == num && f.wt == PB_LEN)
			return pb_get_timestamp(f.data, &t->sec, &t->nsec) &&
			       timestamp_valid(*t);
	return false;
}
